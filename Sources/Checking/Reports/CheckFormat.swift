import Reporting

/// The forms that what came of a check is written in.
public enum CheckFormat: String, CaseIterable, Sendable {
  case text, json, junit, sarif, github, gitlab, tap

  /// - Parameter isComplete: the text lists every violation.
  public func output(
    _ report: CheckReport, palette: Palette = .plain, isComplete: Bool = false
  ) -> OutputBuffer {
    switch self {
    case .text:
      var text = CheckText(report, palette: palette, isComplete: isComplete)
      return text.write()
    case .json: return CheckJSON.document(report)
    case .junit: return JUnitReport.document(report)
    case .sarif: return SARIFReport.document(report)
    case .github: return GitHubAnnotations.lines(report)
    case .gitlab: return CodeQualityReport.document(report)
    case .tap: return TAPReport.lines(report)
    }
  }
}

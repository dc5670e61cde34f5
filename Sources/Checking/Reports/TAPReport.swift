import Reporting

/// The Test Anything Protocol, version 13: a test for each rule, and one for damage where there is
/// some.
public enum TAPReport {
  /// Violations that are listed of a rule; the others are counted.
  public static let limit = 50

  public static func lines(_ report: CheckReport) -> OutputBuffer {
    var output = OutputBuffer()
    let damage = report.complaints.isEmpty ? 0 : 1
    output.appendLine("TAP version 13")
    output.appendLine("1..\(report.results.count + damage)")
    for (index, result) in report.results.enumerated() {
      output.appendLine(
        "\(result.isBroken ? "not ok" : "ok") \(index + 1) - \(description(result.rule.name))")
      guard result.isBroken else { continue }
      for line in result.lines(limit: limit) { output.appendLine("# \(line)") }
    }
    if damage > 0 {
      output.appendLine("not ok \(report.results.count + 1) - the captures are whole")
      for complaint in report.complaints { output.appendLine("# \(Escaping.terminal(complaint))") }
    }
    return output
  }

  /// A number sign would begin a directive.
  private static func description(_ text: String) -> String {
    var result = ""
    for scalar in Escaping.terminal(text).unicodeScalars {
      if scalar == "#" || scalar == "\\" { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}

import Dissection
import Reporting
import Tracking

/// What came of a check, for people.
public struct CheckText {
  /// Violations that are listed of a rule; the others are counted.
  public static let limit = 10

  private let report: CheckReport
  private let palette: Palette
  private let isComplete: Bool
  private var output = OutputBuffer()

  /// - Parameter isComplete: every violation is listed.
  public init(_ report: CheckReport, palette: Palette = .plain, isComplete: Bool = false) {
    self.report = report
    self.palette = palette
    self.isComplete = isComplete
  }

  public mutating func write() -> OutputBuffer {
    for result in report.results { write(result) }
    for complaint in report.complaints {
      output.append(palette.paint("Damaged: ", as: .problem))
      output.appendLine(Escaping.terminal(complaint))
    }
    let verdict = report.verdict
    output.appendLine(palette.paint(verdict, as: report.broken > 0 ? .problem : .fine))
    return output
  }

  private mutating func write(_ result: RuleResult) {
    let mark =
      result.isBroken ? palette.paint("FAILED", as: .problem) : palette.paint("passed", as: .fine)
    output.appendLine("\(mark)  \(Escaping.terminal(result.rule.name)): \(result.seen)")
    if result.violations.isEmpty { return }
    output.appendWrapped("Expected: \(result.rule.requirement).", indent: 8)
    let shown = isComplete ? result.violations.count : Self.limit
    // What counts comes first: what is known may be much.
    for violation in result.ranked.prefix(shown) {
      output.appendWrapped(violation.line, indent: 8)
    }
    let hidden = result.violations.count - shown
    if hidden > 0 { output.appendLine("        and \(hidden.grouped) more (--all lists them)") }
  }
}

extension CheckReport {
  /// One sentence.
  public var verdict: String {
    let rules = results.count.counted("rule")
    var known = self.known == 0 ? "" : "; \(self.known.grouped) known from the baseline"
    if let gone, gone > 0 { known += "; gone from it: \(gone.counted("kind"))" }
    let sum =
      broken == 0
      ? "\(rules) \(results.count == 1 ? "holds" : "hold") in \(connections.counted("connection"))"
      : "\(broken.grouped) of \(rules) broken: \(violations.counted("violation")) in "
        + connections.counted("connection")
    return sum + known + "."
  }
}

extension RuleResult {
  /// What counts, and then what a baseline knows.
  var ranked: [Violation] {
    violations.filter(\.counts) + violations.filter { !$0.counts }
  }
}

extension Violation {
  /// In one line: which connection, what was seen, where to look.
  var line: String {
    var text = connection.map { "#\($0.number) " } ?? ""
    if let standing { text += "[\(standing.rawValue)] " }
    text += seen
    if !frames.isEmpty {
      text += frames.count == 1 ? "; frame " : "; frames "
      text += frames.prefix(8).map(String.init).joined(separator: ", ")
    }
    return text
  }
}

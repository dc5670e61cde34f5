import Reporting

/// A summary in Markdown, for a page that people look at: a table of the rules, and the first
/// violations of each that is broken.
public enum MarkdownSummary {
  /// Rows of the table, broken rules first, and violations that are listed of a rule: GitHub takes a
  /// mebibyte of a step.
  private static let rules = 200
  private static let violations = 10

  public static func text(_ report: CheckReport) -> OutputBuffer {
    var output = OutputBuffer()
    output.appendLine("## finwait check")
    output.appendLine()
    output.appendLine(text(report.verdict))
    output.appendLine()
    for complaint in report.complaints { output.appendLine("- Damaged: \(text(complaint))") }
    if !report.complaints.isEmpty { output.appendLine() }
    output.appendLine("| | rule | seen |")
    output.appendLine("|---|---|---|")
    let ordered = report.results.filter(\.isBroken) + report.results.filter { !$0.isBroken }
    for result in ordered.prefix(rules) {
      output.appendLine(
        "| \(result.isBroken ? "❌" : "✅") | \(text(result.rule.name)) | \(text(result.seen)) |")
    }
    if ordered.count > rules { output.appendLine("| | and \(ordered.count - rules) more | |") }
    for result in ordered.prefix(rules) where result.isBroken {
      output.appendLine()
      output.appendLine("### \(text(result.rule.name))")
      output.appendLine()
      output.appendLine("Expected: \(text(result.rule.requirement)).")
      output.appendLine()
      for violation in result.ranked.prefix(violations) {
        output.appendLine("- \(text(violation.line))")
      }
      let left = result.violations.count - violations
      if left > 0 { output.appendLine("- and \(left.grouped) more") }
    }
    return output
  }

  /// What Markdown or HTML would act on is escaped (CommonMark section 2.4).
  private static func text(_ text: String) -> String {
    var result = ""
    for scalar in Escaping.terminal(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case "\\", "`", "*", "_", "{", "}", "[", "]", "(", ")", "#", "|", "!", "~", ">", "@":
        result += "\\"
        result.unicodeScalars.append(scalar)
      default: result.unicodeScalars.append(scalar)  // any other scalar is plain
      }
    }
    return result
  }
}

import Reporting

/// JUnit XML, as Jenkins, GitLab and GitHub actions read it: a test case for each rule.
///
/// A broken rule lists so many violations that the file stays small, however many there are.
public enum JUnitReport {
  /// Violations that are listed of a rule; the others are counted.
  public static let limit = 50

  public static func document(_ report: CheckReport) -> OutputBuffer {
    var output = OutputBuffer()
    let errors = report.complaints.isEmpty ? 0 : 1
    let counts =
      "tests=\"\(report.results.count + errors)\" failures=\"\(report.broken)\" errors=\"\(errors)\""
    output.appendLine("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
    output.appendLine("<testsuites name=\"finwait check\" \(counts)>")
    output.appendLine("  <testsuite name=\"finwait check\" \(counts) skipped=\"0\">")
    for result in report.results { write(result, to: &output) }
    if errors > 0 {
      begin("The captures are whole", to: &output)
      output.appendLine("      <error message=\"\(text(report.complaints[0]))\" type=\"damage\">")
      for complaint in report.complaints { output.appendLine(text(complaint)) }
      output.appendLine("</error>")
      output.appendLine("    </testcase>")
    }
    output.appendLine("  </testsuite>")
    output.appendLine("</testsuites>")
    return output
  }

  private static func write(_ result: RuleResult, to output: inout OutputBuffer) {
    begin(result.rule.name, to: &output)
    if result.isBroken {
      output.appendLine("      <failure message=\"\(text(result.seen))\" type=\"violation\">")
      for line in result.lines(limit: limit) { output.appendLine(text(line)) }
      output.appendLine("</failure>")
    }
    output.appendLine("    </testcase>")
  }

  private static func begin(_ name: String, to output: inout OutputBuffer) {
    output.appendLine("    <testcase name=\"\(text(name))\" classname=\"finwait.check\">")
  }

  /// For an attribute or an element: what XML 1.0 cannot hold (section 2.2) is made visible.
  private static func text(_ text: String) -> String {
    var result = ""
    for character in Escaping.terminal(text).unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(character)  // any other scalar is plain
      }
    }
    return result
  }
}

import Reporting

/// Workflow commands that GitHub turns into annotations: `::error file=…,line=…,title=…::…`.
///
/// GitHub shows ten errors of a step: no more are written, and the last says what is left out.
public enum GitHubAnnotations {
  public static let limit = 10
  /// Violations that are listed of a rule.
  private static let violations = 5

  public static func lines(_ report: CheckReport) -> OutputBuffer {
    var output = OutputBuffer()
    var errors: [(place: String, text: String)] = report.complaints.map {
      ("title=Damaged input", Escaping.terminal($0))
    }
    for result in report.results where result.isBroken {
      let location = Location(of: result.rule, in: report)
      errors.append(
        (
          "file=\(property(location.path)),line=\(location.line),col=\(location.column),"
            + "title=\(property(result.rule.name))",
          result.lines(limit: violations).joined(separator: "\n")
        ))
    }
    let shown = errors.count > limit ? limit - 1 : errors.count
    for error in errors.prefix(shown) {
      output.appendLine("::error \(error.place)::\(data(error.text))")
    }
    if errors.count > shown {
      output.appendLine(
        "::error title=finwait check::and \((errors.count - shown).grouped) more broken rules")
    }
    output.appendLine("::notice title=finwait check::\(data(report.verdict))")
    return output
  }

  /// The message: per cent signs and line ends are escaped.
  private static func data(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      default: result.unicodeScalars.append(scalar)  // any other scalar is plain
      }
    }
    return result
  }

  /// A property: colons and commas too.
  private static func property(_ text: String) -> String {
    var result = ""
    for scalar in data(Escaping.terminal(text)).unicodeScalars {
      switch scalar {
      case ":": result += "%3A"
      case ",": result += "%2C"
      default: result.unicodeScalars.append(scalar)  // any other scalar is plain
      }
    }
    return result
  }
}

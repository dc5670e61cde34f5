import Reporting
import Tracking

/// SARIF 2.1.0 (OASIS), as GitHub code scanning reads it.
///
/// GitHub shows the 5,000 results of a file that matter most: no more are written, and a
/// notification says how many were left out.
public enum SARIFReport {
  public static let limit = 5_000

  public static func document(_ report: CheckReport) -> OutputBuffer {
    var json = JSONWriter()
    json.beginObject()
    json.field("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
    json.field("version", word: "2.1.0")
    json.key("runs")
    json.beginArray()
    json.beginObject()
    tool(report, &json)
    invocation(report, &json)
    results(report, &json)
    json.field("columnKind", word: "unicodeCodePoints")
    json.endObject()
    json.endArray()
    json.endObject()
    json.endLine()
    return json.output
  }

  private static func tool(_ report: CheckReport, _ json: inout JSONWriter) {
    json.key("tool")
    json.beginObject()
    json.key("driver")
    json.beginObject()
    json.field("name", word: "finwait")
    json.key("rules")
    json.beginArray()
    for result in report.results {
      json.newLine()
      json.beginObject()
      json.field("id", Escaping.terminal(result.rule.name))
      message("shortDescription", result.rule.name, &json)
      message("fullDescription", result.rule.requirement, &json)
      json.key("defaultConfiguration")
      json.beginObject()
      json.field("level", word: "error")
      json.endObject()
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endObject()
  }

  private static func invocation(_ report: CheckReport, _ json: inout JSONWriter) {
    let total = report.results.reduce(0) { $0 + $1.violations.count }
    var notices = report.complaints.map { (text: $0, level: "error") }
    if total > limit {
      notices.append(("\((total - limit).grouped) more violations are left out", "warning"))
    }
    json.key("invocations")
    json.beginArray()
    json.beginObject()
    json.field("executionSuccessful", report.complaints.isEmpty)
    json.key("toolExecutionNotifications")
    json.beginArray()
    for notice in notices {
      json.beginObject()
      message("message", notice.text, &json)
      json.field("level", word: notice.level)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    json.endArray()
  }

  private static func results(_ report: CheckReport, _ json: inout JSONWriter) {
    var (fingerprints, written) = (Fingerprints(), 0)
    json.key("results")
    json.beginArray()
    // What a baseline knows matters least.
    for counts in [true, false] {
      for (index, result) in report.results.enumerated() {
        let location = Location(of: result.rule, in: report)
        for violation in result.violations where violation.counts == counts && written < limit {
          json.newLine()
          write(
            violation, of: result.rule, index, location,
            fingerprints.next(violation, of: result.rule), &json)
          written += 1
        }
      }
    }
    json.endArray()
  }

  private static func write(
    _ violation: Violation, of rule: Rule, _ index: Int, _ location: Location,
    _ fingerprint: String, _ json: inout JSONWriter
  ) {
    json.beginObject()
    json.field("ruleId", Escaping.terminal(rule.name))
    json.field("ruleIndex", index)
    json.field("level", word: violation.counts ? "error" : "note")
    message("message", violation.line, &json)
    json.key("locations")
    json.beginArray()
    json.beginObject()
    json.key("physicalLocation")
    json.beginObject()
    json.key("artifactLocation")
    json.beginObject()
    json.field("uri", word: location.uri)
    json.endObject()
    json.key("region")
    json.beginObject()
    json.field("startLine", location.line)
    json.field("startColumn", location.column)
    json.endObject()
    json.endObject()
    json.endObject()
    json.endArray()
    json.key("partialFingerprints")
    json.beginObject()
    json.field("violation/v1", word: fingerprint)
    json.endObject()
    if let standing = violation.standing {
      json.field("baselineState", word: standing.baselineState)
    }
    json.key("properties")
    json.beginObject()
    json.field("connection", violation.connection?.number)
    json.field("frames", violation.frames)
    json.field("wiresharkFilter", word: violation.connection?.wiresharkFilter)
    json.endObject()
    json.endObject()
  }

  private static func message(_ name: JSONKey, _ text: String, _ json: inout JSONWriter) {
    json.key(name)
    json.beginObject()
    json.field("text", Escaping.terminal(text))
    json.endObject()
  }
}

extension Standing {
  /// SARIF 2.1.0 section 3.27.24.
  fileprivate var baselineState: String {
    switch self {
    case .new: "new"
    case .worse: "updated"
    case .known: "unchanged"
    }
  }
}

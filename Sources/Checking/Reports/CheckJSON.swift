import Dissection
import Reporting
import Tracking

/// What came of a check, for programs: one document.
///
/// `tally` is the same for two captures of a test that came out the same; what else there is names
/// ports, frames and times of this capture.
public enum CheckJSON {
  public static func document(_ report: CheckReport) -> OutputBuffer {
    var json = JSONWriter()
    json.beginObject()
    json.key("captures")
    json.beginArray()
    for capture in report.captures {
      json.newLine()
      json.write(capture)
    }
    json.endArray()
    json.key("rules")
    json.beginArray()
    for result in report.results {
      json.newLine()
      json.write(result)
    }
    json.endArray()
    json.key("violations")
    json.beginArray()
    for result in report.results {
      for violation in result.violations {
        json.newLine()
        json.write(violation, of: result.rule)
      }
    }
    json.endArray()
    json.key("tally")
    json.write(Tally(report))
    json.key("summary")
    json.write(summary: report)
    json.endObject()
    json.endLine()
    return json.output
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ result: RuleResult) {
    beginObject()
    field("type", word: "rule")
    field("rule", result.rule.name)
    field("requirement", result.rule.requirement)
    field("line", result.rule.place?.line)
    field("status", word: result.isBroken ? "failed" : "passed")
    field("connections", result.connections)
    field("violations", result.violations.count)
    field("known", result.violations.count { !$0.counts })
    field("seen", result.seen)
    endObject()
  }

  fileprivate mutating func write(_ violation: Violation, of rule: Rule) {
    beginObject()
    field("type", word: "violation")
    field("rule", rule.name)
    field("connection", violation.connection?.number)
    field("stream", violation.connection?.stream)
    field("initiator", ifAny: violation.connection?.client)
    field("responder", ifAny: violation.connection?.service)
    field("role", word: violation.kind.role?.name)
    field("kind", word: violation.kind.what)
    field("duration", violation.duration)
    field("seen", violation.seen)
    field("evidence", violation.frames)
    field("wireshark_filter", violation.connection?.wiresharkFilter)
    field("standing", word: violation.standing?.rawValue)
    endObject()
  }

  private mutating func field(_ name: JSONKey, ifAny socket: SocketAddress?) {
    if let socket { return field(name, socket) }
    key(name)
    null()
  }

  fileprivate mutating func write(summary report: CheckReport) {
    beginObject()
    field("type", word: "summary")
    field("connections", report.connections)
    field("rules", report.results.count)
    field("broken", report.broken)
    field("violations", report.violations)
    field("known", report.known)
    field("damaged", report.complaints.count)
    endObject()
  }
}

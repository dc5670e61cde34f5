import Reporting

/// GitLab's code quality report: an array of issues, each with a fingerprint of its own.
///
/// No more than 5,000 are written; the last then says how many were left out.
public enum CodeQualityReport {
  public static let limit = 5_000

  public static func document(_ report: CheckReport) -> OutputBuffer {
    var json = JSONWriter()
    var (fingerprints, written) = (Fingerprints(), 0)
    json.beginArray()
    // What a baseline knows matters least.
    for counts in [true, false] {
      for result in report.results {
        let location = Location(of: result.rule, in: report)
        for violation in result.violations where violation.counts == counts && written < limit {
          json.newLine()
          write(
            violation.line, result.rule.name, fingerprints.next(violation, of: result.rule),
            counts ? "major" : "info", location, &json)
          written += 1
        }
      }
    }
    let left = report.results.reduce(0) { $0 + $1.violations.count } - written
    if left > 0, let last = report.results.last(where: { !$0.violations.isEmpty }) {
      json.newLine()
      write(
        "\(left.grouped) more violations are left out", "finwait check", "left-out", "info",
        Location(of: last.rule, in: report), &json)
    }
    json.endArray()
    json.endLine()
    return json.output
  }

  private static func write(
    _ description: String, _ name: String, _ fingerprint: String, _ severity: String,
    _ location: Location, _ json: inout JSONWriter
  ) {
    json.beginObject()
    json.field("description", Escaping.terminal(description))
    json.field("check_name", Escaping.terminal(name))
    json.field("fingerprint", word: fingerprint)
    json.field("severity", word: severity)
    json.key("location")
    json.beginObject()
    json.field("path", Escaping.terminal(location.path))
    json.key("lines")
    json.beginObject()
    json.field("begin", location.line)
    json.endObject()
    json.endObject()
    json.endObject()
  }
}

import Foundation
import Reporting

/// The violations that were there before, and do not count.
public struct Baseline: Equatable, Sendable {
  let tally: Tally

  /// What a check wrote with `--write-baseline` or as JSON.
  ///
  /// - Throws: `ReportError` with a sentence.
  public init(json: [UInt8]) throws {
    tally = try Tally(json: json)
  }

  /// Nil for another JSON document.
  public init?(ifAny json: [UInt8]) throws {
    struct Document: Decodable {
      struct Anything: Decodable {}
      let tally: [Anything]?
    }
    let document: Document
    do {
      document = try JSONDecoder().decode(Document.self, from: Data(json))
    } catch {
      throw ReportError(sentence: "this is no report in JSON: \(error.sentence)")
    }
    if document.tally == nil { return nil }
    try self.init(json: json)
  }

  public init(_ report: CheckReport) { tally = Tally(report) }

  /// One document, the same for captures that came out the same.
  public var document: OutputBuffer {
    var json = JSONWriter()
    json.beginObject()
    json.field("type", word: "baseline")
    json.key("tally")
    json.write(tally)
    json.endObject()
    json.endLine()
    return json.output
  }

  /// Says of each violation whether it is new, worse or known, and what of the baseline is gone.
  public func judge(_ report: inout CheckReport) {
    let now = Tally(report)
    for index in report.results.indices {
      let rule = report.results[index].rule
      for place in report.results[index].violations.indices {
        let violation = report.results[index].violations[place]
        let key = Tally.Key(violation, of: rule)
        report.results[index].violations[place].standing = standing(
          violation, count: now[key]?.count ?? 0, tally[key])
      }
    }
    report.gone = tally.rows.keys.count { now[$0] == nil }
  }

  private func standing(_ violation: Violation, count: Int, _ before: Tally.Row?) -> Standing {
    guard let before else { return .new }
    let seconds = violation.duration?.roundedSeconds ?? 0
    let isLonger = before.seconds.map { seconds > Tally.tolerance(of: $0) } ?? false
    return count > before.count || isLonger ? .worse : .known
  }
}

/// A saved report is not what it should be: a sentence.
public struct ReportError: Error, Equatable {
  public let sentence: String
}

extension Tally {
  /// How long it may last where it lasted so long before: a run is never as fast as another.
  static func tolerance(of seconds: Int64) -> Int64 { seconds + max(1, seconds / 4) }

  private struct Saved: Decodable {
    struct Row: Decodable {
      let rule: String
      let service: String?
      let role: String?
      let kind: String
      let count: Int
      let longest: Double?
    }

    let tally: [Row]
  }

  init(json: [UInt8]) throws {
    let saved: Saved
    do {
      saved = try JSONDecoder().decode(Saved.self, from: Data(json))
    } catch {
      throw ReportError(
        sentence: "this is no report of check in JSON, and no baseline: \(error.sentence)")
    }
    for row in saved.tally {
      let key = Key(rule: row.rule, place: row.service, role: row.role, kind: row.kind)
      // What no report writes would overflow in the comparison.
      let bound = 0...Double(Int32.max)
      guard row.count >= 0, row.longest.map(bound.contains) ?? true else {
        throw ReportError(sentence: "a count or a length is out of range")
      }
      self[key] = Row(count: row.count, seconds: row.longest.map { Int64($0) })
    }
  }
}

extension Error {
  /// Of what a decoder says, the words without its types.
  var sentence: String {
    guard let error = self as? DecodingError else { return "\(self)" }
    switch error {
    case .dataCorrupted(let context), .typeMismatch(_, let context),
      .valueNotFound(_, let context):
      return context.path + context.debugDescription
    case .keyNotFound(let key, let context):
      return "\(context.path)there is no '\(key.stringValue)'"
    @unknown default: return "\(error)"
    }
  }
}

extension DecodingError.Context {
  fileprivate var path: String {
    let keys = codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }
    return keys.isEmpty ? "" : "at \(keys.joined()): "
  }
}

import TestSupport
import Testing
import Tracking

/// Every state × every kind of segment, acceptable or not: what is claimed of both ends afterwards.
///
/// A row has the segment that comes from Y to X in the state of its table, then, as in any close
/// script, the states of X and Y and whatever else is told of the segment. Section numbers are those
/// of RFC 9293.
struct StateRow: Sendable {
  let kind: SegmentKind
  /// The columns and expectations, with the lines that go on with them.
  var expected: String

  /// Reads the rows of a table: a line that begins with a bar or `..` belongs to the row above it.
  static func table(_ text: String) -> [StateRow] {
    var rows: [StateRow] = []
    for line in text.split(separator: "\n") {
      let content = line.drop { $0 == " " }
      if content.hasPrefix("|") || content.hasPrefix("..") {
        guard !rows.isEmpty else { preconditionFailure("no row before: \(line)") }
        rows[rows.count - 1].expected += "\n\(content)"
        continue
      }
      guard !content.hasPrefix("#"), let bar = content.firstIndex(of: "|") else { continue }
      let name = content[..<bar].split(separator: " ").joined(separator: " ")
      guard let kind = SegmentKind(rawValue: name) else {
        preconditionFailure("no kind of segment: \(name)")
      }
      rows.append(StateRow(kind: kind, expected: String(content[bar...])))
    }
    return rows
  }

  func script(_ fixture: StateFixture, tap: CloseScript.Tap) -> String {
    fixture.script(dialler: kind.dialler, tap: tap)
      + "+\(fixture.nextTime) Y > X \(kind.words(fixture)) \(expected)"
  }
}

@Suite struct StateRowTests {
  @Test(arguments: StateFixture.allCases)
  func `every kind of segment has a row`(fixture: StateFixture) {
    #expect(fixture.rows.map(\.kind) == SegmentKind.allCases)
  }

  /// Seconds after everything else, so that where the tap sits shifts times by half a round trip at
  /// most, and no state.
  @Test(arguments: StateFixture.allCases, [CloseScript.Tap.atX, .between, .atY])
  func `state by segment`(fixture: StateFixture, tap: CloseScript.Tap) throws {
    for row in fixture.rows {
      try check(
        row.script(fixture, tap: tap), tap: tap,
        toleranceSeconds: tap == .atX ? 0.000_001 : 0.005_001)
    }
  }
}

import Dissection
import Foundation
import Reporting
import TestSupport
import Testing
import Tracking

@testable import Checking

/// What counts as worse between two captures of different size.
@Suite struct DifferenceTests {
  private static let exchange = """
    +0.000  X > Y  S     0         | - -
    +0.010  Y > X  SA    0 ack   1 | - -
    +0.010  X > Y  A     1 ack   1 | - -
    +1.000  X > Y  FA    1 ack   1 | - -
    +1.010  Y > X  A     1 ack   2 | - -

    """
  private static let closed =
    exchange + """
      +1.020  Y > X  FA    1 ack   2 | - -
      +1.020  X > Y  A     2 ack   2 | - -
      +9.000 | - -
      """
  private static let leaked = exchange + "+9.000 | - -\n"

  /// A capture with so many connections that closed well, and so many that leaked.
  private static func census(closed: Int, leaked: Int) throws -> Census {
    var census = Census(minimumAge: .seconds(1))
    var number = 0
    for (script, count) in [(Self.closed, closed), (Self.leaked, leaked)] {
      var report = try #require(try CloseScript(script).run().reports[1])
      for _ in 0..<count {
        number += 1
        report.number = number
        census.add(report, at: .at(9))
      }
    }
    return census
  }

  @Test(arguments: [
    // Leaks before and now, and whether that is worse.
    ((9, 1), (9, 1), false), ((9, 1), (8, 2), true), ((9, 1), (18, 2), false),
    ((9, 1), (17, 3), true), ((9, 1), (4, 1), false), ((10, 0), (10, 0), false),
    ((10, 0), (99, 1), true), ((8, 2), (10, 0), false), ((0, 0), (9, 1), true),
    ((9, 1), (0, 0), false),
  ])
  func moreOfALargerShareIsWorse(old: (Int, Int), new: (Int, Int), isWorse: Bool) throws {
    let difference = Difference(
      before: try Self.census(closed: old.0, leaked: old.1),
      now: try Self.census(closed: new.0, leaked: new.1))
    #expect(difference.isWorse == isWorse, "\(difference.changes.map(\.sentence))")
    // By service and by connection say the same.
    for scope in [Change.Scope.service, .connection] {
      let found = difference.changes.contains { $0.scope == scope && $0.verdict == .worse }
      #expect(found == isWorse, "\(scope)")
    }
  }

  @Test func manyConnectionsAreListedToALimit() throws {
    let difference = Difference(
      before: try Self.census(closed: 1_000, leaked: 0),
      now: try Self.census(closed: 0, leaked: 1_000))
    let text = DifferenceReport.text(difference).text
    #expect(text.utf8.count < 6_000)
    #expect(text.contains("and 980 more (--all lists them)"))
    let all = DifferenceReport.text(difference, isComplete: true).text
    #expect(all.components(separatedBy: "worse: 10.0.0.1 to ").count == 1_001)
  }
}

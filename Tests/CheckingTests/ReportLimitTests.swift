import Foundation
import Reporting
import TestSupport
import Testing
import Tracking

@testable import Checking

/// Ten thousand violations make no file that nobody can open, and what is left out is counted.
@Suite struct ReportLimitTests {
  /// A rule that 10,000 connections break, a thousand of them known from a baseline.
  private static func report() throws -> CheckReport {
    let script = """
      +0.000  X > Y  S     0         | - -
      +0.010  Y > X  SA    0 ack   1 | - -
      +0.010  X > Y  A     1 ack   1 | - -
      +1.000  X > Y  FA    1 ack   1 | - -
      +1.010  Y > X  A     1 ack   2 | - -
      +9.000 | - -
      """
    let leak = try #require(try CloseScript(script).run().reports[1])
    let rules = try RuleReader.rules(yaml: "rules: [{name: leaks, never: {state: CLOSE_WAIT}}]")
    var checker = Checker(rules: rules, start: .at(0))
    for number in 1...10_000 {
      var connection = leak
      connection.number = number
      checker.add(connection, at: .at(9))
    }
    var report = checker.finish(captures: [], complaints: [], rulesFile: "rules.yml")
    for index in 0..<10_000 {
      report.results[0].violations[index].standing = index < 1_000 ? .known : .new
    }
    return report
  }

  @Test(arguments: [
    (CheckFormat.text, 2_000, "and 9,990 more"), (.junit, 10_000, "and 9,950 more"),
    (.github, 2_000, "and 9,995 more"), (.tap, 10_000, "and 9,950 more"),
    (.sarif, 4_000_000, "5,000 more violations are left out"),
    (.gitlab, 4_000_000, "5,000 more violations are left out"),
  ])
  func whatIsLeftOutIsCounted(format: CheckFormat, bytes: Int, words: String) throws {
    let text = format.output(try Self.report()).text
    #expect(text.utf8.count < bytes)
    #expect(text.contains(words))
  }

  @Test func theSummaryIsShort() throws {
    let text = MarkdownSummary.text(try Self.report()).text
    #expect(text.utf8.count < 3_000)
    #expect(text.contains("and 9,990 more"))
  }

  @Test func programsGetAll() throws {
    let text = CheckJSON.document(try Self.report()).text
    #expect(text.components(separatedBy: "\"type\":\"violation\"").count == 10_001)
  }

  /// Where not all have room, those that count come first.
  @Test func whatIsNewComesBeforeWhatIsKnown() throws {
    let log = SARIFReport.document(try Self.report()).text
    #expect(log.components(separatedBy: "\"baselineState\":\"new\"").count == 5_001)
    #expect(!log.contains("\"unchanged\""))
  }
}

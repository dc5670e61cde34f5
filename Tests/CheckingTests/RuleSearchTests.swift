import Dissection
import TestSupport
import Testing
import Tracking

@testable import Checking

/// What rules see in closes that no sample capture holds, and in what was before the end.
@Suite struct RuleSearchTests {
  /// A handshake and 100 octets each way; X is the initiator.
  private static let exchange = """
    +0.000  X > Y  S     0                 | - -
    +0.010  Y > X  SA    0 ack   1         | - -
    +0.010  X > Y  A     1 ack   1         | - -
    +0.020  X > Y  PA    1 ack   1 len 100 | - -
    +0.030  Y > X  PA    1 ack 101 len 200 | - -
    +0.040  X > Y  A   101 ack 201         | - -

    """

  private static let closed =
    exchange + """
      +1.000  X > Y  FA  101 ack 201  | - -
      +1.010  Y > X  A   201 ack 102  | - -
      +3.020  Y > X  FA  201 ack 102  | - -
      +3.020  X > Y  A   102 ack 202  | - -

      """

  /// What a rule says of a script: the connections are looked at after each line of it.
  private static func violations(_ rule: String, _ script: String) throws -> [String] {
    let rules = try RuleReader.rules(yaml: "rules: [{name: it, \(rule)}]")
    var checker = Checker(rules: rules, start: .at(0))
    let lines = script.split(separator: "\n").map(String.init).filter { $0.hasPrefix("+") }
    for count in lines.indices.dropFirst() {
      let prefix = lines[...count].joined(separator: "\n")
      let time = try #require(Double(lines[count].dropFirst().prefix { $0 != " " }))
      let outcome = try CloseScript(prefix).run()
      for (_, report) in outcome.reports.sorted(by: { $0.key < $1.key }) {
        if count == lines.count - 1 {
          checker.add(report, at: .at(time))
        } else if !outcome.final.contains(report.number) {
          checker.note(report, at: .at(time), isMoved: true)
        }
      }
    }
    let report = checker.finish(captures: [], complaints: [], rulesFile: nil)
    return report.results.flatMap(\.violations).map(\.seen)
  }

  @Test func `data after the sender's own FIN`() throws {
    let rule = "never: {late: data-after-fin}"
    #expect(try Self.violations(rule, Self.closed) == [])
    let seen = try Self.violations(
      rule, Self.closed + "+3.100  Y > X  PA  202 ack 102 len 9 | - -\n")
    #expect(seen.count == 1)
    #expect(seen.first?.hasPrefix("data-after-fin from 10.0.0.2:80 to 10.0.0.1:40000") == true)
  }

  /// RFC 1337, hazard H1: the numbers of the new connection lie just before those of the old.
  @Test func `a late packet that reaches a new connection`() throws {
    let reopened =
      Self.closed + """
        +3.100  Y > X  R   202                     | - -
        +3.200  X > Y  S  70000                    | - -
        +3.210  Y > X  SA   -50 ack 70001          | - -
        +3.210  X > Y  A  70001 ack   -49          | - -

        """
    let rule = "never: {late: any, reaches_new_connection: true}"
    #expect(try Self.violations(rule, reopened) == [])
    let seen = try Self.violations(
      rule, reopened + "+3.300  Y > X  PA  1 ack 101 len 200 dup | - -\n")
    #expect(seen.count == 1)
    #expect(seen.first?.hasSuffix("and it lies in a new connection's window") == true)
  }

  // MARK: What was before the end

  @Test(arguments: [
    ("never: {state: CLOSE_WAIT, longer_than: 2s}", ["CLOSE_WAIT for 2 s"]),
    ("never: {state: CLOSE_WAIT, longer_than: 2.1s}", []),
    ("never: {state: [CLOSE_WAIT, FIN_WAIT_2], longer_than: 1s}", ["CLOSE_WAIT", "FIN_WAIT_2"]),
    ("role: responder, never: {state: FIN_WAIT_2}", []),
    ("never: {state: LAST_ACK, longer_than: 1ms}", []),
    ("never: {state: CLOSE_WAIT, at_end: true}", []),
    ("never: {state: CLOSE_WAIT, certainty: proved}", ["(proved)"]),
    ("always: {close: graceful, within: 2s}", ["closed gracefully, after 2 s"]),
    ("always: {close: graceful, within: 2.1s}", []),
    ("never: {state: TIME_WAIT, longer_than: 59s}", ["was in TIME_WAIT for 1 min"]),
    ("never: {state: TIME_WAIT, longer_than: 61s}", []),
    ("limit: {state: TIME_WAIT, at_once: 0}", ["1 end of 10.0.0.1 in the state at once"]),
  ])
  func `a state that was left counts for as long as it lasted`(
    rule: String, expected: [String]
  ) throws {
    let seen = try Self.violations(rule, Self.closed + "+90.000 | - -\n+200.000 | - -\n")
    #expect(seen.count == expected.count, "\(seen)")
    for words in expected { #expect(seen.contains { $0.contains(words) }, "\(seen)") }
  }

  /// X's FIN passed, and comes again although Y has acknowledged nothing: it had not arrived.
  @Test func `a presumption that is taken back was no state`() throws {
    let lost =
      Self.exchange + """
        +1.000  X > Y  FA  101 ack 201  | - -
        +5.000  X > Y  FA  101 ack 201  | - -
        +9.000  X > Y  FA  101 ack 201  | - -
        +9.010  Y > X  A   201 ack 102  | - -
        +9.020  Y > X  FA  201 ack 102  | - -
        +9.020  X > Y  A   102 ack 202  | - -

        """
    let rule = "never: {state: CLOSE_WAIT, longer_than: 1s}"
    #expect(try Self.violations(rule, lost) == [])
    let waited = "never: {state: FIN_WAIT_1, longer_than: 8s}"
    #expect(try Self.violations(waited, lost).count == 1)
  }

  @Test func `as many at once as overlap`() throws {
    var concurrency = Concurrency()
    let address: IPAddress = "10.0.0.1"
    for (since, end) in [(0.0, 2.0), (1.0, 3.0), (2.0, 4.0), (2.5, 2.6), (5.0, 5.0), (5.0, 6.0)] {
      concurrency.add(address, since: .at(since), end: .at(end))
    }
    concurrency.add("10.0.0.2", since: .at(1), end: .at(9))
    let peaks = concurrency.peaks()
    #expect(peaks.map(\.count) == [3, 1])
    #expect(peaks.first?.time == .at(2.5))
  }
}

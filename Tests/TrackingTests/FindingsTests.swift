import Dissection
import TestSupport
import Testing
import Tracking

/// What deserves attention, of whom, since when, and by which frames.
@Suite struct FindingsTests {
  private func report(_ script: String, at seconds: Double) throws -> ConnectionReport {
    let outcome = try check(script + "\n+\(seconds) | - -")
    return try #require(outcome.reports[1])
  }

  private func findings(
    _ script: String, at seconds: Double, minimumAge: Interval = .zero
  ) throws -> Findings {
    try report(script, at: seconds).findings(at: .at(seconds), minimumAge: minimumAge)
  }

  private static let crossed =
    Prologue.exchange + """
      +1.000  X > Y  FA  101 ack 201  | -  -
      +1.004  Y > X  FA  201 ack 101  | -  -
      +1.004  X > Y  A   102 ack 202  | -  -
      """

  @Test(
    arguments: [
      ("nothing is wrong", Prologue.exchange, 5.0, []),
      ("a dial", "+0 X > Y S 0 | - -", 0.5, []),
      (
        "both halves of a half-close", EdgeCaseTests.halfClosed, 5,
        [(.closeWait, .responder), (.finWait2, .initiator)]
      ),
      ("CLOSE_WAIT outlives FIN_WAIT_2", EdgeCaseTests.halfClosed, 500, [(.closeWait, .responder)]),
      ("TIME_WAIT", Prologue.closed, 5, [(.timeWait, .initiator)]),
      ("TIME_WAIT is over", Prologue.closed, 100, []),
      (
        "LAST_ACK", EdgeCaseTests.closeWait + "+2 X > Y FA 101 ack 202 | - -", 2.5,
        [(.lastAck, .initiator), (.timeWait, .responder)]
      ),
      ("CLOSING", crossed, 1.5, [(.closing, .initiator), (.timeWait, .responder)]),
      (
        "the other end has gone: half-open",
        Prologue.exchange + "+1 Y > X R 250 | - -\n+1 X > Y A 101 ack 201 | - - | late?", 50,
        [(.halfOpen, .initiator)]
      ),
    ] as [(String, String, Double, [(FindingKind, Role)])])
  func `by state`(
    what: String, script: String, at seconds: Double, expected: [(FindingKind, Role)]
  ) throws {
    let found = try findings(script, at: seconds).filter {
      $0.kind != .latePackets && $0.kind != .reset
    }
    #expect(found.map(\.kind) == expected.map(\.0))
    #expect(found.map(\.role) == expected.map(\.1))
  }

  @Test func `FIN_WAIT_1`() throws {
    let found = try findings(
      Prologue.exchange + "+1 X > Y FA 101 ack 201 | FIN_WAIT_1 -", at: 2)
    #expect(found.contains { $0.kind == .finWait1 && $0.role == .initiator })
  }

  @Test func `age and evidence of a CLOSE_WAIT`() throws {
    let report = try report(EdgeCaseTests.halfClosed, at: 91)
    let leak = try #require(report.findings(at: .at(91)).first)
    #expect(leak.kind == .closeWait)
    // Since the FIN came, not since its acknowledgment.
    #expect(leak.age == .seconds(90))
    #expect(report.evidence(of: leak) == [8, 9])
  }

  @Test func `young states are work in progress`() throws {
    #expect(try findings(EdgeCaseTests.halfClosed, at: 3, minimumAge: .seconds(5)).isEmpty)
    #expect(!(try findings(EdgeCaseTests.halfClosed, at: 6, minimumAge: .seconds(5)).isEmpty))
    // A fact at any age.
    #expect(
      try findings(Prologue.closed, at: 2, minimumAge: .seconds(5)).map(\.kind) == [.timeWait])
  }

  @Test func `late packets, with what else there is, worst first`() throws {
    let report = try report(
      EdgeCaseTests.halfClosed + "+2 X > Y FA 101 ack 201 | - - | late retransmitted-fin", at: 3)
    let found = report.findings(at: .at(3))
    #expect(found.map(\.kind.severity) == found.map(\.kind.severity).sorted(by: >))
    let late = try #require(found.first { $0.kind == .latePackets })
    #expect(report.evidence(of: late) == [10])
    // Of the endpoint that they came to.
    #expect(late.role == .responder)
  }

  @Test func `a reset that lost data`() throws {
    let report = try report(
      Prologue.handshake + """
        +0.02  X > Y  PA  1 ack   1 len 100  | -  -
        +0.03  Y > X  A   1 ack 101          | -  -
        +0.50  Y > X  RA  1 ack 101          | -  -
        """, at: 1)
    let found = report.findings(at: .at(1))
    #expect(found.map(\.kind) == [.reset])
    #expect(found.first?.role == .responder)
    #expect(found.first.map { report.evidence(of: $0) } == [6])
  }

  @Test func `a refused dial is no finding`() throws {
    let script = "+0 X > Y S 0 | - -\n+0.01 Y > X RA =0 ack 1 | - -"
    #expect(try findings(script, at: 10).isEmpty)
  }

  @Test func `severities are distinct`() {
    let severities = FindingKind.allCases.map(\.severity)
    #expect(Set(severities).count == severities.count)
    #expect(severities.max() == FindingKind.closeWait.severity)
  }
}

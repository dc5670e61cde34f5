import Dissection
import TestSupport
import Testing
import Tracking

/// Late packets: what they are, what they do, and what answers them; by the state they come to in
/// the tables of `StateFixture`.
@Suite struct LatenessTests {
  /// A segment into the TIME_WAIT of X, its RCV.NXT being 202, and what is expected of it.
  struct Row: Sendable, CustomTestStringConvertible {
    let segment: String
    let expected: String
    /// The end of the timer, which would be 61.02 and is 62 when restarted at 2 s.
    var restarts: Bool?
    var testDescription: String { segment }
  }

  private func checkRow(_ row: Row, after prologue: String) throws {
    var rest = row.expected
    if let restarts = row.restarts {
      rest += " X.until \(restarts ? "62" : "61.02")"
      if restarts { rest += " effect timer-restarted" }
    }
    let state = rest.contains("killed") ? "CLOSED?" : "TIME_WAIT~"
    try check(prologue + "+2 Y > X \(row.segment) | \(state) - | conn 1 \(rest)")
  }

  /// The last TSval of Y was 6010.
  private static let withTimestamps = [
    Row(
      segment: "FA 201 ack 102 ts 6010/2000", expected: "late retransmitted-fin reply ack",
      restarts: true),
    Row(
      segment: "A 202 ack 102 ts 7000/2020", expected: "late duplicate-ack reply none",
      restarts: true),
    Row(
      segment: "PA 1 ack 101 len 200 ts 5030/1020", expected: "late duplicate-data reply ack",
      restarts: true),
    Row(
      segment: "R 202 ts 6000/0", expected: "late reset-in-time-wait reply none effect none",
      restarts: false),
    Row(
      segment: "R 202 ts 7000/0", expected: "late reset-in-time-wait reply none effect killed"),
    Row(segment: "R 202", expected: "late reset-in-time-wait reply none effect killed"),
  ]

  @Test(arguments: withTimestamps)
  func `into TIME_WAIT, with timestamps`(row: Row) throws {
    try checkRow(row, after: Prologue.closedWithTimestamps)
  }

  @Test func `PAWS comes first: an old bare ACK at RCV.NXT is answered`() throws {
    let row = Row(
      segment: "A 202 ack 102 ts 6000/2000", expected: "late duplicate-ack reply ack",
      restarts: true)
    try checkRow(row, after: Prologue.closedWithTimestamps)
  }

  @Test(arguments: [
    ("FA 201 ack 102", "reply rst"), ("A 202 ack 102", "reply rst"), ("A 201 ack 102", "reply rst"),
    ("PA 1 ack 101 len 200", "reply rst"), ("R 202", "reply none"), ("F 201", "reply rst-ack"),
  ])
  func `what outlived TIME_WAIT`(segment: String, reply: String) throws {
    // 2MSL and the kernel's longest delay are over: only the end of the packet tells of it.
    try check(
      Prologue.closed
        + "+67 Y > X \(segment) | CLOSED? - | conn 1 late after-time-wait \(reply) effect none")
  }

  // MARK: Kinds

  @Test func `duplicate-data: its receiver has taken the FIN behind it`() throws {
    try check(
      EdgeCaseTests.halfClosed + """
        +1.1  X > Y  PA  1 ack 1 len 100  | -  CLOSE_WAIT  | late duplicate-data reply ack
          .. effect none
        """)
  }

  @Test func `data-after-close: its receiver is closed`() throws {
    try check(
      Prologue.exchange + """
        +1.00  X > Y  RA  101 ack 201          | CLOSED  CLOSED?
        +1.01  Y > X  PA  201 ack 101 len 100  | CLOSED  -
          .. late data-after-close reply rst effect none
        """)
  }

  @Test func `after-reset: its sender had reset the connection`() throws {
    try check(
      Prologue.exchange + """
        +1.00  X > Y  RA  101 ack 201          | CLOSED  CLOSED?
        +1.01  X > Y  PA    1 ack   1 len 100  | CLOSED  CLOSED?  | late after-reset
        """)
  }

  @Test func `duplicate-syn at an endpoint that has taken the FIN`() throws {
    try check(
      EdgeCaseTests.halfClosed
        + "+1.1 X > Y S 0 | - CLOSE_WAIT | conn 1 late duplicate-syn reply ack effect none")
  }

  @Test func `unknown-connection: answered by RST`() throws {
    let outcome = try check(
      """
      +0.000  Y > X  PA  100 ack 700 len 5  | -       -
      +0.000  X > Y  R   700                | CLOSED  -
      """)
    let late = try #require(outcome.reports[1]?.late.first)
    #expect(late.kind == .unknownConnection)
    #expect(late.frame == 1)
    #expect(late.replyFrame == 2)
    #expect(late.replyExpected == .rst)
  }

  @Test(arguments: [
    ("an attempt refused", "+0 X > Y S 0 | - -\n+0 Y > X RA =0 ack 1 | - -"),
    ("an attempt never answered", "+0 X > Y S 0 | - -\n+1 X > Y S 0 | - -\n+3 X > Y S 0 | - -"),
    (
      "a duplicate while both ends are open",
      Prologue.exchange + "+1 X > Y PA 1 ack 1 len 100 | - -\n+1 Y > X A 201 ack 101 | - -"
    ),
    (
      "ACKs of a half-closed endpoint",
      EdgeCaseTests.halfClosed + "+2 Y > X PA 201 ack 102 len 9 | - -\n+2 X > Y A 102 ack 210 | - -"
    ),
    ("a window update in CLOSE_WAIT", EdgeCaseTests.halfClosed + "+2 Y > X A 201 ack 102 | - -"),
  ])
  func `not late`(what: String, script: String) throws { try check(script) }

  /// X may be in LAST_ACK still, where the segment is its acknowledgment at last.
  @Test(arguments: [
    ("A 202 ack 102", "duplicate-ack"), ("A 201 ack 102", "keep-alive"),
    ("PA 202 ack 102 len 9", "data-after-fin"), ("FA 201 ack 102", "retransmitted-fin"),
  ])
  func `late at an end that has closed second, once its RST shows that`(
    segment: String, kind: String
  ) throws {
    let outcome = try check(
      EdgeCaseTests.responderClosed + """
        +2.0  Y > X  \(segment)  | CLOSED?{CLOSED,LAST_ACK}  TIME_WAIT~  | late?
        +2.0  X > Y  R  102      | CLOSED                    -           | late?
        """)
    let late = try #require(outcome.reports[1]?.late.first)
    #expect(late.kind.rawValue == kind)
    #expect(late.replyFrame == 13)
    #expect(late.replyExpected == .rst)
  }

  // MARK: Replies

  @Test func `an ACK later than 2MSL shows that the timer had been restarted`() throws {
    try check(
      Prologue.closed + """
        +40.0  Y > X  FA  201 ack 102  | TIME_WAIT~  -  | late retransmitted-fin X.until 100
        +40.0  X > Y  A   102 ack 202  | TIME_WAIT   -  | X.until 100
        +69.0  Y > X  FA  201 ack 102  | TIME_WAIT~  -  | late retransmitted-fin X.until 129
        +69.0  X > Y  A   102 ack 202  | TIME_WAIT   -  | X.until 129
        """)
  }

  @Test func `an ACK later than 2MSL may answer an earlier segment`() throws {
    try check(
      Prologue.closed + """
        +40.0  Y > X  FA  201 ack 102  | TIME_WAIT~  -  | late retransmitted-fin X.until 100
        +69.0  Y > X  FA  201 ack 102  | TIME_WAIT~  -  | late retransmitted-fin X.until 129
        +69.0  X > Y  A   102 ack 202  | TIME_WAIT?{TIME_WAIT,CLOSED}  -  | X.until 129
        """)
  }

  @Test func `a RST proves that TIME_WAIT was gone`() throws {
    let outcome = try check(
      Prologue.closed + """
        +30.0  Y > X  FA  201 ack 102  | TIME_WAIT~  -        | late retransmitted-fin
        +30.0  X > Y  R   102          | CLOSED      CLOSED?  | X.until none X.since 30
        """)
    let late = try #require(outcome.reports[1]?.late.first)
    #expect(late.replyFrame == 13)
    #expect(late.effect != .timerRestarted)
  }

  @Test func `TIME_WAIT sends one ACK in 500 ms for what holds nothing`() throws {
    // tcp_oow_rate_limited (net/ipv4/tcp_input.c): text and FIN are always answered.
    try check(
      Prologue.closed + """
        +2.0  Y > X  A   201 ack 102  | TIME_WAIT  -  | late keep-alive reply ack
        +2.0  X > Y  A   102 ack 202  | TIME_WAIT  -  | late?
        +2.4  Y > X  A   201 ack 102  | TIME_WAIT  -  | late keep-alive reply none X.until 62.4
        +2.45 Y > X  FA  201 ack 102  | TIME_WAIT  -  | late retransmitted-fin reply ack
        +2.45 X > Y  A   102 ack 202  | TIME_WAIT  -  | late?
        +2.5  Y > X  A   201 ack 102  | TIME_WAIT  -  | late keep-alive reply ack
        """)
  }

  @Test func `time after the close`() throws {
    let outcome = try check(
      Prologue.closed + "+31.02 Y > X FA 201 ack 102 | TIME_WAIT~ - | late retransmitted-fin")
    #expect(outcome.reports[1]?.late.first?.afterClose?.seconds == 30)
  }

  @Test func `no newer connection on the ports`() throws {
    let outcome = try check(
      Prologue.closed + "+2 Y > X FA 201 ack 102 | TIME_WAIT~ - | late retransmitted-fin")
    #expect(try #require(outcome.reports[1]?.late.first).reachesNewConnection == nil)
  }
}

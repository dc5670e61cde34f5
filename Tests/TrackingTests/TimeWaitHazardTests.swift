import Dissection
import TestSupport
import Testing
import Tracking

/// The three hazards of RFC 1337 section 2: what an old duplicate does to a new incarnation once a
/// RST has ended the TIME_WAIT that would have kept it off; and for contrast what it does when the
/// TIME_WAIT stood, or ended by a SYN that it may take (section 3, RFC 6191).
@Suite struct TimeWaitHazardTests {
  /// Figure 1 of RFC 1337: X acknowledges an old duplicate, and Y, CLOSED, answers that with RST.
  private static let assassinated =
    Prologue.closed + """
      +2.00  Y > X  PA    1 ack 101 len 200 dup  | TIME_WAIT   -       | late duplicate-data
        .. effect timer-restarted reply ack X.until 62
      +2.00  X > Y  A   102 ack 202              | TIME_WAIT   -       | late?
      +2.01  Y > X  R   202                      | CLOSED?     CLOSED  | late reset-in-time-wait
        .. effect killed reply none X.until none cause time-wait-assassination

      """

  /// X dials again with its first number behind the old ones, Y's lies just before what it sent.
  private static let reopened =
    assassinated + """
      +2.10  X > Y  S  70000            | SYN_SENT      CLOSED?        | conn 2
      +2.11  Y > X  SA   -50 ack 70001  | ESTABLISHED?  SYN_RECEIVED?  | conn 2
      +2.11  X > Y  A  70001 ack   -49  | ESTABLISHED   ESTABLISHED?   | conn 2

      """

  @Test func `H1: old data is accepted by the new connection`() throws {
    let outcome = try check(
      Self.reopened + """
        +2.20  Y > X  PA  1 ack 101 len 200 dup  | CLOSED       CLOSED
          .. conn 1 late after-reset effect none reply ack
                                                 | ESTABLISHED  ESTABLISHED~  | of 2
        +2.20  X > Y  A  70001 ack -49           | ESTABLISHED  ESTABLISHED~  | conn 2
        """)
    let late = try #require(outcome.reports[1]?.late.last)
    #expect(late.reachesNewConnection == true)
    #expect(late.replyFrame == 19)
  }

  @Test func `H1 averted: the new connection's numbers lie beyond all old ones`() throws {
    let outcome = try check(
      EdgeCaseTests.responderClosed + """
        +5.00  X > Y  S   70000            | SYN_SENT      CLOSED?        | conn 2
          .. late syn-in-time-wait reply syn-ack
        +5.01  Y > X  SA  65739 ack 70001  | ESTABLISHED?  SYN_RECEIVED?  | conn 2
        +5.01  X > Y  A   70001 ack 65740  | ESTABLISHED   ESTABLISHED?   | conn 2
        +5.10  Y > X  PA    1 ack 101 len 200 dup  | CLOSED       CLOSED~
          .. conn 1 late duplicate-data effect none reply ack
                                                   | ESTABLISHED  ESTABLISHED~  | of 2
        +5.10  X > Y  A   70001 ack 65740          | ESTABLISHED  ESTABLISHED~  | conn 2
        """)
    let late = try #require(outcome.reports[1]?.late.last)
    #expect(late.reachesNewConnection == false)
    #expect(late.replyFrame == 16)
  }

  /// RFC 7323 section 5: what TCP timestamps are for.
  @Test func `H1 averted: the old data has an older timestamp`() throws {
    let outcome = try check(
      """
      +0.00  X > Y  S     0                  ts 1000/0     | SYN_SENT      CLOSED?
      +0.01  Y > X  SA    0 ack 1            ts 5000/1000  | ESTABLISHED?  SYN_RECEIVED?
      +0.01  X > Y  A     1 ack 1            ts 1010/5000  | ESTABLISHED   ESTABLISHED?
      +0.02  X > Y  PA    1 ack 1   len 100  ts 1020/5000  | -             -
      +0.03  Y > X  A     1 ack 101          ts 5020/1020  | -             -
      +0.50  X > Y  RA  101 ack 1            ts 1500/5020  | CLOSED        CLOSED?
      +1.00  X > Y  S   -50                  ts 2000/0     | SYN_SENT      CLOSED?        | conn 2
      +1.01  Y > X  SA  70000 ack -49        ts 6000/2000  | ESTABLISHED?  SYN_RECEIVED?  | conn 2
      +1.01  X > Y  A   -49 ack 70001        ts 2010/6000  | ESTABLISHED   ESTABLISHED?   | conn 2
      +1.20  X > Y  PA    1 ack 1   len 100  ts 1020/5000 dup  | CLOSED  CLOSED
        .. conn 1 late after-reset effect none reply ack
      """)
    let late = try #require(outcome.reports[1]?.late.last)
    #expect(late.reachesNewConnection == false)
  }

  @Test func `an old segment of an older connection restarts the TIME_WAIT of the newer`() throws {
    try check(
      Self.reopened + """
        +2.20  X > Y  FA  70001 ack   -49        | FIN_WAIT_1  CLOSE_WAIT?  | conn 2
        +2.21  Y > X  FA    -49 ack 70002        | TIME_WAIT?  LAST_ACK~    | conn 2
        +2.21  X > Y  A   70002 ack   -48        | TIME_WAIT   CLOSED?      | conn 2 X.until 62.21
        +3.00  Y > X  PA    1 ack 101 len 200 dup  | CLOSED    CLOSED
          .. conn 1 late after-reset effect timer-restarted reply ack
                                                 | TIME_WAIT   CLOSED?      | of 2 X.until 63
        +3.00  X > Y  A   70002 ack   -48        | TIME_WAIT   CLOSED?      | conn 2 late?
        """)
  }

  @Test func `what comes when TIME_WAIT is over does not bring it back`() throws {
    try check(
      Prologue.closed + """
        +61.5                                      | CLOSED?{CLOSED,TIME_WAIT}  CLOSED?
        +64.0  Y > X  PA    1 ack 101 len 200 dup  | CLOSED?{CLOSED,TIME_WAIT}  CLOSED?
          .. late after-time-wait effect none reply rst
        +64.0  X > Y  R   101                      | CLOSED  CLOSED?  | late?
        """)
  }

  @Test func `H1 averted: TIME_WAIT takes the old data`() throws {
    try check(
      Prologue.closed + """
        +2.0  Y > X  PA    1 ack 101 len 200 dup  | TIME_WAIT  CLOSED?
          .. late duplicate-data effect timer-restarted reply ack X.until 62
        +2.0  X > Y  A   102 ack 202              | TIME_WAIT  CLOSED?  | late? X.until 62
        """)
  }

  /// The old data lies at RCV.NXT of the new connection: X acknowledges what Y never sent there, each
  /// answers the other's unacceptable ACK, and so on for ever.
  @Test func `H2: an old segment desynchronizes the new connection`() throws {
    let outcome = try check(
      Prologue.handshake + """
        +0.02  X > Y  PA    1 ack   1 len 100  | -          -
        +0.03  Y > X  PA    1 ack 101 len 100  | -          -
        +0.03  Y > X  PA  101 ack 101 len 100  | -          -
        +0.03  X > Y  A   101 ack 201          | -          -
        +1.00  X > Y  FA  101 ack 201          | -          -
        +1.01  Y > X  FA  201 ack 102          | -          -
        +1.01  X > Y  A   102 ack 202          | TIME_WAIT  CLOSED?
        +2.00  Y > X  A     1 ack 101 dup      | TIME_WAIT  -        | late duplicate-ack
        +2.00  X > Y  A   102 ack 202          | TIME_WAIT  -        | late?
        +2.01  Y > X  R   202                  | CLOSED?    CLOSED   | late reset-in-time-wait
          .. effect killed
        +2.10  X > Y  S   70000                | SYN_SENT      CLOSED?        | conn 2
        +2.11  Y > X  SA    100 ack 70001      | ESTABLISHED?  SYN_RECEIVED?  | conn 2
        +2.11  X > Y  A   70001 ack   101      | ESTABLISHED   ESTABLISHED?   | conn 2
        +2.20  Y > X  PA    101 ack 101 len 100 dup  | CLOSED  CLOSED
          .. conn 1 late after-reset effect none reply ack
        +2.20  X > Y  A   70001 ack   201      | ESTABLISHED?  ESTABLISHED?   | conn 2 gap
        +2.21  Y > X  A     101 ack 70001      | ESTABLISHED?  ESTABLISHED?   | conn 2
        +2.21  X > Y  A   70001 ack   201      | ESTABLISHED?  ESTABLISHED?   | conn 2
        +2.22  Y > X  A     101 ack 70001      | ESTABLISHED?  ESTABLISHED?   | conn 2 close open
        """)
    #expect(outcome.reports[1]?.late.last?.reachesNewConnection == true)
    #expect(outcome.reports[2]?.late.isEmpty == true)
  }

  @Test func `H2 averted: an old ACK below the new numbers`() throws {
    let outcome = try check(
      Self.reopened + """
        +2.20  Y > X  A  201 ack 102 dup  | CLOSED       CLOSED
          .. conn 1 late after-reset effect none reply none
                                          | ESTABLISHED  ESTABLISHED~  | of 2 whole
        """)
    // In the window, but it acknowledges and carries nothing: neither end takes notice.
    #expect(outcome.reports[2]?.gap == false)
  }

  /// X's dial meets an old ACK and answers it with RST; that lies in the window of Y's request.
  @Test func `H3: the answer to an old segment kills the new connection`() throws {
    try check(
      Self.assassinated + """
        +2.100  X > Y  S     50           | SYN_SENT      CLOSED?        | conn 2
        +2.105  Y > X  A    201 ack 102 dup  | CLOSED     CLOSED
          .. conn 1 late after-reset effect none reply rst
                                          | SYN_SENT      CLOSED?        | of 2
        +2.105  X > Y  R    102           | CLOSED        CLOSED         | conn 1 late?
                                          | SYN_SENT      CLOSED?        | of 2
        +2.110  Y > X  SA 90000 ack 51    | ESTABLISHED?  SYN_RECEIVED?{SYN_RECEIVED,CLOSED}
          .. conn 2
        +2.110  X > Y  A     51 ack 90001 | ESTABLISHED   ESTABLISHED?{ESTABLISHED,CLOSED,SYN_RECEIVED}
          .. conn 2
        +2.120  Y > X  R  90001           | CLOSED?       CLOSED?        | conn 2 close reset
        """)
  }

  @Test func `H3: an old RST in the place of the new connection's next octet`() throws {
    let outcome = try check(
      Self.assassinated + """
        +2.10  X > Y  S   70000            | SYN_SENT      CLOSED?        | conn 2
        +2.11  Y > X  SA    201 ack 70001  | ESTABLISHED?  SYN_RECEIVED?  | conn 2
        +2.11  X > Y  A   70001 ack   202  | ESTABLISHED   ESTABLISHED?   | conn 2
        +2.20  Y > X  R   202 dup          | -             -              | late?
                                           | CLOSED?       -              | of 2
        """)
    // Whose it is nothing tells: of neither end can be proved that it is gone.
    for role in Role.allCases {
      #expect(outcome.reports[2]?.endpoints[role].claim.certainty == .presumed)
    }
  }

  @Test func `H3 averted: an old RST outside the window`() throws {
    try check(
      Self.assassinated + """
        +2.10  X > Y  S   70000            | SYN_SENT      CLOSED?        | conn 2
        +2.11  Y > X  SA  90000 ack 70001  | ESTABLISHED?  SYN_RECEIVED?  | conn 2
        +2.11  X > Y  A   70001 ack 90001  | ESTABLISHED   ESTABLISHED?   | conn 2
        +2.20  Y > X  R   202 dup          | CLOSED        CLOSED         | conn 1 late?
                                           | ESTABLISHED   ESTABLISHED~   | of 2
        """)
  }

  @Test func `H3 averted: TIME_WAIT refuses what would be assassinated with an older timestamp`()
    throws
  {
    try check(
      Prologue.closedWithTimestamps + """
        +2.0  Y > X  R  202  ts 6000/0  | TIME_WAIT~  -  | late reset-in-time-wait effect none
          .. reply none X.until 61.02
        """)
  }

  /// Where sequence numbers overlap, timestamps tell whose a segment is.
  @Test func `an old segment whose place the new connection has used, with timestamps`() throws {
    let outcome = try check(
      EdgeCaseTests.responderClosedWithTimestamps + """
        +5.00  X > Y  S    -20                  ts  6000/0      | -            -  | conn 2 late?
        +5.01  Y > X  SA   -30 ack  -19         ts 10000/6000   | -            -  | conn 2
        +5.01  X > Y  PA   -19 ack  -29 len 90  ts  6010/10000  | -            -  | conn 2
        +5.02  Y > X  PA   -29 ack   71 len 90  ts 10010/6010   | -            -  | conn 2
        +5.02  X > Y  A     71 ack   61         ts  6020/10010  | ESTABLISHED  -  | conn 2
        +5.50  X > Y  FA     1 ack    2         ts  2020/6000 dup  | CLOSED    -  | conn 1
          .. late retransmitted-fin
                                                                | ESTABLISHED  ESTABLISHED~  | of 2
        """)
    #expect(outcome.reports[2]?.endpoints.initiator.finFrame == nil)
  }
}

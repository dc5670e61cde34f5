import TestSupport
import Testing
import Tracking

/// Edge cases 13 to 22: incarnations, orphans, what an ACK acknowledges.
@Suite struct EdgeCaseIncarnationTests {
  private static let reopened =
    EdgeCaseTests.responderClosed + """
      +5.000  X > Y  S   70000            | SYN_SENT     CLOSED?      | conn 2 late?
      +5.010  Y > X  SA  65739 ack 70001  | ESTABLISHED? SYN_RECEIVED? | conn 2
      +5.010  X > Y  A   70001 ack 65740  | ESTABLISHED  ESTABLISHED?  | conn 2

      """

  @Test func `13 old FIN after a new SYN has been answered`() throws {
    let outcome = try checkEveryLine(
      Self.reopened + """
        +5.100  X > Y  FA  101 ack 202 dup  | CLOSED       CLOSED~
          .. conn 1 late retransmitted-fin effect none
                                            | ESTABLISHED  ESTABLISHED?  | of 2
        """)
    #expect(outcome.reports[1]?.late.last?.reachesNewConnection == false)
  }

  @Test func `13 old FIN after a new SYN, before its answer`() throws {
    try checkEveryLine(
      EdgeCaseTests.responderClosed + """
        +5.000  X > Y  S   70000            | SYN_SENT  CLOSED?     | conn 2 late?
        +5.001  X > Y  FA  101 ack 202 dup  | CLOSED    TIME_WAIT~
          .. conn 1 late retransmitted-fin effect timer-restarted reply ack Y.until 65.001
                                            | SYN_SENT  CLOSED?     | of 2
        """)
  }

  @Test func `14 SYN inside ESTABLISHED: the dialler has left, the other stands`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +9.000  X > Y  S  70000        | SYN_SENT  CLOSED?       | conn 2
                                       | CLOSED    ESTABLISHED~  | of 1
        +9.010  Y > X  A  201 ack 101  | CLOSED    ESTABLISHED~  | conn 1 late?
                                       | SYN_SENT  CLOSED?       | of 2 close refused
        """)
  }

  @Test func `14 SYN inside ESTABLISHED: a duplicate of the first is no dial`() throws {
    try checkEveryLine(
      Prologue.handshake + """
        +0.5  X > Y  S  0 dup    | ESTABLISHED  ESTABLISHED?  | conn 1
        +0.6  Y > X  A  1 ack 1  | ESTABLISHED  ESTABLISHED? | conn 1
        """)
  }

  @Test func `15 close(): data into FIN_WAIT_2 is answered by RST`() throws {
    try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +1.011                                  | FIN_WAIT_2?  CLOSE_WAIT  | X.until 61.01
        +2.000  Y > X  PA  201 ack 102 len 10   | FIN_WAIT_2?  CLOSE_WAIT?
        +2.000  X > Y  R   102                  | CLOSED       CLOSED?
          .. cause data-to-orphan close reset
        """)
  }

  @Test func `15 shutdown(WR): data into FIN_WAIT_2 is acknowledged`() throws {
    try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +2.000  Y > X  PA  201 ack 102 len 10   | FIN_WAIT_2?  CLOSE_WAIT?
        +2.000  X > Y  A   102 ack 211          | FIN_WAIT_2   CLOSE_WAIT~  | X.until none
        +500                                    | FIN_WAIT_2?{FIN_WAIT_2,CLOSED}  CLOSE_WAIT~
        """)
  }

  @Test func `16 data to an orphaned FIN_WAIT_1`() throws {
    // tcp_rcv_state_process answers with RST at SEG.ACK: RCV.NXT-1 of a receiver in CLOSE_WAIT.
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201          | FIN_WAIT_1   CLOSE_WAIT?
        +1.005  Y > X  PA  201 ack 101 len 10   | FIN_WAIT_1~  CLOSE_WAIT?
        +1.005  X > Y  R   101                  | CLOSED       CLOSED?  | cause keep-alive-race
        """)
  }

  @Test func `17 close with unread data, from ESTABLISHED`() throws {
    try checkEveryLine(
      Prologue.handshake + """
        +0.020  X > Y  PA    1 ack   1 len 100  | ESTABLISHED?  ESTABLISHED?
        +0.030  Y > X  A     1 ack 101          | ESTABLISHED~  ESTABLISHED
        +1.000  Y > X  RA    1 ack 101          | CLOSED?  CLOSED  | cause unread-data close reset
        """)
  }

  @Test func `17 close with unread data, from CLOSE_WAIT`() throws {
    try checkEveryLine(
      Prologue.handshake + """
        +0.020  X > Y  FPA   1 ack   1 len 100  | FIN_WAIT_1   CLOSE_WAIT?
        +0.030  Y > X  A     1 ack 102          | FIN_WAIT_2?  CLOSE_WAIT
        +1.000  Y > X  RA    1 ack 102          | CLOSED?  CLOSED  | cause unread-data close reset
        """)
  }

  @Test func `18 simultaneous close without a lost ACK`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1  CLOSE_WAIT?
        +1.004  Y > X  FA  201 ack 101  | CLOSING?    CLOSING?
        +1.004  X > Y  A   102 ack 202  | CLOSING     TIME_WAIT?
        +1.014  Y > X  A   202 ack 102  | TIME_WAIT?  TIME_WAIT?
          .. close simultaneous first both X.until 61.014 Y.until 61.004
        """)
  }

  @Test func `18 simultaneous close with a lost ACK`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1  CLOSE_WAIT?
        +1.004  Y > X  FA  201 ack 101  | CLOSING?    CLOSING?
        +1.004  X > Y  A   102 ack 202  | CLOSING     TIME_WAIT?
        +1.014  Y > X  A   202 ack 102  | TIME_WAIT?  TIME_WAIT?
        +1.250  X > Y  FA  101 ack 202  | CLOSING~    TIME_WAIT?
          .. late retransmitted-fin effect timer-restarted reply ack X.resent 1
        +1.260  Y > X  A   202 ack 102  | TIME_WAIT?  TIME_WAIT~
          .. late? close simultaneous first both
        """)
  }

  @Test func `19 three-packet close`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1  CLOSE_WAIT?
        +1.010  Y > X  FA  201 ack 102  | TIME_WAIT?  LAST_ACK?{LAST_ACK,CLOSING}
        +1.010  X > Y  A   102 ack 202  | TIME_WAIT   CLOSED?  | X.until 61.01 close graceful
        """)
  }

  @Test func `20 FIN held back by a zero window, in ESTABLISHED`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +0.100  Y > X  A   201 ack 101 win 0   | ESTABLISHED?{ESTABLISHED,FIN_WAIT_1}  ESTABLISHED~
        +60.00  X > Y  A   100 ack 201         | ESTABLISHED?{ESTABLISHED,FIN_WAIT_1}  ESTABLISHED~
        +60.01  Y > X  A   201 ack 101 win 900 | ESTABLISHED~  ESTABLISHED~
        +60.01  X > Y  FA  101 ack 201           | FIN_WAIT_1    CLOSE_WAIT?
        """)
  }

  /// The ACK and the FIN that it sets free leave at once; an application takes longer.
  @Test(arguments: [(1.010, "?{LAST_ACK,CLOSING}"), (1.050, "")])
  func `a FIN held back by text that the peer's FIN acknowledges`(time: Double, certainty: String)
    throws
  {
    try check(
      Prologue.handshake + """
        +0.020  Y > X  PA  1 ack   1 len 200 | -            -
        +0.220  Y > X  PA  1 ack   1 len 200 | -            -
        +1.000  X > Y  FA  1 ack 201         | FIN_WAIT_1   CLOSE_WAIT?
        +1.010  Y > X  A   201 ack 2         | FIN_WAIT_2?  CLOSE_WAIT?{CLOSE_WAIT,CLOSING,LAST_ACK}
        +\(time)  Y > X  FA  201 ack 2     | TIME_WAIT?   LAST_ACK\(certainty)
        """)
  }

  @Test func `20 FIN held back by a zero window, in CLOSE_WAIT`() throws {
    let outcome = try checkEveryLine(
      Prologue.exchange + """
        +0.100  Y > X  FA  201 ack 101 win 0   | CLOSE_WAIT?  FIN_WAIT_1
        +0.100  X > Y  A   101 ack 202           | CLOSE_WAIT?  FIN_WAIT_2?
        """)
    let claim = try #require(outcome.reports[1]?.endpoints.initiator.claim)
    #expect(claim.possible.contains(.lastAck))
  }

  @Test func `21 ACK below the FIN`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  PA  101 ack 201 len 50  | ESTABLISHED? ESTABLISHED?
        +1.000  X > Y  FA  151 ack 201         | FIN_WAIT_1   CLOSE_WAIT?
        +1.010  Y > X  A   201 ack 151         | FIN_WAIT_1   CLOSE_WAIT?  | close unanswered
        +1.012  Y > X  A   201 ack 152         | FIN_WAIT_2?  CLOSE_WAIT   | close half-closed
        """)
  }

  @Test func `22 challenge ACK in LAST_ACK`() throws {
    try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +1.020  Y > X  FA  201 ack 102  | TIME_WAIT?  LAST_ACK
        +2.000  X > Y  S   70000        | SYN_SENT    CLOSED?    | conn 2 late?
                                        | CLOSED      LAST_ACK~  | of 1
        +2.010  Y > X  A   202 ack 102  | CLOSED      LAST_ACK~  | conn 1 late?
        +2.010  X > Y  R   102          | CLOSED      CLOSED?    | conn 1
                                        | SYN_SENT    CLOSED?    | of 2
        """)
  }
}

import TestSupport
import Testing
import Tracking

/// The edge cases that decide quality, numbered as in the model: a close with a detour each.
///
/// This file: duplicates, resets and TIME_WAIT. The others are in the files beside it.
@Suite struct EdgeCaseTests {
  /// X closed its half and Y acknowledged.
  static let halfClosed =
    Prologue.exchange + """
      +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1   CLOSE_WAIT?
      +1.010  Y > X  A   201 ack 102  | FIN_WAIT_2?  CLOSE_WAIT

      """
  /// Y closed its half and X acknowledged.
  static let closeWait =
    Prologue.exchange + """
      +1.000  Y > X  FA  201 ack 101  | CLOSE_WAIT?  FIN_WAIT_1
      +1.000  X > Y  A   101 ack 202  | CLOSE_WAIT   FIN_WAIT_2?

      """
  /// Y closed first and is in TIME_WAIT from 1.5 s on, by 102 and 202.
  static let responderClosed =
    closeWait + """
      +1.500  X > Y  FA  101 ack 202  | LAST_ACK     TIME_WAIT?
      +1.510  Y > X  A   202 ack 102  | CLOSED?      TIME_WAIT  | Y.until 61.5

      """

  @Test func `1 duplicate FIN in CLOSE_WAIT: retransmitted`() throws {
    try checkEveryLine(
      Self.halfClosed + """
        +1.250  X > Y  FA  101 ack 201  | FIN_WAIT_1~  CLOSE_WAIT
          .. late retransmitted-fin effect none reply ack X.resent 1 close half-closed
        +1.260  Y > X  A   201 ack 102  | FIN_WAIT_2?  CLOSE_WAIT  | Y.since 1.0 first initiator
        """)
  }

  @Test func `1 duplicate FIN in CLOSE_WAIT: delivered twice by the network`() throws {
    try checkEveryLine(
      Self.halfClosed + """
        +1.030  X > Y  FA  101 ack 201 dup  | FIN_WAIT_2?  CLOSE_WAIT  | late? X.resent 0
        """)
  }

  @Test func `2 FIN behind a gap`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  Y > X  FA  301 ack 101          | ESTABLISHED  FIN_WAIT_1
        +1.000  X > Y  A   101 ack 201          | ESTABLISHED  FIN_WAIT_1
        +1.200  Y > X  PA  201 ack 101 len 100  | CLOSE_WAIT?  FIN_WAIT_1   | X.since 1.2
        +1.200  X > Y  A   101 ack 302          | CLOSE_WAIT   FIN_WAIT_2?  | whole
        """)
  }

  @Test func `2 FIN behind a gap: one before it comes in order`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  Y > X  FA  301 ack 101  | ESTABLISHED  FIN_WAIT_1
        +1.000  X > Y  A   101 ack 201  | ESTABLISHED  FIN_WAIT_1
        +1.200  Y > X  FA  201 ack 101  | CLOSE_WAIT?  FIN_WAIT_1   | X.since 1.2
        +1.200  X > Y  A   101 ack 202  | CLOSE_WAIT   FIN_WAIT_2?  | whole
        """)
  }

  @Test func `3 inexact RST in ESTABLISHED`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  Y > X  R   250          | ESTABLISHED~  CLOSED
        +1.000  X > Y  A   101 ack 201  | ESTABLISHED   CLOSED  | late duplicate-ack reply rst
        """)
  }

  @Test func `3 inexact RST in CLOSE_WAIT`() throws {
    try checkEveryLine(
      Self.closeWait + """
        +2.000  Y > X  R   250          | CLOSE_WAIT~  CLOSED
        +2.000  X > Y  A   101 ack 202  | CLOSE_WAIT   CLOSED  | late duplicate-ack reply rst
        """)
  }

  @Test func `4 RST at RCV.NXT-1 in ESTABLISHED`() throws {
    try checkEveryLine(Prologue.exchange + "+1 Y > X R 200 | ESTABLISHED~ CLOSED")
    try checkEveryLine(Prologue.exchange + "+1 Y > X R 200 | ESTABLISHED{ESTABLISHED} CLOSED")
  }

  @Test func `4 RST at RCV.NXT-1 in CLOSE_WAIT`() throws {
    try checkEveryLine(Self.closeWait + "+2 Y > X R 201 | CLOSED? CLOSED")
  }

  @Test func `4 RST at RCV.NXT-1 in LAST_ACK`() throws {
    try checkEveryLine(
      Self.closeWait + """
        +2.000  X > Y  FA  101 ack 202  | LAST_ACK  TIME_WAIT?
        +2.010  Y > X  R   201          | CLOSED?   CLOSED
        """)
  }

  @Test func `4 RST at RCV.NXT-1 in CLOSING`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1  CLOSE_WAIT?
        +1.004  Y > X  FA  201 ack 101  | CLOSING?    CLOSING?
        +1.004  X > Y  A   102 ack 202  | CLOSING     TIME_WAIT?
        +1.014  Y > X  R   201          | CLOSED?     CLOSED
        """)
  }

  @Test func `5 RST at TIME_WAIT, exact`() throws {
    try checkEveryLine(
      Prologue.closed + """
        +2.000  Y > X  R  202  | CLOSED?  CLOSED
          .. late reset-in-time-wait effect killed reply none X.until none X.since 2.0
        """)
  }

  @Test(arguments: [101, 201, 203, 5000])
  func `5 RST at TIME_WAIT, inexact`(sequence: Int) throws {
    try checkEveryLine(
      Prologue.closed + """
        +2.000  Y > X  R  \(sequence)  | TIME_WAIT~  CLOSED
          .. late reset-in-time-wait effect none reply none X.until 61.02
        """)
  }

  @Test func `6 bare ACK restarts TIME_WAIT silently`() throws {
    try checkEveryLine(
      Prologue.closed + """
        +31.0  Y > X  A  202 ack 102  | TIME_WAIT~   CLOSED?
          .. late duplicate-ack effect timer-restarted reply none X.until 91 X.since 1.02
        +61.1                         | TIME_WAIT?{TIME_WAIT,CLOSED} CLOSED?      | X.until 91
        +91.1                         | CLOSED?{CLOSED,TIME_WAIT} CLOSED?      | X.until none
        +96.3                         | CLOSED?{CLOSED} CLOSED?
        """)
  }

  @Test func `7 retransmitted FIN in TIME_WAIT: the last ACK was lost after the tap`() throws {
    try checkEveryLine(
      Prologue.closed + """
        +1.300  Y > X  FA  201 ack 102  | TIME_WAIT  LAST_ACK~
          .. late retransmitted-fin effect timer-restarted reply ack X.until 61.3 Y.resent 1
        +1.300  X > Y  A   102 ack 202  | TIME_WAIT  CLOSED?
          .. X.until 61.3 Y.resent 1 close graceful
        +61.1                           | TIME_WAIT~ CLOSED?
        """)
  }

  @Test func `8 keep-alives into TIME_WAIT`() throws {
    let outcome = try checkEveryLine(
      Prologue.closed + """
        +2.000  Y > X  A  201 ack 102        | TIME_WAIT    CLOSED?
          .. late keep-alive effect timer-restarted reply ack X.until 62
        +2.000  X > Y  A  102 ack 202        | TIME_WAIT    CLOSED?      | late? X.until 62
        +9.000  Y > X  A  201 ack 102 len 1  | TIME_WAIT    CLOSED?
          .. late keep-alive effect timer-restarted reply ack X.until 69
        """)
    #expect(outcome.reports[1]?.late.first?.replyFrame == 13)
  }

  /// A dial into CLOSE_WAIT: the challenge ACK belongs to the connection that stands.
  @Test func `9 SYN refused by ACK, RST, retry`() throws {
    let outcome = try checkEveryLine(
      Self.halfClosed + """
        +100.000  X > Y  S   70000            | SYN_SENT      CLOSED?       | conn 2
                                              | CLOSED        CLOSE_WAIT    | of 1
        +100.010  Y > X  A   201 ack 102      | CLOSED        CLOSE_WAIT    | conn 1 late?
                                              | SYN_SENT      CLOSED?       | of 2 close refused
        +100.010  X > Y  R   102              | CLOSED        CLOSED?
          .. conn 1 cause refused-reuse
                                              | SYN_SENT      CLOSED?       | of 2
        +101.000  X > Y  S   70000            | SYN_SENT      CLOSED?       | conn 2
        +101.010  Y > X  SA  90000 ack 70001  | ESTABLISHED?  SYN_RECEIVED? | conn 2
        +101.010  X > Y  A   70001 ack 90001  | ESTABLISHED   ESTABLISHED?  | conn 2 close open
        """)
    #expect(outcome.reports[1]?.mergedStreams == [0, 1])
    #expect(outcome.reports[2]?.mergedStreams == [1])
  }

  @Test func `10 SYN accepted in TIME_WAIT`() throws {
    let outcome = try checkEveryLine(
      Self.responderClosed + """
        +5.000  X > Y  S   70000            | SYN_SENT      CLOSED?
          .. conn 2 late syn-in-time-wait reply syn-ack
                                            | CLOSED        TIME_WAIT~    | of 1
        +5.010  Y > X  SA  65739 ack 70001  | ESTABLISHED?  SYN_RECEIVED? | conn 2
                                            | CLOSED        CLOSED~       | of 1
        +5.010  X > Y  A   70001 ack 65740  | ESTABLISHED   ESTABLISHED?  | conn 2
        """)
    let late = outcome.reports.values.flatMap(\.late).first { $0.frame == 12 }
    #expect(late?.effect == .newConnection)
    #expect(late?.replyFrame == 13)
    #expect(late?.connection == 2)
  }

  /// Y in TIME_WAIT; the last TSval of X is 2020.
  static let responderClosedWithTimestamps = """
    +0.000  X > Y  S     0          ts 1000/0     | SYN_SENT     CLOSED?
    +0.010  Y > X  SA    0 ack   1  ts 5000/1000  | ESTABLISHED? SYN_RECEIVED?
    +0.010  X > Y  A     1 ack   1  ts 1010/5000  | ESTABLISHED  ESTABLISHED?
    +1.000  Y > X  FA    1 ack   1  ts 6000/1010  | CLOSE_WAIT?  FIN_WAIT_1
    +1.000  X > Y  A     1 ack   2  ts 2000/6000  | CLOSE_WAIT   FIN_WAIT_2?
    +1.020  X > Y  FA    1 ack   2  ts 2020/6000  | LAST_ACK     TIME_WAIT?
    +1.030  Y > X  A     2 ack   2  ts 6030/2020  | CLOSED?  TIME_WAIT  | Y.until 61.02

    """

  @Test func `11 newer TSval: accepted in spite of an older sequence number`() throws {
    try checkEveryLine(
      Self.responderClosedWithTimestamps + """
        +5.000  X > Y  S   -70000                     ts 6000/0     | SYN_SENT      CLOSED?
          .. conn 2 late syn-in-time-wait reply syn-ack
        +5.010  Y > X  SA   65539 ack -69999          ts 10000/6000 | ESTABLISHED?  SYN_RECEIVED?
          .. conn 2
        """)
  }

  @Test func `11 older TSval: PAWS comes before the sequence number`() throws {
    try checkEveryLine(
      Self.responderClosedWithTimestamps + """
        +5.000  X > Y  S  70000  ts 900/0               | SYN_SENT  CLOSED?
          .. conn 2 late syn-in-time-wait reply ack
                                                        | CLOSED    TIME_WAIT~  | of 1 Y.until 65
        +5.010  Y > X  A  2 ack 2  ts 10000/2020        | CLOSED    TIME_WAIT~
          .. conn 1 late? Y.until 65
        """)
    try checkEveryLine(
      Self.responderClosedWithTimestamps + """
        +5.000  X > Y  S  70000  ts 900/0  | SYN_SENT     CLOSED?      | late syn-in-time-wait effect timer-restarted
        """)
  }

  @Test func `11 neither: ACK, timer unchanged`() throws {
    try checkEveryLine(
      Self.responderClosedWithTimestamps + """
        +5.000  X > Y  S  -70000  ts 2020/0             | SYN_SENT  CLOSED?
          .. conn 2 late syn-in-time-wait effect none reply ack
                                                        | CLOSED    TIME_WAIT~
                                                          .. of 1 Y.until 61.02
        """)
  }

  @Test func `12 SYN at TIME_WAIT with no listener`() throws {
    let outcome = try checkEveryLine(
      Self.responderClosed + """
        +5.000  X > Y  S  70000        | SYN_SENT  CLOSED?     | conn 2 late syn-in-time-wait
        +5.010  Y > X  A  202 ack 102  | CLOSED    TIME_WAIT~  | conn 1 late? Y.until 61.5
                                       | SYN_SENT  CLOSED?     | of 2 close refused
        +5.010  X > Y  R  102          | CLOSED    CLOSED?
          .. conn 1 late reset-in-time-wait effect killed Y.until none
                                       | SYN_SENT  CLOSED?     | of 2
        """)
    let late = outcome.reports.values.flatMap(\.late).first { $0.frame == 12 }
    #expect(late?.effect == LateEffect.none)
    #expect(late?.replyFrame == 13)
  }
}

import TestSupport
import Testing
import Tracking

/// Lives of one pair of ports that cross, dials that are refused or given up, and what turns up
/// long after it was sent: each a figure of what random runs met once in ten thousand.
@Suite struct RareLivesTests {
  // MARK: Dials

  @Test func `a refusal that was long on its way leaves its sender alive`() throws {
    // The first SYN found no listener; by the second there was one.
    try checkEveryLine(
      """
      +0.000  X > Y  S   0              | SYN_SENT      CLOSED?{CLOSED,SYN_RECEIVED}
      +1.000  X > Y  S   0              | SYN_SENT      CLOSED?{CLOSED,SYN_RECEIVED}
      +1.010  Y > X  SA  0 ack 1        | ESTABLISHED?  SYN_RECEIVED?
      +1.010  X > Y  A   1 ack 1        | ESTABLISHED   ESTABLISHED?
      +1.020  Y > X  RA  =0 ack 1       | ESTABLISHED   ESTABLISHED?
      +1.030  Y > X  PA  1 ack 1 len 9  | ESTABLISHED   ESTABLISHED?
      """)
  }

  @Test func `a SYN ACK with a number of its own begins its sender anew`() throws {
    // Y gave its dial up and listens; that dial's SYN comes once more.
    try checkEveryLine(
      """
      +0.000  X > Y  S   0                | SYN_SENT       CLOSED?
      +0.001  Y > X  S   0                | SYN_RECEIVED?  SYN_RECEIVED?
      +1.000  X > Y  S   0                | SYN_SENT?      SYN_RECEIVED?
      +1.010  Y > X  SA  500 ack 1        | ESTABLISHED?   SYN_RECEIVED?
      +1.010  X > Y  A   1 ack 501        | ESTABLISHED    ESTABLISHED?
      +1.500  Y > X  S   0 no-id          | ESTABLISHED    ESTABLISHED?  | conn 1
      +1.600  Y > X  PA  501 ack 1 len 9  | ESTABLISHED    ESTABLISHED?  | conn 1
      """)
  }

  @Test func `a dial is answered after an answer to an old duplicate`() throws {
    // RFC 9293 figure 9; the old SYN, number 700, came before the capture began.
    try checkEveryLine(
      """
      +0.000  X > Y  S   5000          | SYN_SENT      CLOSED?
      +0.010  Y > X  SA  0 ack 701     | SYN_SENT      SYN_RECEIVED?
      +0.010  X > Y  R   701           | SYN_SENT      SYN_RECEIVED?{SYN_RECEIVED,CLOSED}
      +1.000  X > Y  S   5000          | SYN_SENT      SYN_RECEIVED?{SYN_RECEIVED,CLOSED}
      +1.010  Y > X  SA  400 ack 5001  | ESTABLISHED?  SYN_RECEIVED?
      +1.010  X > Y  A   5001 ack 401  | ESTABLISHED   ESTABLISHED?
      """)
  }

  @Test func `the SYN of a buried connection is no dial, and its answer no end of one`() throws {
    try checkEveryLine(
      """
      +0.000  X > Y  S   10                  | SYN_SENT      CLOSED?
      +0.010  Y > X  SA  0 ack 11            | ESTABLISHED?  SYN_RECEIVED?
      +0.010  X > Y  A   11 ack 1            | ESTABLISHED   ESTABLISHED?
      +1.000  X > Y  FA  11 ack 1            | FIN_WAIT_1    CLOSE_WAIT?
      +1.010  Y > X  FA  1 ack 12            | TIME_WAIT?    LAST_ACK~
      +1.010  X > Y  A   12 ack 2            | TIME_WAIT     CLOSED?
      +99.00  X > Y  S   9000000             | SYN_SENT      CLOSED?        | conn 2
      +99.10  X > Y  S   10 dup              | CLOSED?       CLOSED?        | conn 3
                                             | SYN_SENT      CLOSED?        | of 2
      +99.11  Y > X  SA  700000 ack 11       | CLOSED?       SYN_RECEIVED?
        .. conn 3 late duplicate-syn-ack
                                             | SYN_SENT      CLOSED         | of 2
      +99.11  X > Y  R   11                  | CLOSED        CLOSED?        | conn 3
                                             | SYN_SENT      CLOSED         | of 2
      +100.0  X > Y  S   9000000             | SYN_SENT      CLOSED         | conn 2
      +100.1  Y > X  SA  800000 ack 9000001  | ESTABLISHED?  SYN_RECEIVED?  | conn 2
      +100.1  X > Y  A   9000001 ack 800001  | ESTABLISHED   ESTABLISHED?   | conn 2
      """)
  }

  @Test func `a RST that answers an old SYN ACK shows that the new one has not arrived`() throws {
    try checkEveryLine(
      """
      +0.000  X > Y  S   10               | SYN_SENT      CLOSED?
      +0.010  Y > X  SA  0 ack 11         | ESTABLISHED?  SYN_RECEIVED?
      +5.000  X > Y  S   70000            | SYN_SENT      CLOSED?        | conn 2
      +5.010  Y > X  SA  90000 ack 70001  | ESTABLISHED?  SYN_RECEIVED?  | conn 2
      +5.011  Y > X  SA  0 ack 11 dup     | CLOSED        CLOSED
        .. conn 1 late duplicate-syn-ack
      +5.012  X > Y  R   11               | CLOSED        CLOSED
        .. conn 1 late unknown-connection
                                          | SYN_SENT?     SYN_RECEIVED?  | of 2
      """, tap: .atY)
  }

  @Test func `a SYN that is answered once more prolongs SYN_RECEIVED by 33 s`() throws {
    // Nothing of Y arrives. Without the second SYN it would give up after 65 s.
    try checkEveryLine(
      """
      +0.000  X > Y  S   0        | SYN_SENT      CLOSED?
      +0.010  Y > X  SA  0 ack 1  | ESTABLISHED?  SYN_RECEIVED?
      +1.010  Y > X  SA  0 ack 1  | ESTABLISHED?  SYN_RECEIVED?
      +3.010  Y > X  SA  0 ack 1  | CLOSED?       SYN_RECEIVED?
      +7.010  Y > X  SA  0 ack 1  | CLOSED?       SYN_RECEIVED?
      +15.01  Y > X  SA  0 ack 1  | CLOSED?       SYN_RECEIVED?
      +31.01  Y > X  SA  0 ack 1  | CLOSED?       SYN_RECEIVED?
      +40.00  X > Y  S   0        | SYN_SENT?     SYN_RECEIVED?
      +40.01  Y > X  SA  0 ack 1  | ESTABLISHED?  SYN_RECEIVED?
      +72.90                      | SYN_SENT?     SYN_RECEIVED?
      +73.10                      | SYN_SENT?     CLOSED?
      """, tap: .atY)
  }

  @Test func `a dial that crosses another goes on with its number and its timer`() throws {
    // RFC 9293 figure 7, on ports that were in use: each dial is an incarnation of its own.
    try checkEveryLine(
      Prologue.exchange + """
        +9.000  X > Y  S   70000                  | SYN_SENT      CLOSED?        | conn 2
        +9.001  Y > X  S   80000                  | CLOSED?       SYN_SENT       | conn 3
                                                  | SYN_SENT      CLOSED         | of 2
        +9.010  Y > X  SA  80000 ack 70001        | ESTABLISHED?  SYN_RECEIVED?  | conn 2
                                                  | CLOSED?       CLOSED?        | of 3
        +9.011  X > Y  SA  70000 ack 80001        | ESTABLISHED?  ESTABLISHED?   | conn 2
        +9.020  Y > X  PA  80001 ack 70001 len 5  | ESTABLISHED?  ESTABLISHED?   | conn 2
        """)
  }

  @Test func `a dial that crossed another gives up with its last SYN`() throws {
    // Six retransmissions; four of them don't count in SYN_SENT (tcp_write_timeout).
    try checkEveryLine(
      """
      +0.000  Y > X  S   0          | CLOSED?       SYN_SENT
      +1.000  Y > X  S   0          | CLOSED?       SYN_SENT
      +2.000  Y > X  S   0          | CLOSED?       SYN_SENT
      +3.000  Y > X  S   0          | CLOSED?       SYN_SENT
      +4.000  Y > X  S   0          | CLOSED?       SYN_SENT
      +5.000  Y > X  S   0          | CLOSED?       SYN_SENT
      +7.000  Y > X  S   0          | CLOSED?       SYN_SENT
      +8.000  X > Y  S   0          | SYN_SENT?     SYN_RECEIVED?
      +8.000  Y > X  SA  0 ack 1    | ESTABLISHED?  SYN_RECEIVED?
      +10.90                        | SYN_SENT?     SYN_RECEIVED?
      +11.10                        | SYN_SENT?     CLOSED?
      """, tap: .atY)
  }

  @Test func `a SYN can stand in the file behind all that it opened`() throws {
    // X gave its first dial up.
    try checkEveryLine(
      """
      +0.000  X > Y  S   0                    | SYN_SENT       CLOSED?
      +0.012  Y > X  SA  4000000000 ack 5001  | SYN_SENT       SYN_RECEIVED?
      +0.012  X > Y  A   5001 ack 4000000001  | ESTABLISHED?   ESTABLISHED?
      +0.010  X > Y  S   5000                 | ESTABLISHED?   ESTABLISHED?   | conn 1
      """)
  }

  @Test func `a SYN ACK can stand in the file behind its acknowledgment`() throws {
    // Y's program vanished, and its port listens anew.
    try checkEveryLine(
      """
      +0.000  X > Y  S   0                | SYN_SENT       CLOSED?
      +0.010  Y > X  SA  0 ack 1          | ESTABLISHED?   SYN_RECEIVED?
      +1.020  X > Y  S   0                | SYN_SENT?      SYN_RECEIVED?
      +1.030  X > Y  A   1 ack 15000001   | SYN_SENT?      SYN_RECEIVED?
      +1.030  Y > X  SA  15000000 ack 1   | ESTABLISHED?   ESTABLISHED?
      """)
  }

  @Test func `what a connection long gone has sent opens no dial`() throws {
    try checkEveryLine(
      """
      +0.000  X > Y  S   5000       | SYN_SENT  CLOSED?
      +0.100  X > Y  A   1 ack 700  | SYN_SENT?  ESTABLISHED?
      +0.110  Y > X  R   700        | SYN_SENT  CLOSED?
      """)
  }

  @Test func `a request that was not seen survives the RST by which it answers an old ACK`() throws
  {
    // Its SYN/ACK was lost before the tap.
    try checkEveryLine(
      """
      +0.000  X > Y  S   0              | SYN_SENT      CLOSED?
      +0.050  X > Y  A   1 ack 700      | ESTABLISHED?  ESTABLISHED?
      +0.060  Y > X  R   700            | CLOSED?       CLOSED?
      """)
  }

  @Test func `a port that was reset may answer an old SYN`() throws {
    try checkEveryLine(
      """
      +0.000  X > Y  S   0           | SYN_SENT      CLOSED?
      +0.010  Y > X  SA  0 ack 1     | ESTABLISHED?  SYN_RECEIVED?
      +0.010  X > Y  A   1 ack 1     | ESTABLISHED   ESTABLISHED?
      +0.050  Y > X  RA  1 ack 1     | CLOSED?       CLOSED
      +0.100  X > Y  S   0 dup       | CLOSED?       CLOSED?{CLOSED,SYN_RECEIVED}
      +0.110  Y > X  RA  =0 ack 1    | CLOSED?       CLOSED       | late after-reset
      """, tap: .atX)
  }

  @Test func `an ACK belongs to the dial that sent this number before`() throws {
    // Y dialled, and an old duplicate of X's SYN made it answer; then X answers Y's dial.
    try checkEveryLine(
      """
      +0.000  X > Y  S   0                     | SYN_SENT       CLOSED?
      +0.010  Y > X  SA  0 ack 1               | ESTABLISHED?   SYN_RECEIVED?
      +0.010  X > Y  A   1 ack 1               | ESTABLISHED    ESTABLISHED?
      +0.100  X > Y  RA  1 ack 1               | CLOSED         CLOSED?
      +0.230  Y > X  S   3500000               | CLOSED?        SYN_SENT       | conn 2
      +0.240  X > Y  S   0 dup                 | CLOSED         CLOSED         | conn 1 late?
      +0.240  Y > X  SA  3500000 ack 1         | CLOSED?        SYN_RECEIVED?  | conn 2 late?
      +0.250  X > Y  SA  3600000 ack 3500001   | SYN_RECEIVED?  SYN_RECEIVED?  | conn 2
      +0.250  Y > X  A   3500001 ack 1         | SYN_RECEIVED?  SYN_RECEIVED?  | conn 2
      """, tap: .atY)
  }

  // MARK: Closes

  @Test func `text where a FIN was inferred withdraws the FIN`() throws {
    // The capture has missed an octet; Y acknowledged that, not a FIN.
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  Y > X  FA  201 ack 102        | TIME_WAIT?    LAST_ACK?    | gap
        +1.300  X > Y  PA  101 ack 201 len 1  | ESTABLISHED?  FIN_WAIT_1?
        +1.310  Y > X  A   202 ack 102        | ESTABLISHED?  FIN_WAIT_1?
        +1.310  X > Y  A   102 ack 202        | CLOSE_WAIT?   FIN_WAIT_2?
        """)
  }

  @Test func `2MSL begin with the last FIN that may have arrived`() throws {
    // Each may have been the first that X took, until it acknowledges.
    try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +1.100  Y > X  FA  201 ack 102  | TIME_WAIT?   LAST_ACK
        +1.400  Y > X  FA  201 ack 102  | FIN_WAIT_2?  LAST_ACK
        +2.000  Y > X  FA  201 ack 102  | FIN_WAIT_2?  LAST_ACK
        +2.000  X > Y  A   102 ack 202  | TIME_WAIT    CLOSED?   | X.until 61.995
        """, tap: .atY)
  }

  @Test func `a RST at the farthest SACK edge is exact in FIN_WAIT_2`() throws {
    // tcp_reset_check; what lies before the edge was lost.
    try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +2.000  Y > X  PA  301 ack 102 len 100  | FIN_WAIT_2?  CLOSE_WAIT?
        +2.000  X > Y  A   102 ack 201          | FIN_WAIT_2?  CLOSE_WAIT?
        +2.010  Y > X  R   401                  | CLOSED?      CLOSED
        """)
  }

  @Test func `a RST one below RCV.NXT is exact where a FIN was missed`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  A   101 ack 202  | ESTABLISHED?{ESTABLISHED,CLOSE_WAIT}  ESTABLISHED?  | gap
        +1.010  Y > X  R   201          | CLOSED?                               CLOSED?
        """)
  }

  @Test func `a RST that stands in the file before what passed before it`() throws {
    // X acknowledges the FIN before the first RST comes: that is no sign of life after it. The
    // second RST refuses a dial.
    try checkEveryLine(
      Prologue.exchange + """
        +1.0010  Y > X  R   201           | CLOSED?  CLOSED
        +1.0000  Y > X  FA  201 ack 101   | CLOSED?  CLOSED
        +1.0005  X > Y  A   101 ack 202   | CLOSED?  CLOSED   | late duplicate-ack
        +9.0002  Y > X  RA  =0 ack 70001  | CLOSED?  CLOSED   | conn 1 late after-reset
        +9.0000  X > Y  S   70000         | CLOSED?  CLOSED?  | conn 2
          .. X.since 9.0002 X.ground acceptedRST
        """)
  }

  @Test func `a bare ACK that overtakes text shows that a FIN may wait`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  A   201 ack 201          | ESTABLISHED?{ESTABLISHED,FIN_WAIT_1}  ESTABLISHED?
        +1.001  X > Y  PA  101 ack 201 len 100  | ESTABLISHED?{ESTABLISHED,FIN_WAIT_1}  ESTABLISHED?
        """)
  }

  @Test func `what fills the hole is acknowledged, and no more: the FIN was not taken`() throws {
    // Y's firewall has dropped the text in front of it.
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  PA  111 ack 201 len 10  | ESTABLISHED?  ESTABLISHED?
        +1.000  X > Y  FA  121 ack 201         | FIN_WAIT_1    ESTABLISHED?
        +1.300  X > Y  PA  101 ack 201 len 10  | FIN_WAIT_1    CLOSE_WAIT?
        +1.300  Y > X  A   201 ack 111         | FIN_WAIT_1    ESTABLISHED?
        """, tap: .atY)
  }

  @Test func `a FIN that brings the first acknowledgment of text may set a FIN free`() throws {
    // Y may have closed before: in FIN_WAIT_1 it acknowledges first, and goes on sending then.
    try checkEveryLine(
      Prologue.handshake + """
        +0.020  Y > X  PA  1 ack 1 len 1460  | ESTABLISHED~  ESTABLISHED?
        +0.300  X > Y  FA  1 ack 1461        | FIN_WAIT_1~   CLOSE_WAIT?
        +0.300  Y > X  A   1461 ack 2        | FIN_WAIT_2?   CLOSE_WAIT?{CLOSE_WAIT,CLOSING,LAST_ACK}
        +0.310                               | FIN_WAIT_2?   CLOSE_WAIT
        """, tap: .atY)
  }

  @Test func `a FIN that stands in the file behind an acknowledgment of it sent later`() throws {
    // The first acknowledgment did not arrive, the second did.
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1    CLOSE_WAIT?
        +1.010  Y > X  A   201 ack 102  | FIN_WAIT_2?   CLOSE_WAIT
        +1.300  Y > X  A   201 ack 102  | FIN_WAIT_2?   CLOSE_WAIT
        +1.299  X > Y  FA  101 ack 201  | FIN_WAIT_2?   CLOSE_WAIT  | late retransmitted-fin
        """)
  }

  @Test func `a RST that repeats the last acknowledgment is exact`() throws {
    // Y's firewall has dropped the octet.
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  PA  101 ack 201 len 1  | ESTABLISHED?  ESTABLISHED?
        +1.000  X > Y  FA  102 ack 201        | FIN_WAIT_1    CLOSE_WAIT?
        +1.000  Y > X  A   201 ack 101        | FIN_WAIT_1    CLOSE_WAIT?
        +1.010  X > Y  R   101                | CLOSED        CLOSED?
        """, tap: .atY)
  }

  // MARK: What is late

  @Test func `a RST is no reply to text when a new dial has drawn it`() throws {
    // X took the text; then its program vanished, and its port dialled anew, which Y challenges.
    let outcome = try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +80.00  Y > X  PA  201 ack 102 len 1  | CLOSED?   CLOSE_WAIT?
        +80.02  X > Y  S   9000000            | SYN_SENT  CLOSED?      | conn 2
        +80.03  Y > X  A   202 ack 102        | CLOSED    CLOSE_WAIT?  | conn 1 late duplicate-ack
        +80.03  X > Y  R   102                | CLOSED    CLOSED?      | conn 1
        """)
    #expect(outcome.reports[1]?.late.map(\.frame) == [12])
  }

  @Test func `an abort is no reply to text that passed it`() throws {
    let outcome = try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +80.0000  Y > X  PA  201 ack 102 len 9  | CLOSED?{CLOSED,FIN_WAIT_1,FIN_WAIT_2}  CLOSE_WAIT?
        +80.0000  X > Y  RA  102 ack 201        | CLOSED                                 CLOSED?
        """)
    #expect(outcome.reports[1]?.late == [])
  }

  @Test func `one ACK replies to all text that awaited one`() throws {
    // X, although its timer should have run out, takes both; its program goes before the third.
    let outcome = try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +80.0000  Y > X  PA  201 ack 102 len 9  | CLOSED?{CLOSED,FIN_WAIT_1,FIN_WAIT_2}  CLOSE_WAIT?
        +80.0002  Y > X  PA  210 ack 102 len 9  | CLOSED?{CLOSED,FIN_WAIT_1,FIN_WAIT_2}  CLOSE_WAIT?
        +80.0002  X > Y  A   102 ack 219        | FIN_WAIT_2?{FIN_WAIT_2,CLOSED}         CLOSE_WAIT?
        +80.0006  Y > X  PA  219 ack 102 len 9  | FIN_WAIT_2?{FIN_WAIT_2,CLOSED}         CLOSE_WAIT?
        +80.0006  X > Y  R   102                | CLOSED                                 CLOSED?
        """)
    #expect(outcome.reports[1]?.late == [])
  }

  @Test func `what a buried connection left on the way restarts a new TIME_WAIT`() throws {
    try checkEveryLine(
      Prologue.closed + """
        +100.00  X > Y  S   9000000              | SYN_SENT      CLOSED?        | conn 2
        +100.01  Y > X  SA  9000000 ack 9000001  | ESTABLISHED?  SYN_RECEIVED?
        +100.01  X > Y  A   9000001 ack 9000001  | ESTABLISHED   ESTABLISHED?
        +101.00  X > Y  FA  9000001 ack 9000001  | FIN_WAIT_1    CLOSE_WAIT?
        +101.02  Y > X  FA  9000001 ack 9000002  | TIME_WAIT?    LAST_ACK~
        +101.02  X > Y  A   9000002 ack 9000002  | TIME_WAIT     CLOSED?        | X.until 161.02
        +110.00  Y > X  FA  201 ack 102 dup      | TIME_WAIT     CLOSED?        | X.until 170
          .. late after-time-wait effect timer-restarted
        """)
  }
}

import TestSupport
import Testing
import Tracking

/// Packets that overtake each other on their way, or stand in the file out of order: each a figure
/// of what random runs met once in a hundred thousand.
@Suite struct OvertakingTests {
  // MARK: Dials

  @Test func `what a connection long gone has sent is no word of a dial`() throws {
    // Its acknowledgment, 300, lies beyond all that this connection comes to.
    try checkEveryLine(
      """
      +0.000  X > Y  S   9000000                   | SYN_SENT      CLOSED?
      +0.017  X > Y  PA  =1 ack =4000300 len 1460  | SYN_SENT?     ESTABLISHED?
      +0.018  Y > X  R   =4000300                  | SYN_SENT~     CLOSED?
      +1.017  X > Y  S   9000000                   | SYN_SENT      CLOSED?
      +1.020  Y > X  SA  =3000000 ack 9000001      | ESTABLISHED?  SYN_RECEIVED?
      +1.020  X > Y  A   9000001 ack =3000001      | ESTABLISHED   ESTABLISHED?
      +9.000  X > Y  FA  9000001 ack =3000001      | FIN_WAIT_1    CLOSE_WAIT?
      +9.010  Y > X  A   =3000001 ack 9000002      | FIN_WAIT_2?   CLOSE_WAIT
      """)
  }

  @Test func `an acknowledgment may echo a SYN ACK that is on its way still`() throws {
    // The third SYN/ACK was sent before, seen at X.
    try checkEveryLine(
      """
      +0.000  X > Y  S   0 ts 1000/0              | SYN_SENT       CLOSED?
      +0.100  Y > X  SA  0 ack 1 ts 5000/1000     | ESTABLISHED?   SYN_RECEIVED?
      +0.600  Y > X  A   1 ack 1 ts 5500/1000     | ESTABLISHED?   SYN_RECEIVED?
      +1.100  X > Y  A   1 ack 1 ts 2100/5500     | ESTABLISHED    SYN_RECEIVED?
      +1.11 Y > X  SA  0 ack 1 ts 6000/1000 | ESTABLISHED SYN_RECEIVED?{SYN_RECEIVED,CLOSED,ESTABLISHED}
      """)
  }

  @Test func `a SYN ACK in the file behind the RST that follows it`() throws {
    try checkEveryLine(
      Prologue.closed + """
        +99.000  Y > X  S   995000                 | CLOSED?       SYN_SENT       | conn 2
        +99.010  Y > X  A   995001 ack 800001      | ESTABLISHED?  ESTABLISHED?
        +99.011  X > Y  RA  800001 ack 995001      | CLOSED        CLOSED?
        +99.009  X > Y  SA  800000 ack 995001      | CLOSED        CLOSED?        | late?
        """)
  }

  @Test func `a RST in the file before the SYN ACK that it answers`() throws {
    try checkEveryLine(
      Prologue.closed + """
        +99.000  X > Y  R   70001                 | CLOSED   CLOSED?  | conn 1 late?
        +98.999  Y > X  SA  800000 ack 70001      | CLOSED?  CLOSED?  | conn 2 late?
          .. Y.ground acceptedRST
        """)
  }

  @Test func `an acknowledgment in the file before the SYN ACK that it answers`() throws {
    // Sent once more since the first acknowledgment did not arrive.
    try checkEveryLine(
      Prologue.handshake + """
        +1.008  X > Y  A   1 ack 1  | ESTABLISHED  ESTABLISHED?
        +1.007  Y > X  SA  0 ack 1  | ESTABLISHED  ESTABLISHED?
        """, tap: .atY)
  }

  @Test func `a FIN may have waited for a handshake of two dials`() throws {
    // Y's program closed in SYN_RECEIVED; X's SYN/ACK was lost, and Y's is under way.
    try checkEveryLine(
      """
      +0.000  X > Y  S   0            | SYN_SENT       CLOSED?
      +0.005  Y > X  S   0            | SYN_RECEIVED?  SYN_RECEIVED?
      +0.100  X > Y  FA  1 ack 1      | FIN_WAIT_1     SYN_RECEIVED?
      +0.110  Y > X  FA  1 ack 2      | TIME_WAIT?     LAST_ACK?{LAST_ACK,CLOSING}
      +0.110  X > Y  A   2 ack 2      | TIME_WAIT      CLOSED?{CLOSED,LAST_ACK,CLOSING,TIME_WAIT}
      """)
  }

  // MARK: Closes

  @Test func `who has an answer acknowledges with whatever number`() throws {
    // What the capture misses has turned the number far past the one that X began with.
    try checkEveryLine(
      """
      +0.000  X > Y  S   0                    | SYN_SENT      CLOSED?
      +0.010  Y > X  SA  0 ack 1              | ESTABLISHED?  SYN_RECEIVED?
      +1.000  Y > X  FA  1 ack 1              | CLOSE_WAIT?   FIN_WAIT_1
      +1.010  X > Y  A   =4200000000 ack 2    | CLOSE_WAIT~   FIN_WAIT_1~
        .. X.ground acknowledgedPeerFIN
      """)
  }

  @Test func `text taken before close is acknowledged after it`() throws {
    // The orphan's timer can have begun at 2 s.
    try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +2.000  Y > X  PA  201 ack 102 len 1  | FIN_WAIT_2?  CLOSE_WAIT?
        +2.200  Y > X  PA  201 ack 102 len 1  | FIN_WAIT_2?  CLOSE_WAIT?
        +2.210  X > Y  A   102 ack 202        | FIN_WAIT_2   CLOSE_WAIT~
        +61.90                                | FIN_WAIT_2   CLOSE_WAIT~
        +62.10                                | FIN_WAIT_2?{FIN_WAIT_2,CLOSED}  CLOSE_WAIT~
        """)
  }

  @Test func `text sent again after the FIN was acknowledged may be waiting in FIN_WAIT_1`() throws
  {
    // X's firewall drops the acknowledgments: 204.4 s after the FIN was sent it still waits.
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  PA  101 ack 201 len 9 no-id  | ESTABLISHED?  ESTABLISHED?
        +1.000  X > Y  FA  110 ack 201 no-id        | FIN_WAIT_1    CLOSE_WAIT?
        +1.010  Y > X  A   201 ack 111              | FIN_WAIT_2?   CLOSE_WAIT
        +120.0  X > Y  PA  101 ack 201 len 9 no-id  | FIN_WAIT_2?   CLOSE_WAIT    | late?
        +210.0                  | FIN_WAIT_2?{FIN_WAIT_2,FIN_WAIT_1,CLOSED}  CLOSE_WAIT
        """)
  }

  @Test func `an orphan's patience ends before that of its packets at the tap`() throws {
    // They have been under way for up to 13.5 ms; nothing arrives at X.
    try checkEveryLine(
      Prologue.handshake + """
        +1.000   Y > X  FA  1 ack 1  | CLOSE_WAIT?   FIN_WAIT_1
        +1.300   Y > X  FA  1 ack 1  | ESTABLISHED?  FIN_WAIT_1
        +103.48                          | ESTABLISHED?  FIN_WAIT_1?{FIN_WAIT_1}
        +103.49                          | ESTABLISHED?  FIN_WAIT_1?{FIN_WAIT_1,CLOSED}
        """)
  }

  // MARK: Resets

  @Test func `a RST meets whoever a timer alone is taken to have ended`() throws {
    // X answered the text before the RST came.
    try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +92.000  Y > X  PA  201 ack 102 len 9  | CLOSED?                         CLOSE_WAIT?
        +92.000  Y > X  RA  210 ack 102        | CLOSED?                         CLOSED  | late?
        +92.010  X > Y  A   102 ack 205        | FIN_WAIT_2?{FIN_WAIT_2,CLOSED}  CLOSED  | late?
        +92.010  X > Y  A   102 ack 210        | FIN_WAIT_2?{FIN_WAIT_2,CLOSED}  CLOSED  | late?
        """, tap: .atY)
  }

  @Test func `a second RST stands behind what passed after the first`() throws {
    // Y takes the FIN, which the first RST overtook, and then the second RST.
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  Y > X  PA  201 ack 101 len 1  | ESTABLISHED  ESTABLISHED?
        +1.010  X > Y  R   101                | CLOSED       CLOSED?
        +1.015  X > Y  FA  101 ack 201        | CLOSED       CLOSED?   | late?
        +1.020  X > Y  R   101                | CLOSED       CLOSED?   | late?
        +1.030  Y > X  A   202 ack 102  | CLOSED  CLOSE_WAIT?{CLOSE_WAIT,CLOSED,CLOSING,LAST_ACK}
          .. late?
        """)
  }

  @Test func `who acknowledges what was not seen may not have survived a RST`() throws {
    // A FIN that was sent before the RST, and stands in the file behind it.
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  Y > X  PA  201 ack 101 len 1  | ESTABLISHED  ESTABLISHED?
        +1.010  X > Y  R   101                | CLOSED       CLOSED?
        +1.011  Y > X  A   202 ack 102        | CLOSED?      CLOSED?   | late? gap
        +1.009  X > Y  FA  101 ack 201        | CLOSED       CLOSED?   | late?
        """)
  }

  @Test func `an abort overtakes the acknowledgment of the SYN ACK`() throws {
    try checkEveryLine(
      """
      +0.000  X > Y  S   0        | SYN_SENT      CLOSED?
      +0.010  Y > X  SA  0 ack 1  | ESTABLISHED?  SYN_RECEIVED?
      +2.000  X > Y  RA  1 ack 1  | CLOSED        CLOSED?
      +2.020  X > Y  A   1 ack 1  | CLOSED        CLOSED?        | late after-reset
      """)
  }

  @Test func `a RST repeats the acknowledgment of what was never sent`() throws {
    // Y's dial meets an old SYN of X, which it takes for one that crosses its own; X, in
    // SYN_RECEIVED for Y's, refuses that.
    try checkEveryLine(
      Prologue.closed + """
        +9.000  Y > X  S   995000              | CLOSED?        SYN_SENT       | conn 2 late?
        +9.010  X > Y  SA  65640 ack 995001    | SYN_RECEIVED?  ESTABLISHED?   | conn 2
        +9.100  X > Y  S   0 dup               | CLOSED         CLOSED         | conn 1 late?
        +9.100  Y > X  SA  995000 ack 1        | SYN_RECEIVED?  ESTABLISHED?   | conn 2 late?
        +9.200  Y > X  FA  995001 ack 1        | SYN_RECEIVED?  FIN_WAIT_1     | conn 2 late?
        +9.210  X > Y  R   1                   | CLOSED?        CLOSED?        | conn 2 late?
        """)
  }
}

import TestSupport
import Testing
import Tracking

/// The figures of RFC 9293 as an observer sees them.
@Suite struct CloseFiguresTests {
  @Test(arguments: [CloseScript.Tap.atX, .between, .atY])
  func `figure 6: the three-way handshake`(tap: CloseScript.Tap) throws {
    try checkEveryLine(Prologue.handshake, tap: tap)
  }

  @Test func `figure 7: simultaneous connection synchronization`() throws {
    // SYN_RECEIVED is never proved; the SYN/ACK of each shows that the other's SYN came. Nor does the
    // last ACK prove anything: it can be a challenge ACK in SYN_RECEIVED (RFC 5961 section 4).
    try checkEveryLine(
      """
      +0.000  X > Y  S   0        | SYN_SENT       CLOSED?
      +0.002  Y > X  S   0        | SYN_RECEIVED?{SYN_RECEIVED,SYN_SENT}  SYN_RECEIVED?
      +0.002  X > Y  SA  0 ack 1  | SYN_RECEIVED?  ESTABLISHED?
      +0.006  Y > X  SA  0 ack 1  | ESTABLISHED?   ESTABLISHED?
      +0.006  X > Y  A   1 ack 1  | ESTABLISHED?   ESTABLISHED?  | conn 1
      """)
  }

  @Test func `figure 8: recovery from an old duplicate SYN`() throws {
    // Y answers an old SYN of X; X resets that, and its own SYN goes through afterwards.
    // An unknown SYN ends its sender's dial (see the model: incarnations), until X's ACK takes that back:
    // Y's answer to the dial is called late meanwhile.
    try checkEveryLine(
      """
      +0.000  X > Y  S   5000           | SYN_SENT  CLOSED?  | conn 1
      +0.001  X > Y  S   100            | SYN_SENT  CLOSED?  | conn 2
      +0.010  Y > X  SA  0 ack 101      | ESTABLISHED?  SYN_RECEIVED?
      +0.010  X > Y  R   101            | CLOSED?   CLOSED?
      +0.020  Y > X  SA  9000 ack 5001  | CLOSED    SYN_RECEIVED?  | late?
      +0.020  X > Y  A   5001 ack 9001  | ESTABLISHED? ESTABLISHED?
      """)
  }

  @Test func `figure 9: half-open connection discovered by a dialler after a crash`() throws {
    // X has crashed; Y's challenge ACK belongs to the connection that stands, X's RST ends it.
    try checkEveryLine(
      Prologue.exchange + """
        +10.000  X > Y  S   70000            | SYN_SENT  CLOSED?      | conn 2
                                             | CLOSED    ESTABLISHED~ | of 1
        +10.010  Y > X  A   201 ack 101      | CLOSED    ESTABLISHED~
          .. conn 1 late duplicate-ack reply rst
        +10.010  X > Y  R   101              | CLOSED    CLOSED?      | conn 1 cause refused-reuse
                                             | SYN_SENT  CLOSED?      | of 2
        +11.000  X > Y  S   70000            | SYN_SENT  CLOSED?      | conn 2
        +11.010  Y > X  SA  90000 ack 70001  | ESTABLISHED?  SYN_RECEIVED? | conn 2
        +11.010  X > Y  A   70001 ack 90001  | ESTABLISHED   ESTABLISHED?  | conn 2
        """)
  }

  @Test func `figure 10: the active side causes half-open connection discovery`() throws {
    // X has crashed; Y sends data into nothing and is told.
    try checkEveryLine(
      Prologue.exchange + """
        +10.000  Y > X  PA  201 ack 101 len 10  | ESTABLISHED  ESTABLISHED?
        +10.000  X > Y  R   101                 | CLOSED  CLOSED?  | conn 1 close reset
        """)
  }

  @Test func `figure 11: an old duplicate SYN initiates a reset on two passive sockets`() throws {
    try checkEveryLine(
      """
      +0.000  X > Y  S   0        | SYN_SENT      CLOSED?
      +0.010  Y > X  SA  0 ack 1  | ESTABLISHED?  SYN_RECEIVED?
      +0.010  X > Y  R   1        | CLOSED?       CLOSED?
      """)
  }

  @Test(arguments: [CloseScript.Tap.atX, .between, .atY])
  func `figure 12: the normal close sequence`(tap: CloseScript.Tap) throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1   CLOSE_WAIT?
        +1.010  Y > X  A   201 ack 102  | FIN_WAIT_2?  CLOSE_WAIT
        +1.020  Y > X  FA  201 ack 102  | TIME_WAIT?   LAST_ACK
        +1.020  X > Y  A   102 ack 202  | TIME_WAIT    CLOSED?{CLOSED,LAST_ACK} | first initiator
        """, tap: tap)
  }

  @Test func `figure 12 to the end of 2MSL`() throws {
    try checkEveryLine(
      Prologue.closed + """
        +61.01  | TIME_WAIT                    CLOSED?  | X.until 61.02 X.since 1.02
        +61.03  | CLOSED?{CLOSED,TIME_WAIT}    CLOSED?  | X.until none close graceful
        +66.21  | CLOSED?{CLOSED,TIME_WAIT}    CLOSED?
        +66.23  | CLOSED?{CLOSED}              CLOSED?
        +300    | CLOSED?{CLOSED}              CLOSED?{CLOSED}
        """)
  }

  @Test func `figure 13: simultaneous close sequence`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1  CLOSE_WAIT?
        +1.004  Y > X  FA  201 ack 101  | CLOSING?{CLOSING,FIN_WAIT_1}  CLOSING?
        +1.004  X > Y  A   102 ack 202  | CLOSING     TIME_WAIT?
        +1.014  Y > X  A   202 ack 102  | TIME_WAIT?{TIME_WAIT,CLOSING}  TIME_WAIT?
          .. close simultaneous first both
        +300    | CLOSED?  CLOSED?
        """)
  }

  @Test func `half-close: Y goes on sending after X's FIN`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack  201           | FIN_WAIT_1   CLOSE_WAIT?
        +1.010  Y > X  A   201 ack  102           | FIN_WAIT_2?  CLOSE_WAIT
        +2.000  Y > X  PA  201 ack  102 len 1000  | FIN_WAIT_2?  CLOSE_WAIT?  | Y.activity draining
        +2.000  X > Y  A   102 ack 1201           | FIN_WAIT_2   CLOSE_WAIT~  | close half-closed
        +3.000  Y > X  FA 1201 ack  102           | TIME_WAIT?   LAST_ACK?{LAST_ACK,CLOSING}
        +3.000  X > Y  A   102 ack 1202           | TIME_WAIT    CLOSED?      | close graceful
        """)
  }

  /// Y's 200 octets are acknowledged, but nothing says that Y knows.
  @Test func `three-packet close: a FIN right behind text may have waited, and crossed`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1  CLOSE_WAIT?
        +1.010  Y > X  FA  201 ack 102  | TIME_WAIT?  LAST_ACK?{LAST_ACK,CLOSING}
        +1.010  X > Y  A   102 ack 202  | TIME_WAIT   CLOSED?{CLOSED,LAST_ACK,CLOSING,TIME_WAIT}
        """)
  }

  @Test func `three-packet close: where the text is known to be acknowledged, Y closed second`()
    throws
  {
    try checkEveryLine(
      Prologue.exchange + """
        +0.500  X > Y  PA  101 ack 201 len 10  | ESTABLISHED?  ESTABLISHED?
        +0.510  Y > X  A   201 ack 111         | ESTABLISHED?  ESTABLISHED
        +1.000  X > Y  FA  111 ack 201         | FIN_WAIT_1    CLOSE_WAIT?
        +1.010  Y > X  FA  201 ack 112         | TIME_WAIT?    LAST_ACK
        +1.010  X > Y  A   112 ack 202         | TIME_WAIT     CLOSED?{CLOSED,LAST_ACK}
        """)
  }

  @Test func `the responder closes first`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  Y > X  FA  201 ack 101  | CLOSE_WAIT?  FIN_WAIT_1
        +1.000  X > Y  A   101 ack 202  | CLOSE_WAIT   FIN_WAIT_2?
        +1.500  X > Y  FA  101 ack 202  | LAST_ACK     TIME_WAIT?
        +1.510  Y > X  A   202 ack 102  | CLOSED?      TIME_WAIT  | first responder Y.until 61.5
        +61.6                           | CLOSED?      CLOSED?{CLOSED,TIME_WAIT}
        """)
  }
}

import Dissection
import TestSupport
import Testing
import Tracking

/// What a real kernel did otherwise than was said of it (`make kernel-test`).
@Suite struct KernelFindingsTests {
  @Test func `a bare ACK of an end whose SYN was crossed proves nothing`() throws {
    // Linux 6.18 in SYN_RECEIVED answers what is not acceptable, here a segment below the SYN.
    try check(
      """
      +0    X > Y  S   0           | SYN_SENT       CLOSED?
      +0.2  Y > X  S   0           | SYN_RECEIVED?  -
      +0.2  X > Y  SA  0 ack 1     | SYN_RECEIVED?  -
      +0.9  Y > X  A   -50 ack 1   | -              -
      +0.9  X > Y  A   1 ack 1     | SYN_RECEIVED?  -
      """)
  }

  @Test func `an old SYN that PAWS rejects restarts TIME_WAIT`() throws {
    // The responder closed first: its peer's old SYN comes once more (tcp_timewait_state_process).
    try check(
      """
      +0     Y > X  S   0 ts 100/0           | -            SYN_SENT
      +0.01  X > Y  SA  0 ack 1 ts 500/100   | SYN_RECEIVED? -
      +0.01  Y > X  A   1 ack 1 ts 110/500   | ESTABLISHED? -
      +1     X > Y  FA  1 ack 1 ts 1500/110  | FIN_WAIT_1   -
      +1.01  Y > X  FA  1 ack 2 ts 1110/1500 | TIME_WAIT?   -
      +1.01  X > Y  A   2 ack 2 ts 1510/1110 | TIME_WAIT    -  | X.until 61.01
      +9     Y > X  S   0 ts 100/0           | TIME_WAIT    -  | X.until 69
      ..  late syn-in-time-wait effect timer-restarted reply ack
      """)
  }

  @Test func `the FIN that comes again at once has not been lost`() throws {
    // What was held on the way comes all at once; the acknowledgment may be delayed by 40 ms.
    try check(
      """
      +0     X > Y  S   0        | -  -
      +0.00  Y > X  SA  0 ack 1  | -  -
      +0.02  X > Y  A   1 ack 1  | -  ESTABLISHED?
      +1     X > Y  FA  1 ack 1  | -  CLOSE_WAIT?
      +1.02  X > Y  FA  1 ack 1  | -  CLOSE_WAIT?
      +1.3   X > Y  FA  1 ack 1  | -  ESTABLISHED?
      """, tap: .atY)
  }

  @Test func `an old segment without timestamps does not raise the dead`() throws {
    // X is gone by Y's RST; its old FIN, which acknowledges less, comes once more.
    try check(
      """
      +0     X > Y  S   0         | -  -
      +0.02  Y > X  SA  0 ack 1   | -  -
      +0.02  X > Y  A   1 ack 1   | -  -
      +1     X > Y  FA  1 ack 1   | FIN_WAIT_1  -
      +1.02  Y > X  FA  1 ack 2   | -           -
      +1.04  X > Y  A   2 ack 2   | TIME_WAIT   -
      +7     Y > X  R   2         | CLOSED?     -  | late reset-in-time-wait effect killed
      +8     X > Y  FA  1 ack 1 dup  | CLOSED?  -  | late?
      """)
  }

  @Test func `SYN_RECEIVED sends its SYN ACK again after a bare ACK`() throws {
    // The bare ACK answers what was not acceptable; retransmissions go on (measured: Linux 6.18).
    try check(
      """
      +0     Y > X  S   0            | -              SYN_SENT
      +0     X > Y  SA  0 ack 1      | SYN_RECEIVED?  -
      +0.7   Y > X  A   -100 ack 1   | -              -
      +0.7   X > Y  A   1 ack 1      | SYN_RECEIVED?  -
      +1     X > Y  SA  0 ack 1      | SYN_RECEIVED?  -
      +3     X > Y  SA  0 ack 1      | SYN_RECEIVED?  -
      +7     X > Y  SA  0 ack 1      | SYN_RECEIVED?  -
      +14.9                          | SYN_RECEIVED?  -
      """)
  }

  @Test func `an inexact RST is challenged in SYN_RECEIVED`() throws {
    try check(
      """
      +0     Y > X  S   0        | -                                      SYN_SENT
      +0     X > Y  SA  0 ack 1  | SYN_RECEIVED?{SYN_RECEIVED,CLOSED}     -
      +0.2   Y > X  R   101      | SYN_RECEIVED?{SYN_RECEIVED,CLOSED}     -
      +0.2   X > Y  A   1 ack 1  | SYN_RECEIVED?{SYN_RECEIVED,CLOSED}     -  | late?
      +0.3   Y > X  R   1        | CLOSED?                                -  | late?
      """)
  }

  @Test func `a request takes nothing that ends where it is to begin`() throws {
    // tcp_in_window; a socket lets such pass (tcp_sequence).
    try check(
      """
      +0     Y > X  S   0            | -              SYN_SENT
      +0     X > Y  SA  0 ack 1      | SYN_RECEIVED?  -
      +0.2   Y > X  PA  -7 ack 1 len 8  | SYN_RECEIVED?  -
      +0.2   X > Y  A   1 ack 1      | SYN_RECEIVED?  -
      +0.3   Y > X  A   1 ack 1      | ESTABLISHED?   -
      """)
  }

  @Test func `TCP_DEFER_ACCEPT may have ignored the ACK that ends the handshake`() throws {
    try check(
      """
      +0     Y > X  S   0          | CLOSED?        SYN_SENT
      +0     X > Y  SA  0 ack 1    | SYN_RECEIVED?  ESTABLISHED?
      +0.02  Y > X  A   1 ack 1    | ESTABLISHED?{ESTABLISHED,SYN_RECEIVED,CLOSED}  ESTABLISHED
      +1     X > Y  SA  0 ack 1    | SYN_RECEIVED?{SYN_RECEIVED,ESTABLISHED,CLOSED}  ESTABLISHED
      +1.02  Y > X  A   1 ack 1    | -              ESTABLISHED
      +2     Y > X  PA  1 ack 1 len 9  | ESTABLISHED?{ESTABLISHED,SYN_RECEIVED,CLOSED}  -
      +2     X > Y  A   1 ack 10   | ESTABLISHED    -
      """)
  }

  @Test func `a SYN ends an orphan in FIN_WAIT_2`() throws {
    // tcp_timewait_state_process answers it with RST; a socket would send a challenge ACK.
    try check(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1    CLOSE_WAIT?
        +1.010  Y > X  A   201 ack 102  | FIN_WAIT_2?   CLOSE_WAIT
        +2.000  Y > X  S   5000         | CLOSED?       SYN_SENT  | conn 2
                                        | FIN_WAIT_2?   CLOSED    | of 1
        +2.000  X > Y  RA  =0 ack 5001  | -             CLOSED?   | of 2 close refused
                                        | CLOSED        CLOSED    | of 1
        """)
  }
}

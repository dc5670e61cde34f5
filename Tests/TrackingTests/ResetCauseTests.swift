import TestSupport
import Testing
import Tracking

/// Why an endpoint reset: each cause by the story that has it.
@Suite struct ResetCauseTests {
  @Test func `unread-data: a request that nobody read`() throws {
    try check(
      Prologue.handshake + """
        +0.02  X > Y  PA  1 ack   1 len 100  | -  -
        +0.03  Y > X  A   1 ack 101          | -  -
        +0.50  Y > X  RA  1 ack 101          | CLOSED?  CLOSED  | cause unread-data close reset
        """)
  }

  @Test func `linger-zero: nothing was unread`() throws {
    try check(
      Prologue.handshake + "+1 X > Y RA 1 ack 1 | CLOSED CLOSED? | cause linger-zero close reset")
  }

  @Test func `data-to-orphan: an answer to who has closed`() throws {
    try check(
      EdgeCaseTests.halfClosed + """
        +2.00  Y > X  PA  201 ack 102 len 9  | -  -
        +2.00  X > Y  R   102                | CLOSED  CLOSED?  | cause data-to-orphan close reset
        """)
  }

  @Test(arguments: ["RA =0 ack 1", "RA 0 ack 1"])
  func `closed-port`(reset: String) throws {
    try check(
      """
      +0.00  X > Y  S  0      | SYN_SENT  CLOSED?
      +0.01  Y > X  \(reset)  | CLOSED?   CLOSED~  | cause closed-port close refused
      """)
  }

  @Test func `answer-to-stray: a segment for a connection nobody has`() throws {
    try check(
      """
      +0.00  Y > X  A  100 ack 700  | -  -
      +0.00  X > Y  R  700          | CLOSED  -  | cause answer-to-stray
      """)
  }

  @Test func `keep-alive-race: the request crossed the FIN, seen where the FIN was sent`() throws {
    try check(
      Prologue.exchange + """
        +5.005  Y > X  FA  201 ack 101          | -  -
        +4.998  X > Y  PA  101 ack 201 len 100  | -  -
        +5.008  Y > X  R   201                  | CLOSED?  CLOSED  | cause keep-alive-race
        """, tap: .atY)
  }

  /// The request passes first, and yet the FIN does not acknowledge it.
  @Test func `keep-alive-race: the request crossed the FIN, seen where it was sent`() throws {
    let script =
      Prologue.exchange + """
        +4.997  X > Y  PA  101 ack 201 len 100  | -  -
        +5.000  Y > X  FA  201 ack 101          | -  -
        +5.000  X > Y  A   201 ack 202          | -  -
        +5.007  Y > X  R   201                  | CLOSED?  CLOSED  | cause keep-alive-race
        """
    try check(script)
  }

  @Test func `after-both-fins: too late to matter`() throws {
    try check(
      EdgeCaseTests.responderClosed
        + "+2 Y > X RA 202 ack 102 | CLOSED? CLOSED | late? cause after-both-fins close graceful")
  }

  @Test func `time-wait-assassination: the answer to an answer to a stray`() throws {
    try check(
      Prologue.closed + """
        +2.00  Y > X  PA    1 ack 101 len 200 dup  | TIME_WAIT~  -       | late duplicate-data
        +2.00  X > Y  A   102 ack 202              | TIME_WAIT~  -       | late?
        +2.01  Y > X  R   202                      | CLOSED?     CLOSED  | late reset-in-time-wait
          .. effect killed cause time-wait-assassination close graceful
        """)
  }

  @Test func `refused-reuse: the dance before a port is used again`() throws {
    try check(
      Prologue.exchange + """
        +9.00  X > Y  S  70000        | SYN_SENT  -        | conn 2
        +9.01  Y > X  A  201 ack 101  | -         -        | conn 1 late?
        +9.01  X > Y  R  101          | CLOSED    CLOSED?  | conn 1 cause refused-reuse
        """)
  }

  @Test func `none without a RST`() throws {
    try check(Prologue.closed + "+2 | - - | cause none")
  }
}

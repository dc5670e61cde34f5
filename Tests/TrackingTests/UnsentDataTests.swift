import TestSupport
import Testing
import Tracking

/// Acknowledgments of what was never seen: the capture has a hole, until the end that is
/// acknowledged shows that it has sent no such thing (edge case 24).
@Suite struct UnsentDataTests {
  @Test func `a challenge ACK takes back the gap, and the FIN that came with it`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +0.580  Y > X  FA  201 ack 1101 | CLOSE_WAIT?  FIN_WAIT_1? | gap
        +0.580  X > Y  A   101 ack 201  | ESTABLISHED  FIN_WAIT_1~ | whole
        +1.280  Y > X  A   201 ack 101  | ESTABLISHED  FIN_WAIT_1~
        +1.360  X > Y  FA  101 ack 201  | FIN_WAIT_1   CLOSING?
        +1.530  Y > X  FA  201 ack 102  | TIME_WAIT?   CLOSING
        +1.530  X > Y  A   102 ack 202  | TIME_WAIT?   TIME_WAIT~ | X.until 61.53
        """)
  }

  @Test func `an ACK of unsent data does not acknowledge the FIN that follows`() throws {
    // Without a challenge ACK: nothing lies beyond a FIN.
    for challenge in ["", "+1.000  X > Y  A   101 ack 202 | CLOSE_WAIT LAST_ACK~ | whole\n"] {
      try checkEveryLine(
        Prologue.exchange + """
          +0.400  Y > X  FA  201 ack 101  | CLOSE_WAIT?  FIN_WAIT_1
          +0.440  X > Y  A   101 ack 202  | CLOSE_WAIT   FIN_WAIT_2?
          +1.000  Y > X  A   202 ack 1101 | CLOSE_WAIT~  FIN_WAIT_2? | gap

          """ + challenge.replacing("LAST_ACK~", with: "FIN_WAIT_2?") + """
            +1.400  X > Y  FA  101 ack 202  | LAST_ACK     TIME_WAIT?  | whole
            +1.410  Y > X  A   202 ack 102  | CLOSED?      TIME_WAIT
            """)
    }
  }

  @Test(arguments: ["A", "FA"])
  func `a request answers with RST, and stays`(flags: String) throws {
    try check(
      """
      +0.000  Y > X  S   0            | CLOSED?                         SYN_SENT
      +0.000  X > Y  SA  0 ack 1      | SYN_RECEIVED?                   ESTABLISHED?
      +0.200  Y > X  \(flags) 1 ack 1001 | -  - | gap
      +0.200  X > Y  R   1001         | SYN_RECEIVED?{SYN_RECEIVED,CLOSED} - | whole
      +0.900  Y > X  A   1 ack 1      | ESTABLISHED?                    -
      +1.000  Y > X  FA  1 ack 1      | CLOSE_WAIT?                     -
      +1.040  X > Y  A   1 ack 2      | CLOSE_WAIT                      -
      """)
  }

  @Test func `the RST of a request ends who stands in an older connection`() throws {
    try checkEveryLine(
      """
      +0.000  Y > X  SA  0 ack 1     | ESTABLISHED?{ESTABLISHED,SYN_SENT,CLOSED} SYN_RECEIVED?
      +0.000  X > Y  A   1 ack 12502 | ESTABLISHED?          ESTABLISHED? | gap
      +0.020  Y > X  R   12502       | CLOSED?{CLOSED,ESTABLISHED,FIN_WAIT_1} SYN_RECEIVED? | whole
      """)
  }

  @Test func `text that is sent meanwhile is new, and not acknowledged`() throws {
    try check(
      Prologue.exchange + """
        +0.580  Y > X  A   201 ack 1101         | ESTABLISHED?  ESTABLISHED? | gap
        +0.590  X > Y  PA  101 ack 201 len 50   | ESTABLISHED?  ESTABLISHED?
        +0.600  X > Y  A   151 ack 201          | ESTABLISHED?{ESTABLISHED,FIN_WAIT_1} -  | whole
        +0.610  Y > X  A   201 ack 151          | ESTABLISHED?  ESTABLISHED~
        """)
  }

  @Test func `what lies beyond the hole, or is a probe, takes nothing back`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +0.580  Y > X  A   201 ack 1101  | ESTABLISHED?  ESTABLISHED? | gap
        +0.590  X > Y  A  1100 ack 201   | ESTABLISHED?  ESTABLISHED? | gap
        +0.600  X > Y  A  1101 ack 201   | ESTABLISHED?  ESTABLISHED? | gap
        +0.610  X > Y  FA 1101 ack 201   | FIN_WAIT_1?   CLOSE_WAIT?  | gap
        """)
  }

  @Test func `an older segment takes nothing back`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +0.570  Y > X  PA  201 ack 101 len 10   | ESTABLISHED~  ESTABLISHED?
        +0.571  X > Y  A   101 ack 211          | ESTABLISHED~  ESTABLISHED~
        +0.580  Y > X  A   211 ack 1101         | ESTABLISHED?  ESTABLISHED? | gap
        +0.590  X > Y  A   101 ack 201          | ESTABLISHED?  ESTABLISHED? | gap
        """)
  }
}

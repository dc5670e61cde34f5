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
}

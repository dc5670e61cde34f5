import Dissection
import TestSupport
import Testing
import Tracking

/// Edge cases 23 to 34: odd segments, silence, and captures that are not clean.
@Suite struct EdgeCaseCaptureTests {
  @Test func `23 FIN|ACK ending the handshake`() throws {
    try checkEveryLine(
      """
      +0.000  X > Y  S   0        | SYN_SENT      CLOSED?
      +0.010  Y > X  SA  0 ack 1  | ESTABLISHED?  SYN_RECEIVED?
      +0.010  X > Y  FA  1 ack 1  | FIN_WAIT_1    CLOSE_WAIT?
      +0.020  Y > X  A   1 ack 2  | FIN_WAIT_2?   CLOSE_WAIT~
      """)
  }

  @Test func `24 bare FIN`() throws {
    try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  F   101          | ESTABLISHED~ ESTABLISHED?{ESTABLISHED,FIN_WAIT_1}
        +1.010  Y > X  A   201 ack 101  | ESTABLISHED~ ESTABLISHED?{ESTABLISHED,FIN_WAIT_1}
        """)
  }

  @Test func `24 FIN acknowledging unsent data`() throws {
    // Either the capture misses 800 octets, or the receiver answers with an ACK and drops it.
    let outcome = try checkEveryLine(
      Prologue.exchange + "+1 X > Y FA 101 ack 1001 | FIN_WAIT_1? CLOSE_WAIT? | gap")
    #expect(outcome.reports[1]?.endpoints.responder.claim.possible.contains(.established) == true)
  }

  @Test func `24 data after FIN`() throws {
    try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +2.000  X > Y  PA  102 ack 201 len 10  | FIN_WAIT_2?  CLOSE_WAIT
          .. late data-after-fin effect none
        """)
  }

  @Test func `25 LAST_ACK expiry by silence`() throws {
    var script = EdgeCaseTests.halfClosed + "+1.020 Y > X FA 201 ack 102 | TIME_WAIT? LAST_ACK\n"
    var time = 1.02
    var interval = 0.2
    for _ in 0..<8 {
      time += interval
      interval *= 2
      script += "+\(time) Y > X FA 201 ack 102 | FIN_WAIT_2? LAST_ACK~ | late?\n"
    }
    // 102.2 s after the first retransmission at the earliest, after twice that time at the latest.
    try checkEveryLine(
      script + """
        +100  | CLOSED?      LAST_ACK~
        +230  | CLOSED?      CLOSED?{CLOSED,LAST_ACK} | Y.until none
        """)
  }

  @Test func `26 FIN_WAIT_2 expiry`() throws {
    try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +61.00  | FIN_WAIT_2?  CLOSE_WAIT  | X.until 61.01
        +61.02  | CLOSED?      CLOSE_WAIT  | X.until none X.since 61.01
        +9000   | CLOSED?      CLOSE_WAIT  | Y.since 1.0 Y.activity idle
        """)
  }

  @Test func `26 FIN_WAIT_2 expiry: what remains possible`() throws {
    try checkEveryLine(
      EdgeCaseTests.halfClosed + "+9000 | CLOSED?{CLOSED,FIN_WAIT_2} CLOSE_WAIT")
  }

  @Test func `27 captured copies`() throws {
    let outcome = try checkEveryLine(
      Prologue.exchange + """
        +1.0000  X > Y  FA  101 ack 201       | FIN_WAIT_1   CLOSE_WAIT?
        +1.0001  X > Y  FA  101 ack 201 copy  | FIN_WAIT_1   CLOSE_WAIT?  | copy X.resent 0
        +1.0100  Y > X  A   201 ack 102       | FIN_WAIT_2?  CLOSE_WAIT
        +1.0101  Y > X  A   201 ack 102 copy  | FIN_WAIT_2?  CLOSE_WAIT   | copy
        """)
    #expect(outcome.reports[1]?.copies == 2)
    #expect(outcome.reports[1]?.packets == 11)
    #expect(outcome.reports[1]?.endpoints.initiator.packets == 6)
  }

  @Test func `28 one-sided traces: the initiator's side`() throws {
    let outcome = try checkEveryLine(
      """
      +0.000  X > Y  S     0                  | SYN_SENT~    CLOSED?
      +0.010  X > Y  A     1 ack   1          | ESTABLISHED?  ESTABLISHED?  | one-sided
      +0.020  X > Y  PA    1 ack   1 len 100  | ESTABLISHED?  ESTABLISHED?
      +0.040  X > Y  A   101 ack 201          | ESTABLISHED? ESTABLISHED?
      +1.000  X > Y  FA  101 ack 201          | FIN_WAIT_1?  CLOSE_WAIT?
      +1.020  X > Y  A   102 ack 202          | TIME_WAIT?    CLOSED?  | one-sided
      """)
    // One past all that came: the unseen FIN of Y.
    let claim = try #require(outcome.reports[1]?.endpoints.initiator.claim)
    #expect(claim.certainty == .presumed)
    #expect(claim.possible.contains(.timeWait))
    #expect(claim.state == .timeWait || claim.state == .closing)
  }

  @Test func `28 one-sided traces: the responder's side`() throws {
    try checkEveryLine(
      """
      +0.010  Y > X  SA    0 ack   1          | ESTABLISHED? SYN_RECEIVED?
      +0.030  Y > X  A     1 ack 101          | ESTABLISHED?  ESTABLISHED?  | one-sided
      +0.040  Y > X  PA    1 ack 101 len 200  | ESTABLISHED? ESTABLISHED?
      +2.000  Y > X  FA  201 ack 101          | CLOSE_WAIT?  FIN_WAIT_1?  | one-sided
      """)
  }

  @Test func `29 mid-stream first packet is a FIN`() throws {
    let outcome = try checkEveryLine(
      """
      +0.000  X > Y  FA  101 ack 201  | FIN_WAIT_1?  CLOSE_WAIT?
      """)
    // Y's FIN may have come before the capture began.
    let claim = try #require(outcome.reports[1]?.endpoints.initiator.claim)
    #expect(claim.possible.contains(.lastAck))
    #expect(outcome.reports[1]?.rolesKnown == false)
  }

  @Test func `29 mid-stream first packet is the ACK of a FIN`() throws {
    let outcome = try checkEveryLine(
      """
      +1.010  Y > X  A   201 ack 102  | ESTABLISHED? ESTABLISHED?
      +1.020  Y > X  FA  201 ack 102  | CLOSE_WAIT?  FIN_WAIT_1?
      +1.020  X > Y  A   102 ack 202  | CLOSE_WAIT?  FIN_WAIT_2?
      """)
    // In truth X is in TIME_WAIT and Y, having closed second, CLOSED.
    let report = try #require(outcome.reports[1])
    #expect(report.endpoints.responder.claim.possible.contains(.timeWait))
    #expect(report.endpoints.initiator.claim.possible.contains(.closed))
    for role in Role.allCases { #expect(report.endpoints[role].claim.certainty == .presumed) }
  }

  @Test func `29 mid-stream first packet is a RST`() throws {
    // Exact or not, and towards whatever state: nobody knows.
    try checkEveryLine(
      """
      +0.000  Y > X  R  500  | CLOSED?{\(Self.anyMidStream)}  CLOSED~
      """)
  }

  @Test func `29 mid-stream first packet is a retransmission behind which a FIN waits`() throws {
    // X had sent payload and FIN, and retransmits the payload: the ACK goes one beyond it.
    try checkEveryLine(
      """
      +0.000  X > Y  PA    1 ack 201 len 100  | ESTABLISHED?  ESTABLISHED?
      +0.010  Y > X  A   201 ack 102          | ESTABLISHED?{\(Self.anyMidStream)} ESTABLISHED?
      """)
    // X's bare ACK shows SND.NXT: what Y does not acknowledge may have a FIN waiting behind it.
    try checkEveryLine(
      """
      +0.000  Y > X  FA    4 ack   1          | CLOSE_WAIT?  FIN_WAIT_1?
      +0.000  X > Y  A  1001 ack   5          | CLOSE_WAIT?  FIN_WAIT_2?
      +0.100  X > Y  PA    1 ack   5 len 1000 | CLOSE_WAIT?{CLOSE_WAIT,CLOSING,LAST_ACK} FIN_WAIT_2?
      """)
  }

  @Test func `29 mid-stream payload that its receiver had long taken`() throws {
    // Y's FIN, at 5001, was acknowledged before the capture began.
    let outcome = try checkEveryLine(
      """
      +0.000  Y > X  PA 1001 ack    1 len 1000  | ESTABLISHED? ESTABLISHED?
      +0.000  X > Y  A     1 ack 5002           | ESTABLISHED? ESTABLISHED? | gap
      """)
    let claim = try #require(outcome.reports[1]?.endpoints.initiator.claim)
    #expect(claim.possible.contains(.closeWait))
  }

  private static let anyMidStream =
    "CLOSED,ESTABLISHED,FIN_WAIT_1,FIN_WAIT_2,CLOSE_WAIT,CLOSING,LAST_ACK,TIME_WAIT"

  @Test func `30 final ACK lost before the tap`() throws {
    try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +1.020  Y > X  FA  201 ack 102  | TIME_WAIT?   LAST_ACK
        +1.250  Y > X  FA  201 ack 102  | FIN_WAIT_2?  LAST_ACK  | late? Y.resent 1
        +1.260  X > Y  A   102 ack 202  | TIME_WAIT    CLOSED?   | X.until 61.245 close graceful
        """, tap: .atY)
  }

  @Test func `30 final ACK lost after the tap`() throws {
    try checkEveryLine(
      Prologue.closed + """
        +1.250  Y > X  FA  201 ack 102  | TIME_WAIT  LAST_ACK~  | late retransmitted-fin reply ack
        +1.250  X > Y  A   102 ack 202  | TIME_WAIT  CLOSED?
        """)
  }

  @Test func `31 end of capture just after a FIN`() throws {
    let outcome = try checkEveryLine(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1   CLOSE_WAIT?
        +1.002  Y > X  A   201 ack 102  | FIN_WAIT_2?  CLOSE_WAIT
        """)
    let report = try #require(outcome.reports[1])
    #expect(report.findings(at: .at(1.003), minimumAge: .seconds(1)).isEmpty)
    let later = report.findings(at: .at(101), minimumAge: .seconds(1))
    #expect(later.first?.kind == .closeWait)
    #expect(later.first?.age == .seconds(100))
  }

  @Test func `32 RST instead of ACK for a late FIN`() throws {
    let outcome = try checkEveryLine(
      EdgeCaseTests.halfClosed + """
        +100.000  Y > X  FA  201 ack 102  | CLOSED?  LAST_ACK~
        +100.000  X > Y  R   102          | CLOSED   CLOSED?
          .. hindsight 10 data-after-close close reset
        """)
    let late = try #require(outcome.reports[1]?.late.first)
    #expect(late.replyFrame == 11)
    #expect(late.replyExpected == .rst)
    #expect(late.effect == .none)
  }

  @Test func `33 RST at an orphaned FIN_WAIT_2`() throws {
    try checkEveryLine(EdgeCaseTests.halfClosed + "+2 Y > X RA 201 ack 102 | CLOSED? CLOSED")
  }

  @Test func `33 RST in the window of FIN_WAIT_2: an orphan dies, a socket does not`() throws {
    let outcome = try checkEveryLine(
      EdgeCaseTests.halfClosed + "+2 Y > X R 250 | FIN_WAIT_2? CLOSED")
    let claim = try #require(outcome.reports[1]?.endpoints.initiator.claim)
    #expect(claim.possible.isSuperset(of: [StateSet(.finWait2), StateSet(.closed)]))
    #expect(claim.certainty == .presumed)
  }

  @Test func `34 time backwards: the ACK of a FIN stands before it`() throws {
    let outcome = try checkEveryLine(
      Prologue.exchange + """
        +1.010  Y > X  A   201 ack 102  | ESTABLISHED? ESTABLISHED?
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_2?  CLOSE_WAIT  | whole close half-closed
        """)
    #expect(outcome.reports[1]?.endpoints.initiator.finFrame == 9)
    #expect(outcome.reports[1]?.endpoints.initiator.finAckedFrame == 8)
  }

  @Test func `34 time backwards in TIME_WAIT`() throws {
    try checkEveryLine(
      Prologue.closed + """
        +0.900  Y > X  PA  1 ack 101 len 200 dup  | TIME_WAIT    CLOSED?      | late duplicate-data reply ack
        """)
  }

  /// Every script runs with numbers that wrap too; here both directions wrap with the FIN.
  @Test func `34 sequence wrap`() throws {
    try checkEveryLine(
      """
      +0.00  X > Y  S  =4294967293                  | SYN_SENT      CLOSED?
      +0.01  Y > X  SA =4294967294 ack =4294967294  | ESTABLISHED?  SYN_RECEIVED?
      +0.01  X > Y  A  =4294967294 ack =4294967295  | ESTABLISHED   ESTABLISHED?
      +1.00  X > Y  FPA =4294967294 ack =4294967295 len 1  | FIN_WAIT_1   CLOSE_WAIT?
      +1.01  Y > X  A  =4294967295 ack =0           | FIN_WAIT_2?   CLOSE_WAIT
      +1.02  Y > X  FA =4294967295 ack =0           | TIME_WAIT?    LAST_ACK
      +1.02  X > Y  A  =0 ack =0                    | TIME_WAIT     CLOSED?  | X.until 61.02
        .. close graceful whole
      +2.00  Y > X  FA =4294967295 ack =0           | TIME_WAIT     LAST_ACK~
        .. late retransmitted-fin effect timer-restarted reply ack X.until 62
      +2.00  X > Y  A  =0 ack =0                    | TIME_WAIT     CLOSED?
      +3.00  Y > X  R  =0                           | CLOSED?       CLOSED
        .. late reset-in-time-wait effect killed
      """)
  }

  @Test(arguments: ["R 201", "RA 201 ack =0", "RA 201 ack 101", "R 201 len 20"])
  func `34 RST with ack 0 or payload`(reset: String) throws {
    try checkEveryLine(Prologue.exchange + "+1 Y > X \(reset) | CLOSED? CLOSED | close reset")
  }

  @Test func `34 Fast Open data on SYN, taken`() throws {
    let outcome = try checkEveryLine(
      """
      +0.000  X > Y  S     0 len 100 fast-open  | SYN_SENT      CLOSED?
      +0.010  Y > X  SA    0 ack 101            | ESTABLISHED?  SYN_RECEIVED?
      +0.010  X > Y  A   101 ack   1            | ESTABLISHED   ESTABLISHED?  | whole
      """)
    #expect(outcome.reports[1]?.endpoints.initiator.bytesSent == 100)
  }

  @Test func `34 Fast Open data on SYN, not taken`() throws {
    let outcome = try checkEveryLine(
      """
      +0.000  X > Y  S    0 len 100 fast-open  | SYN_SENT      CLOSED?
      +0.010  Y > X  SA   0 ack   1            | ESTABLISHED?  SYN_RECEIVED?
      +0.010  X > Y  PA   1 ack   1 len 100    | ESTABLISHED?  ESTABLISHED?  | whole
      +0.020  Y > X  A    1 ack 101            | ESTABLISHED? ESTABLISHED  | whole
      """)
    #expect(outcome.reports[1]?.endpoints.initiator.bytesSent == 100)
  }

  @Test func `34 simultaneous open and simultaneous close`() throws {
    try checkEveryLine(
      """
      +0.000  X > Y  S   0        | SYN_SENT     CLOSED?
      +0.002  Y > X  S   0        | SYN_RECEIVED?  SYN_RECEIVED?  | conn 1
      +0.002  X > Y  SA  0 ack 1  | SYN_RECEIVED? ESTABLISHED?
      +0.006  Y > X  SA  0 ack 1  | ESTABLISHED? ESTABLISHED?
      +1.000  X > Y  FA  1 ack 1  | FIN_WAIT_1   CLOSE_WAIT?
      +1.002  Y > X  FA  1 ack 1  | CLOSING?       CLOSING?
      +1.002  X > Y  A   2 ack 2  | CLOSING        TIME_WAIT?
      +1.006  Y > X  A   2 ack 2  | TIME_WAIT?     TIME_WAIT?  | close simultaneous
      """)
  }
}

import Dissection
import TestSupport
import Testing
import Tracking

/// What no packet shows: timers of the profiles, patience, and how possible states shrink.
@Suite struct TimerTests {
  private static let profiles: [(HostProfile.Name, Double, Double?)] = [
    (.linux, 60, 60), (.windows, 120, nil), (.macos, 30, 60), (.freebsd, 60, 60),
    (.openbsd, 60, nil), (.solaris, 60, 60), (.rfc, 240, nil),
  ]

  @Test(arguments: profiles)
  func `2MSL by profile`(name: HostProfile.Name, timeWait: Double, finWait2: Double?) throws {
    let until = 1.01 + timeWait
    try check(
      EdgeCaseTests.halfClosed.replacing("+1.010  Y > X  A ", with: "+1.010  Y > X  FA ")
        .replacing("FIN_WAIT_2?  CLOSE_WAIT", with: "TIME_WAIT?  LAST_ACK?") + """
          +1.01  X > Y  A  102 ack 202  | TIME_WAIT  -  | X.until \(until)
          +\(until - 0.01)              | TIME_WAIT  -  | X.until \(until)
          +\(until + 0.01)              | CLOSED?{CLOSED,TIME_WAIT}  -  | X.since \(until)
          +\(until + 5.3)               | CLOSED?{CLOSED}            -
          """, options: TrackerOptions(profile: HostProfile(name)))
  }

  @Test(arguments: profiles)
  func `orphaned FIN_WAIT_2 by profile`(
    name: HostProfile.Name, timeWait: Double, finWait2: Double?
  ) throws {
    let options = TrackerOptions(profile: HostProfile(name))
    let rest: String
    if let finWait2 {
      rest = """
        +1.02                     | FIN_WAIT_2?  CLOSE_WAIT  | X.until \(1.01 + finWait2)
        +\(1.01 + finWait2 + 0.01)  | CLOSED?    CLOSE_WAIT  | X.until none
        """
    } else {
      rest = "+9000 | FIN_WAIT_2~ CLOSE_WAIT | X.until none"
    }
    try check(
      EdgeCaseTests.halfClosed + rest, options: options)
  }

  @Test func `silence does not prove FIN_WAIT_2`() throws {
    try check(
      EdgeCaseTests.halfClosed + "+9000 | FIN_WAIT_2? CLOSE_WAIT",
      options: TrackerOptions(profile: HostProfile(.rfc)))
  }

  @Test func `a SYN without an answer`() throws {
    try check(
      """
      +0    X > Y  S  0  | SYN_SENT  CLOSED?{CLOSED,SYN_RECEIVED}
      +0.9               | SYN_SENT  CLOSED?
      +1    X > Y  S  0  | SYN_SENT  CLOSED?
      +3    X > Y  S  0  | SYN_SENT  CLOSED?
      +7    X > Y  S  0  | SYN_SENT  CLOSED?
      +15   X > Y  S  0  | SYN_SENT  CLOSED?
      +31   X > Y  S  0  | SYN_SENT  CLOSED?
      +63   X > Y  S  0  | SYN_SENT  CLOSED?  | conn 1
      +500               | CLOSED?   CLOSED?  | close attempt first none
      """)
  }

  @Test func `SYN_RECEIVED unanswered is gone after about 65 s`() throws {
    try check(
      """
      +0    X > Y  S   0        | SYN_SENT  CLOSED?
      +0    Y > X  SA  0 ack 1  | -  SYN_RECEIVED?
      +1    Y > X  SA  0 ack 1  | -  SYN_RECEIVED?
      +3    Y > X  SA  0 ack 1  | -  SYN_RECEIVED?
      +7    Y > X  SA  0 ack 1  | -  SYN_RECEIVED?
      +15   Y > X  SA  0 ack 1  | -  SYN_RECEIVED?
      +31   Y > X  SA  0 ack 1  | -  SYN_RECEIVED?
      +60                       | -  SYN_RECEIVED?
      +70                       | -  CLOSED?
      """)
  }

  @Test func `silence never proves that the FIN was acknowledged`() throws {
    // Retransmissions 30 s apart were seen.
    try check(
      EdgeCaseTests.closeWait + """
        +2.00   X > Y  FA  101 ack 202  | LAST_ACK                    TIME_WAIT?
        +2.01   Y > X  A   202 ack 102  | CLOSED?{CLOSED,LAST_ACK}    TIME_WAIT
        +32     X > Y  FA  101 ack 202  | LAST_ACK~                   TIME_WAIT~
          .. late retransmitted-fin effect timer-restarted Y.until 92
        +32.01  Y > X  A   202 ack 102  | CLOSED?{CLOSED,LAST_ACK}    TIME_WAIT
        +300                            | CLOSED?{CLOSED}             CLOSED?
        """)
  }

  @Test func `a network duplicate restarts TIME_WAIT but says nothing of its sender`() throws {
    try check(
      Prologue.closed + """
        +1.0215  Y > X  FA  201 ack 102 dup  | TIME_WAIT  CLOSED?  | late retransmitted-fin
          .. effect timer-restarted reply ack X.until 61.0215 Y.resent 0
        """)
  }

  @Test func `a copy restarts nothing`() throws {
    try check(
      Prologue.closed + """
        +1.0210  Y > X  FA  201 ack 102 copy  | TIME_WAIT  CLOSED?  | copy X.until 61.02 Y.resent 0
        """)
  }

  /// A newer TSval lets the new connection begin just below the old one's numbers, and keeps off what
  /// was sent before.
  @Test func `an old FIN inside the window of the new connection has an older timestamp`() throws {
    let outcome = try check(
      EdgeCaseTests.responderClosedWithTimestamps + """
        +5.00  X > Y  S     -20            ts  6000/0         | -            -  | conn 2 late?
        +5.01  Y > X  SA  65539 ack   -19  ts 10000/6000      | -            -  | conn 2
        +5.01  X > Y  A     -19 ack 65540  ts  6010/10000     | ESTABLISHED  -  | conn 2
        +5.02  Y > X  PA  65540 ack -19 len 9 ts 10010/6010   | -            -  | conn 2
        +5.50  X > Y  FA      1 ack     2  ts  2020/6000 dup  | CLOSED       -  | conn 1
          .. late retransmitted-fin
                                                              | ESTABLISHED  -  | of 2
        """)
    #expect(outcome.reports[1]?.late.last?.reachesNewConnection == false)
  }

  @Test func `an old FIN whose connection has left memory is not the new connection's`() throws {
    // It acknowledges what Y sent 90000 octets below its new numbers.
    let script =
      EdgeCaseTests.responderClosed + """
        +70.00  X > Y  S      50                | -            -             | conn 2
        +70.01  Y > X  SA  90000 ack    51      | -            -             | conn 2
        +70.01  X > Y  A      51 ack 90001      | ESTABLISHED  ESTABLISHED?  | conn 2
        +70.50  X > Y  FA    101 ack   202 dup  | -            -             | late after-time-wait
                                                | ESTABLISHED  ESTABLISHED?  | of 2
        """
    try check(script)
  }

  @Test func `CLOSE_WAIT still in use is draining, then idle`() throws {
    try check(
      EdgeCaseTests.halfClosed + """
        +2.0   Y > X  PA  201 ack 102 len 500  | -  CLOSE_WAIT?  | Y.activity draining
        +2.0   X > Y  A   102 ack 701          | -  CLOSE_WAIT~  | Y.activity draining
        +600                                   | -  CLOSE_WAIT~  | Y.activity idle
        """)
  }

  @Test func `a gap in the capture proves nothing`() throws {
    try check(
      Prologue.exchange + """
        +1.000  X > Y  A   101 ack 401  | ESTABLISHED?  ESTABLISHED?  | gap
        +2.000  X > Y  FA  101 ack 401  | FIN_WAIT_1?   CLOSE_WAIT?
        +2.010  Y > X  FA  401 ack 102  | TIME_WAIT?    LAST_ACK?
        +2.010  X > Y  A   102 ack 402  | TIME_WAIT?    CLOSED?       | gap
        """)
  }

  /// Y's FIN was missed by the capture; X acknowledges it and closes in turn.
  private static let unseenFIN =
    Prologue.exchange + """
      +1.000  X > Y  A   101 ack 202  | -           -  | gap

      """

  @Test func `an ACK one past everything, then a close, is an unseen FIN`() throws {
    try check(
      Self.unseenFIN + """
        +2.000  X > Y  FA  101 ack 202  | LAST_ACK?  -  | gap
        +2.010  Y > X  A   202 ack 102  | CLOSED?    TIME_WAIT?
        """)
  }

  @Test func `an ACK one past everything may be that of an unseen FIN`() throws {
    let outcome = try check(Self.unseenFIN)
    let claim = try #require(outcome.reports[1]?.endpoints.initiator.claim)
    #expect(claim.certainty == .presumed)
    #expect(claim.possible.contains(.closeWait))
  }

  @Test func `a RST that answers what its receiver still waits for`() throws {
    // All that X sent was lost behind the tap: Y's acknowledgment shows it, and the RST repeats it.
    try check(
      Prologue.exchange + """
        +1.00  X > Y  PA  101 ack 201 len 8  | -       -
        +2.00  X > Y  FA  109 ack 201        | -       -
        +5.00  Y > X  PA  201 ack 101 len 8  | -       ESTABLISHED?
        +5.01  X > Y  R   101                | CLOSED  CLOSED?
        """)
  }

  @Test func `a RST that answers what has been overtaken`() throws {
    // Y took the data after it had sent that acknowledgment: the RST is old by then.
    try check(
      Prologue.exchange + """
        +1.000  X > Y  PA  101 ack 201 len 8  | -       -
        +1.001  Y > X  PA  201 ack 101 len 8  | -       ESTABLISHED?
        +1.002  X > Y  R   101                | CLOSED  ESTABLISHED?
        """)
  }

  @Test func `an ACK that stands before its FIN in the file is no sign of an unseen one`() throws {
    let outcome = try check(
      Prologue.exchange + """
        +1.00000  X > Y  FA  101 ack 201  | -  -
        +1.00001  X > Y  A   102 ack 202  | -  -
        +1.00002  Y > X  FA  201 ack 101  | -  -
        +1.01000  Y > X  A   202 ack 102  | TIME_WAIT~  TIME_WAIT~
        """)
    let report = try #require(outcome.reports[1])
    #expect(report.close == .simultaneous)
    #expect(report.closedFirst == .both)
    #expect(report.endpoints.responder.finFrame == report.lastFrame - 1)
    #expect(report.endpoints.responder.finRetransmissions == 0)
  }

  @Test func `the time of a frame far in the past of the capture`() throws {
    // The clock of one capture card lags by a second.
    try check(
      Prologue.closed + """
        +0.02  Y > X  FA  201 ack 102 dup  | TIME_WAIT  -  | late retransmitted-fin
        +2.00                              | TIME_WAIT  -
        """)
  }
}

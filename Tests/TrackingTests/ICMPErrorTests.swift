import Dissection
import TestSupport
import Testing
import Tracking

/// ICMP errors end a handshake and nothing else, as Linux has it (tcp_v4_err, tcp_v6_err).
@Suite struct ICMPErrorTests {
  /// Net, host, protocol and port unreachable, administratively prohibited, time exceeded,
  /// parameter problem.
  @Test(arguments: ["3/0", "3/1", "3/2", "3/3", "3/13", "3/15", "11/0", "11/1", "12/0"])
  func `an ICMP error ends a dial`(error: String) throws {
    try check(
      """
      +0.000  X > Y  S  0     | SYN_SENT                   CLOSED?
      +0.010  ICMP \(error) > X 0  | CLOSED?{CLOSED,SYN_SENT}   CLOSED?  | X.ground icmpError
        .. X.since 0.01 close attempt
      +9      | CLOSED?{CLOSED,SYN_SENT}  CLOSED?  | X.since 0.01
      """)
  }

  /// Fragmentation needed is not about the dial; 16 is no code of RFC 1812.
  @Test(arguments: ["3/4", "3/16"])
  func `an ICMP error that does not end a dial`(error: String) throws {
    try check(
      """
      +0.000  X > Y  S  0     | SYN_SENT  CLOSED?
      +0.010  ICMP \(error) > X 0  | SYN_SENT  CLOSED?
      """)
  }

  @Test func `a quote that its sender never sent ends nothing`() throws {
    try check(
      """
      +0.000  X > Y  S  0         | SYN_SENT  CLOSED?
      +0.010  ICMP 3/3 > X 5000   | SYN_SENT  CLOSED?
      +0.020  ICMP 3/3 > X -1     | SYN_SENT  CLOSED?
      +0.030  ICMP 3/3 > Y 0      | SYN_SENT  CLOSED?
      """)
  }

  @Test func `a SYN sent again shows that the dial goes on`() throws {
    try check(
      """
      +0.000  X > Y  S   0        | SYN_SENT  CLOSED?
      +0.010  ICMP 3/1 > X 0      | CLOSED?   CLOSED?
      +1.000  X > Y  S   0        | SYN_SENT?{SYN_SENT,CLOSED}  CLOSED?
      +1.010  Y > X  SA  0 ack 1  | ESTABLISHED?  SYN_RECEIVED?
      """)
  }

  @Test func `a port dialled again is a connection of its own`() throws {
    try check(
      """
      +0.000  X > Y  S      0     | SYN_SENT  CLOSED?
      +0.010  ICMP 3/3 > X  0     | CLOSED?   CLOSED?
      +2.000  X > Y  S  90000     | SYN_SENT  CLOSED?  | conn 2
      +2.010  ICMP 3/3 > X  90000 | CLOSED?   CLOSED?  | of 2
      """)
  }

  @Test(arguments: [("3/0", true), ("3/1", true), ("3/3", false), ("11/0", true), ("12/0", true)])
  func `a listener drops its request`(error: String, drops: Bool) throws {
    let state = drops ? "CLOSED?{CLOSED,SYN_RECEIVED}" : "SYN_RECEIVED?"
    try check(
      """
      +0.000  X > Y  S   0        | -  CLOSED?
      +0.000  Y > X  SA  0 ack 1  | -  SYN_RECEIVED?
      +0.010  ICMP \(error) > Y 0  | -  \(state)
      +0.020  ICMP \(error) > Y 1  | -  \(state)
      """, tap: .atY)
  }

  @Test func `a simultaneous open is a dial`() throws {
    try check(
      """
      +0.000  X > Y  S  0     | SYN_SENT       -
      +0.002  Y > X  S  0     | SYN_RECEIVED?  SYN_RECEIVED?
      +0.010  ICMP 3/3 > X 0  | CLOSED?        SYN_RECEIVED?
      """)
  }

  @Test(arguments: ["3/0", "3/3", "11/0"])
  func `an open connection goes on`(error: String) throws {
    try check(
      Prologue.exchange + """
        +1.000  X > Y  PA  101 ack 201 len 10  | ESTABLISHED?  ESTABLISHED~
        +1.010  ICMP \(error) > X 101  | ESTABLISHED?  ESTABLISHED~
        """)
  }

  @Test func `TIME_WAIT does not care`() throws {
    try check(Prologue.closed + "+2 ICMP 3/3 > X 101 | TIME_WAIT CLOSED? | X.until 61.02")
  }

  /// What an ICMP error quotes was not taken: neither was the FIN behind it.
  @Test func `a quoted FIN was not taken`() throws {
    try check(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1  CLOSE_WAIT?
        +1.010  ICMP 3/3 > X 101        | FIN_WAIT_1  ESTABLISHED?
        +1.300  X > Y  FA  101 ack 201  | FIN_WAIT_1  ESTABLISHED?
        +1.310  Y > X  A   201 ack 102  | FIN_WAIT_2? CLOSE_WAIT
        +1.320  ICMP 3/3 > X 101        | FIN_WAIT_2? CLOSE_WAIT
        """)
    // What had been acknowledged before says nothing of the FIN.
    try check(
      Prologue.exchange + """
        +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1  CLOSE_WAIT?
        +1.010  ICMP 3/3 > X 1          | FIN_WAIT_1  CLOSE_WAIT?
        """)
  }

  /// Over IPv6 the types are others: 1 unreachable, 2 too big, 3 time exceeded, 4 parameter problem.
  @Test(arguments: [(1, 0, true), (1, 4, true), (2, 0, false), (3, 0, true), (4, 1, true)])
  func `over IPv6 an error ends a dial`(type: UInt8, code: UInt8, ends: Bool) throws {
    var tracker = Tracker()
    let (x, y): (SocketAddress, SocketAddress) = ("[2001:db8::1]:40000", "[2001:db8::2]:80")
    tracker.receive(Segment.make(frame: 1, at: 0, from: x, to: y, "S", seq: 77)) { _ in }
    let number = tracker.receive(
      ICMPError(
        frame: 2, time: .at(0.01), source: x, destination: y, sequenceNumber: SequenceNumber(77),
        type: type, code: code))
    #expect(number == 1)
    let found = tracker.connection(1, at: .at(0.02))
    let report = try #require(found)
    #expect(report.endpoints.initiator.claim.state == (ends ? .closed : .synSent))
    #expect(report.endpoints.initiator.claim.evidence.frames == (ends ? [1, 2] : [1]))
    #expect(report.packets == 1)
  }

  @Test(arguments: [(1, 0, false), (1, 1, true), (1, 4, true), (3, 0, false), (4, 1, true)])
  func `over IPv6 a listener drops its request`(type: UInt8, code: UInt8, drops: Bool) throws {
    var tracker = Tracker()
    let (x, y): (SocketAddress, SocketAddress) = ("[2001:db8::1]:40000", "[2001:db8::2]:80")
    tracker.receive(Segment.make(frame: 1, at: 0, from: x, to: y, "S", seq: 77)) { _ in }
    tracker.receive(Segment.make(frame: 2, at: 0, from: y, to: x, "SA", seq: 9, ack: 78)) { _ in }
    tracker.receive(
      ICMPError(
        frame: 3, time: .at(0.01), source: y, destination: x, sequenceNumber: SequenceNumber(9),
        type: type, code: code))
    let found = tracker.connection(1, at: .at(0.02))
    let report = try #require(found)
    #expect(report.endpoints.responder.claim.state == (drops ? .closed : .synReceived))
  }

  @Test func `an error about nobody's segment is about no connection`() {
    var tracker = Tracker()
    let error = ICMPError(
      frame: 1, time: .at(0), source: "10.0.0.1:1", destination: "10.0.0.2:2",
      sequenceNumber: SequenceNumber(5), type: 3, code: 3)
    #expect(tracker.receive(error) == nil)
    #expect(tracker.connectionCount == 0)
  }
}

import Dissection
import Simulation
import TestSupport
import Testing
import Tracking

/// RST, SYN and what else an open or closing connection does not take: RFC 9293 section 3.10.7.4,
/// RFC 5961 and Linux.
struct ModelHostResetTests {
  /// A host in each state; its peer's segments are forged, what it sends is lost.
  static func host(in state: TCPState) -> ModelHostPair {
    var pair = ModelHostPair.established()
    switch state {
    case .closed, .listen, .synSent, .synReceived, .timeWait, .established:
      break
    case .finWait1:
      pair.isLost = { _ in true }
      pair.call(.a, .shutdown)
    case .finWait2:
      pair.call(.a, .shutdown)
    case .closeWait:
      pair.call(.b, .shutdown)
    case .closing:
      pair.isLost = { $0.source == ModelHostPair.addressA }
      pair.call(.a, .shutdown)
      pair.call(.b, .shutdown)
    case .lastAck:
      pair.call(.b, .shutdown)
      pair.run(.milliseconds(50))
      pair.isLost = { _ in true }
      pair.call(.a, .shutdown)
    }
    pair.run(.milliseconds(150))
    pair.isLost = { _ in true }
    #expect(pair.a.state == state)
    return pair
  }

  static let states: [TCPState] = [
    .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck,
  ]

  @Test(arguments: states)
  func reset(_ state: TCPState) {
    for flags in ["R", "RA"] {
      var exact = Self.host(in: state)
      let reception = exact.deliver(exact.forge(from: .b, flags, age: nil), to: .a)
      #expect(reception.after == .closed)
      #expect(reception.sent.isEmpty)
      #expect(!reception.isNews)
      #expect(exact.a.cause == .packet)
    }
    var inWindow = Self.host(in: state)
    #expect(inWindow.inject(from: .b, "R", seq: 1, age: nil) == ["A>A"])
    #expect(inWindow.a.state == state)
    var beyond = Self.host(in: state)
    #expect(beyond.inject(from: .b, "R", seq: 200_000, age: nil) == [])
    #expect(beyond.a.state == state)
    var below = Self.host(in: state)
    #expect(below.inject(from: .b, "R", seq: -2, age: nil) == [])
    #expect(below.a.state == state)
    var oneBelow = Self.host(in: state)
    #expect(oneBelow.inject(from: .b, "R", seq: -1, age: nil) == [])
    let counts = state == .closeWait || state == .closing || state == .lastAck
    #expect(oneBelow.a.state == (counts ? .closed : state))
  }

  /// An old timestamp does not save from a RST where a socket stands.
  @Test
  func resetWithAnOldTimestamp() {
    var pair = Self.host(in: .established)
    pair.inject(from: .b, "R", age: 100_000)
    #expect(pair.a.state == .closed)
  }

  /// Linux: a RST at the end of what came beyond a gap is exact enough.
  @Test
  func resetAtTheLastSACK() {
    var pair = Self.host(in: .established)
    pair.inject(from: .b, "A", seq: 100, len: 50)
    var other = pair
    #expect(other.inject(from: .b, "R", seq: 149, age: nil) == ["A>A"])
    #expect(other.a.state == .established)
    // `seq` counts from what B itself has sent.
    #expect(pair.inject(from: .b, "R", seq: 150, age: nil) == [])
    #expect(pair.a.state == .closed)
  }

  @Test(arguments: states)
  func synchronize(_ state: TCPState) {
    for (flags, seq) in [("S", Int32(0)), ("S", 9), ("S", -1000), ("S", 900_000), ("SA", -1)] {
      var pair = Self.host(in: state)
      let reception = pair.deliver(pair.forge(from: .b, flags, seq: seq), to: .a)
      #expect(reception.sent.map(ModelHostPair.describe) == ["A>A"])
      #expect(reception.after == state)
      #expect(!reception.isNews)
      #expect(reception.sent[0].sequenceNumber == pair.next(of: .a))
    }
  }

  /// Challenge ACKs are limited to one in 500 ms, also against answers to old segments.
  @Test
  func challengesAreLimited() {
    var pair = Self.host(in: .established)
    #expect(pair.inject(from: .b, "S") == ["A>A"])
    #expect(pair.inject(from: .b, "R", seq: 5, age: nil) == [])
    #expect(pair.inject(from: .b, "A", seq: -1) == [])
    #expect(pair.inject(from: .b, "A", seq: -20, len: 10) == ["A>A"])
    pair.run(.milliseconds(501))
    #expect(pair.inject(from: .b, "R", seq: 5, age: nil) == ["A>A"])
  }

  @Test(arguments: states)
  func acknowledgmentOfWhatWasNotSent(_ state: TCPState) {
    var pair = Self.host(in: state)
    let segment = pair.forge(from: .b, "A", ack: 1)
    let reception = pair.deliver(segment, to: .a)
    #expect(reception.after == state)
    #expect(!reception.isNews)
    #expect(reception.sent.count == (state == .established ? 0 : 1))
    if state == .established {
      // Its text is dropped with it.
      #expect(!pair.deliver(pair.forge(from: .b, "FA", ack: 1, len: 5), to: .a).isNews)
      #expect(pair.a.state == .established)
    }
  }

  @Test
  func acknowledgmentFarTooOld() {
    var pair = Self.host(in: .established)
    #expect(pair.inject(from: .b, "A", ack: -2_000_000) == ["A>A"])
    #expect(!pair.deliver(pair.forge(from: .b, "FA", ack: -2_000_000), to: .a).isNews)
    #expect(pair.a.state == .established)
  }

  @Test(arguments: states)
  func segmentsWithoutACK(_ state: TCPState) {
    for flags in ["", "F", "P"] {
      var pair = Self.host(in: state)
      #expect(pair.inject(from: .b, flags, len: flags == "F" ? 0 : 5) == [])
      #expect(pair.a.state == state)
    }
  }

  /// PAWS: an old timestamp makes a segment unacceptable wherever it lies.
  @Test
  func oldTimestamps() {
    for (flags, len) in [("A", UInt32(5)), ("FA", 0), ("A", 0)] {
      var pair = Self.host(in: .established)
      let isPureACK = flags == "A" && len == 0
      let segment = pair.forge(from: .b, flags, len: len, age: 60_000, win: isPureACK ? 9 : 512)
      let reception = pair.deliver(segment, to: .a)
      #expect(reception.after == .established)
      #expect(!reception.isNews)
      #expect(reception.sent.map(ModelHostPair.describe) == ["A>A"])
    }
  }

  @Test
  func oldDuplicatesAreAnswered() {
    for state in Self.states {
      var pair = Self.host(in: state)
      let reception = pair.deliver(pair.forge(from: .b, "A", seq: -1), to: .a)
      #expect(reception.sent.map(ModelHostPair.describe) == ["A>A"])
      #expect(reception.after == state)
      #expect(!reception.isNews)
    }
  }

  /// "This should not occur since a FIN has been received": Linux does not answer.
  @Test
  func dataBeyondThePeersFIN() {
    for state in [TCPState.closeWait, .closing, .lastAck] {
      var pair = Self.host(in: state)
      let ack: Int32 = state == .closeWait ? 0 : -1
      let reception = pair.deliver(pair.forge(from: .b, "A", ack: ack, len: 9), to: .a)
      #expect(reception.sent.isEmpty)
      #expect(!reception.isNews)
      #expect(reception.after == state)
    }
  }

  /// Dial into LAST_ACK: challenge, RST, and the SYN again within 10 ms.
  @Test(arguments: [TCPState.closeWait, .lastAck])
  func aDialIntoAClosingEnd(_ state: TCPState) {
    var pair = ModelHostPair.established()
    pair.call(.a, .shutdown)
    pair.run(.milliseconds(100))
    pair.call(.a, .vanish)
    if state == .lastAck {
      pair.isLost = { _ in true }
      pair.call(.b, .shutdown)
      pair.isLost = { _ in false }
    }
    pair.clearLog()
    pair.call(.a, .connect)
    pair.run(.milliseconds(100))
    #expect(pair.states == [.established, .established])
    #expect(pair.log == ["A>S", "B>A", "A>R", "A>S", "B>SA", "A>A"])
    #expect(pair.b.incarnation == 2)
    #expect(pair.sent[3].time.since(pair.sent[2].time) <= .milliseconds(12))
  }
}

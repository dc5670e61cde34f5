import Dissection
import Simulation
import TestSupport
import Testing
import Tracking

/// RFC 9293 section 3.6: how connections end.
struct ModelHostCloseTests {
  /// Figure 12, with the acknowledgment of the first FIN apart from the second.
  @Test
  func theNormalClose() {
    var pair = ModelHostPair.established()
    pair.clearLog()
    pair.call(.a, .close)
    #expect(pair.states == [.finWait1, .established])
    pair.run(.milliseconds(100))
    #expect(pair.states == [.finWait2, .closeWait])
    pair.call(.b, .close)
    #expect(pair.states == [.finWait2, .lastAck])
    pair.run(.milliseconds(10))
    #expect(pair.states == [.timeWait, .lastAck])
    pair.run(.milliseconds(10))
    #expect(pair.states == [.timeWait, .closed])
    #expect(pair.log == ["A>FA", "B>A", "B>FA", "A>A"])
  }

  /// Figure 13.
  @Test
  func theSimultaneousClose() {
    var pair = ModelHostPair.established()
    pair.clearLog()
    pair.call(.a, .close)
    pair.call(.b, .close)
    #expect(pair.states == [.finWait1, .finWait1])
    pair.run(.milliseconds(10))
    #expect(pair.states == [.closing, .closing])
    pair.run(.milliseconds(10))
    #expect(pair.states == [.timeWait, .timeWait])
    #expect(pair.log.sorted() == ["A>A", "A>FA", "B>A", "B>FA"])
  }

  /// The answer to the FIN waits up to 40 ms for the program's own.
  @Test
  func theCloseInThreePackets() throws {
    let logs = (0..<UInt64(20)).map { seed in
      var pair = ModelHostPair.established(seed: seed)
      pair.clearLog()
      pair.call(.a, .close)
      pair.run(.milliseconds(20))
      pair.call(.b, .close)
      pair.run(.milliseconds(100))
      #expect(pair.states == [.timeWait, .closed])
      return pair.log
    }
    #expect(Set(logs) == [["A>FA", "B>FA", "A>A"], ["A>FA", "B>A", "B>FA", "A>A"]])
  }

  @Test
  func aFINIsCarriedOnTheLastData() {
    var pair = ModelHostPair.established()
    pair.call(.b, .stopReading)
    pair.clearLog()
    // What is in flight is as much as goes at once; the FIN follows with the rest.
    pair.call(.a, .send(14_480 + 100), .close)
    #expect(pair.a.state == .finWait1)
    #expect(pair.a.isFINHeldBack)
    #expect(pair.a.changedSilently)
    pair.run(.milliseconds(20))
    #expect(!pair.a.isFINHeldBack)
    #expect(!pair.a.changedSilently)
    #expect(pair.log.last { $0.hasPrefix("A") } == "A>FA 100")
    pair.run(.milliseconds(100))
    #expect(pair.states == [.finWait2, .closeWait])
  }

  @Test(arguments: [TCPState.finWait1, .lastAck])
  func aFINWaitsBehindAClosedWindow(_ state: TCPState) {
    var pair = ModelHostPair.established()
    pair.call(.b, .stopReading)
    if state == .lastAck {
      pair.call(.b, .shutdown)
      pair.run(.milliseconds(100))
    }
    pair.call(.a, .send(80_000))
    pair.run(.seconds(2))
    pair.call(.a, .close)
    pair.run(.seconds(20))
    #expect(pair.a.state == state)
    #expect(pair.a.isFINHeldBack)
    #expect(pair.a.isOrphan)
    #expect(!pair.log.contains { $0.hasPrefix("A>F") && state == .finWait1 })
    pair.call(.b, .read)
    pair.run(.seconds(30))
    #expect(!pair.a.isFINHeldBack)
    #expect(pair.states == (state == .lastAck ? [.closed, .timeWait] : [.finWait2, .closeWait]))
  }

  /// A FIN of the peer finds CLOSING or FIN_WAIT_1 alike while ours is held back.
  @Test
  func aFINMeetsOneThatIsHeldBack() {
    var pair = ModelHostPair.established()
    pair.call(.b, .stopReading)
    pair.call(.a, .send(80_000))
    pair.run(.seconds(2))
    pair.call(.a, .close)
    pair.call(.b, .shutdown)
    pair.run(.milliseconds(100))
    #expect(pair.a.state == .closing)
    #expect(pair.a.isFINHeldBack)
    #expect(pair.b.state == .finWait2)
  }

  @Test
  func aHalfCloseTakesDataForEver() {
    var pair = ModelHostPair.established()
    pair.call(.a, .shutdown)
    pair.run(.seconds(1000))
    #expect(pair.states == [.finWait2, .closeWait])
    #expect(pair.a.nextTimer == nil)
    #expect(!pair.a.isOrphan)
    pair.clearLog()
    pair.call(.b, .send(100))
    pair.run(.milliseconds(100))
    #expect(pair.log == ["B>A 100", "A>A"])
    pair.call(.b, .close)
    pair.run(.milliseconds(100))
    #expect(pair.states == [.timeWait, .closed])
  }

  @Test
  func aFINBehindAGapIsQueued() {
    var pair = ModelHostPair.established()
    pair.isLost = { $0.payloadLength > 0 }
    pair.call(.a, .send(100))
    pair.isLost = { _ in false }
    let fin = pair.forge(from: .a, "FA")
    let reception = pair.deliver(fin, to: .b)
    #expect(reception.after == .established)
    #expect(reception.isNews)
    #expect(reception.sent.map(ModelHostPair.describe) == ["B>A"])
    #expect(reception.sent[0].acknowledgmentNumber == fin.sequenceNumber - 100)
    #expect(!pair.deliver(fin, to: .b).sent.isEmpty)
    pair.call(.a, .close)
    pair.run(.seconds(2))
    #expect(pair.states == [.finWait2, .closeWait])
  }

  @Test
  func aLostFINIsSentAgain() {
    var pair = ModelHostPair.established()
    pair.clearLog()
    pair.isLost = { $0.flags.contains(.fin) }
    pair.call(.a, .close)
    pair.run(.milliseconds(150))
    pair.isLost = { _ in false }
    pair.run(.milliseconds(200))
    #expect(pair.log == ["A>FA", "A>FA", "B>A"])
    #expect(pair.states == [.finWait2, .closeWait])
  }

  /// The last ACK is lost: LAST_ACK sends its FIN again, and TIME_WAIT answers from the start.
  @Test
  func aLostLastACKIsSentAgain() throws {
    var pair = ModelHostPair.established()
    pair.call(.a, .close)
    pair.run(.milliseconds(100))
    pair.clearLog()
    pair.isLost = { $0.source == ModelHostPair.addressA }
    pair.call(.b, .close)
    pair.run(.milliseconds(50))
    #expect(pair.states == [.timeWait, .lastAck])
    let first = try #require(pair.a.nextTimer)
    pair.isLost = { _ in false }
    pair.run(.seconds(3))
    #expect(pair.log == ["B>FA", "A>A", "B>FA", "A>A"])
    #expect(pair.states == [.timeWait, .closed])
    #expect(try #require(pair.a.nextTimer) >= first)
  }

  @Test
  func aDuplicateFINIsAnsweredAndChangesNothing() {
    var pair = ModelHostPair.established()
    pair.call(.a, .shutdown)
    pair.run(.milliseconds(100))
    let again = pair.deliver(pair.forge(from: .a, "FA", seq: -1), to: .b)
    #expect(again.after == .closeWait)
    #expect(!again.isNews)
    #expect(again.sent.map(ModelHostPair.describe) == ["B>A"])
    pair.isLost = { _ in true }
    pair.call(.b, .close)
    #expect(pair.inject(from: .a, "FA", seq: -1, ack: -1) == ["B>A"])
    #expect(pair.b.state == .lastAck)
  }

  @Test
  func onlyAnAcknowledgmentOfTheFINCounts() {
    var pair = ModelHostPair.established()
    pair.isLost = { _ in true }
    pair.call(.a, .send(10), .close)
    let below = pair.deliver(pair.forge(from: .b, "A", ack: -1), to: .a)
    #expect(below.after == .finWait1)
    #expect(below.isNews)
    #expect(!pair.deliver(pair.forge(from: .b, "A", ack: -1), to: .a).isNews)
    #expect(pair.deliver(pair.forge(from: .b, "A"), to: .a).after == .finWait2)
  }

  @Test
  func closingWithUnreadData() {
    // Unread data turns close() into RST, in every state that can hold some.
    for shutFirst in [false, true] {
      var pair = ModelHostPair.established()
      pair.call(.a, .stopReading)
      if shutFirst { pair.call(.a, .shutdown) }
      pair.call(.b, .send(10))
      pair.run(.milliseconds(100))
      pair.call(.a, .close)
      #expect(pair.a.state == .closed)
      #expect(pair.log.last == "A>RA")
      #expect(pair.sent.last?.sequenceNumber == pair.next(of: .a))
      pair.run(.milliseconds(10))
      #expect(pair.b.state == .closed)
    }
  }

  @Test
  func lingerZero() {
    for state in [TCPState.established, .closeWait, .finWait2] {
      var pair = ModelHostPair.established()
      if state == .closeWait { pair.call(.b, .shutdown) }
      if state == .finWait2 { pair.call(.a, .shutdown) }
      pair.run(.milliseconds(100))
      #expect(pair.a.state == state)
      pair.call(.a, .abort)
      pair.run(.milliseconds(10))
      #expect(pair.log.last == "A>RA")
      #expect(pair.states == [.closed, .closed])
    }
    // Linux has nothing to say once both FINs are on the wire.
    var pair = ModelHostPair.established()
    pair.call(.b, .shutdown)
    pair.run(.milliseconds(100))
    pair.isLost = { _ in true }
    pair.call(.a, .shutdown)
    pair.clearLog()
    #expect(pair.a.state == .lastAck)
    pair.call(.a, .abort)
    #expect(pair.a.state == .closed)
    #expect(pair.log == [])
    #expect(pair.a.changedSilently)
  }

  @Test
  func lingerZeroWithSomethingUnsentOrUnread() {
    for isUnread in [true, false] {
      var pair = ModelHostPair.established()
      pair.call(.a, .stopReading)
      pair.call(.b, .send(isUnread ? 10 : 0), .shutdown)
      pair.run(.milliseconds(100))
      pair.isLost = { _ in true }
      if !isUnread { pair.call(.a, .send(20_000)) }
      pair.call(.a, .shutdown)
      #expect(pair.a.state == .lastAck)
      #expect(pair.a.isFINHeldBack == !isUnread)
      pair.call(.a, .abort)
      #expect(pair.a.state == .closed)
      #expect(pair.log.last == "A>RA")
    }
  }

  @Test
  func nothingIsLeftToCallAfterClose() {
    var pair = ModelHostPair.established()
    pair.isLost = { _ in true }
    pair.call(.a, .close)
    pair.clearLog()
    pair.call(.a, .send(10), .shutdown, .abort, .close, .read)
    #expect(pair.log == [])
    #expect(pair.a.state == .finWait1)
  }
}

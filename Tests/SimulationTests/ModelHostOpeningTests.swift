import Dissection
import Simulation
import TestSupport
import Testing
import Tracking

/// RFC 9293 sections 3.5 and 3.10.7.1 to 3.10.7.3: how connections begin, or do not.
struct ModelHostOpeningTests {
  /// Figure 6.
  @Test
  func theThreeWayHandshake() {
    var pair = ModelHostPair()
    pair.call(.b, .listen)
    pair.call(.a, .connect)
    #expect(pair.states == [.synSent, .closed])
    pair.run(.milliseconds(10))
    #expect(pair.states == [.synSent, .synReceived])
    pair.run(.milliseconds(10))
    #expect(pair.states == [.established, .synReceived])
    pair.run(.milliseconds(10))
    #expect(pair.states == [.established, .established])
    #expect(pair.log == ["A>S", "B>SA", "A>A"])
    #expect(pair.a.incarnation == 1)
    #expect(pair.b.incarnation == 1)
  }

  /// Figure 7; Linux acknowledges the SYN/ACK that it takes.
  @Test
  func theSimultaneousOpen() {
    var pair = ModelHostPair()
    pair.call(.a, .connect)
    pair.call(.b, .connect)
    pair.run(.milliseconds(10))
    #expect(pair.states == [.synReceived, .synReceived])
    pair.run(.milliseconds(10))
    #expect(pair.states == [.established, .established])
    pair.run(.seconds(10))
    #expect(pair.log == ["A>S", "B>S", "B>SA", "A>SA", "A>A", "B>A"].sorted(like: pair.log))
    #expect(pair.log.count == 6)
  }

  /// Figure 8.
  @Test
  func anOldDuplicateSYNBeforeTheTrueOne() {
    var pair = ModelHostPair()
    pair.call(.b, .listen)
    pair.isLost = { $0.flags == .syn }
    pair.call(.a, .connect)
    pair.isLost = { _ in false }
    pair.inject(from: .a, "S", seq: -1000)
    #expect(pair.states == [.synSent, .synReceived])
    pair.run(.milliseconds(10))
    #expect(pair.log == ["A>S", "B>SA", "A>R"])
    pair.run(.milliseconds(10))
    #expect(pair.states == [.synSent, .closed])
    // Linux repeats its SYN at once.
    pair.run(.milliseconds(50))
    #expect(pair.states == [.established, .established])
    #expect(pair.log == ["A>S", "B>SA", "A>R", "A>S", "B>SA", "A>A"])
  }

  /// Figure 9: one end has lost its memory and dials.
  @Test
  func aDialIntoAHalfOpenConnection() {
    var pair = ModelHostPair.established()
    pair.call(.a, .vanish)
    #expect(pair.states == [.closed, .established])
    #expect(pair.a.changedSilently)
    pair.run(.seconds(1))
    pair.clearLog()
    pair.call(.a, .connect)
    pair.run(.milliseconds(30))
    #expect(pair.log.prefix(3) == ["A>S", "B>A", "A>R"])
    #expect(pair.states == [.synSent, .closed])
    pair.run(.seconds(1))
    #expect(pair.states == [.established, .established])
    #expect(pair.b.incarnation == 2)
  }

  /// Figure 10: the end that remembers sends.
  @Test
  func dataIntoAHalfOpenConnection() {
    var pair = ModelHostPair.established()
    pair.call(.a, .vanish)
    pair.clearLog()
    pair.call(.b, .send(9))
    pair.run(.milliseconds(30))
    #expect(pair.log == ["B>A 9", "A>R"])
    #expect(pair.states == [.closed, .closed])
  }

  /// Figure 11: an old duplicate SYN between two listeners.
  @Test
  func anOldDuplicateSYNBetweenListeners() {
    var pair = ModelHostPair()
    pair.call(.a, .listen)
    pair.call(.b, .listen)
    pair.inject(from: .a, "S", seq: 7)
    #expect(pair.b.state == .synReceived)
    pair.run(.milliseconds(30))
    #expect(pair.log == ["B>SA", "A>R"])
    #expect(pair.states == [.closed, .closed])
  }

  @Test
  func aClosedPortRefuses() {
    var pair = ModelHostPair()
    pair.call(.a, .connect)
    pair.run(.seconds(1))
    #expect(pair.log == ["A>S", "B>RA"])
    #expect(pair.states == [.closed, .closed])
    #expect(pair.sent[1].acknowledgmentNumber == pair.sent[0].sequenceEnd)
  }

  @Test(arguments: [
    ("A", ["B>R"]), ("SA", ["B>R"]), ("FA", ["B>R"]), ("S", ["B>RA"]), ("", ["B>RA"]),
    ("F", ["B>RA"]), ("R", []), ("RA", []),
  ])
  func withoutASocket(_ flags: String, _ reply: [String]) throws {
    var pair = ModelHostPair()
    let segment = pair.forge(from: .a, flags, seq: 100, ack: 77, len: 5)
    let reception = pair.deliver(segment, to: .b)
    #expect(reception.sent.map(ModelHostPair.describe) == reply)
    #expect(!reception.isNews)
    if reply == ["B>R"] {
      #expect(reception.sent.first?.sequenceNumber == segment.acknowledgmentNumber)
    } else if reply == ["B>RA"] {
      #expect(reception.sent.first?.sequenceNumber == SequenceNumber(0))
      #expect(reception.sent.first?.acknowledgmentNumber == segment.sequenceEnd)
    }
  }

  @Test(arguments: [
    ("S", ["B>SA"]), ("A", ["B>R"]), ("SA", ["B>R"]), ("FA", ["B>R"]), ("R", []), ("SF", []),
    ("", []), ("F", []),
  ])
  func atAListener(_ flags: String, _ reply: [String]) {
    var pair = ModelHostPair()
    pair.call(.b, .listen)
    #expect(pair.inject(from: .a, flags, seq: 100) == reply)
    #expect(pair.b.state == (flags == "S" ? .synReceived : .closed))
  }

  @Test(arguments: [true, false])
  func optionsAreUsedIfBothOfferThem(_ isOffered: Bool) {
    var other = ModelHost.Settings()
    other.hasTimestamps = isOffered
    var pair = ModelHostPair(ModelHost.Settings(), b: other)
    pair.call(.b, .listen)
    pair.call(.a, .connect)
    pair.run(.milliseconds(100))
    pair.clearLog()
    pair.call(.a, .send(2000))
    #expect(pair.sent.allSatisfy { $0.options.hasTimestamps == isOffered })
    #expect(pair.sent[0].payloadLength == (isOffered ? 1448 : 1460))
  }

  @Test
  func initialNumbersAndIdentificationsFollowTheSettings() {
    func first(_ settings: ModelHost.Settings) -> [Segment] {
      var pair = ModelHostPair(settings)
      pair.isLost = { _ in true }
      pair.call(.a, .connect)
      pair.run(.seconds(6))
      pair.call(.a, .vanish)
      pair.call(.a, .connect)
      return pair.sent
    }
    var settings = ModelHost.Settings()
    let clocked = first(settings)
    let step = clocked.last.map { $0.sequenceNumber.distance(from: clocked[0].sequenceNumber) }
    #expect(step == 93_750_000)
    #expect(clocked[1].ipIdentification == clocked[0].ipIdentification &+ 1)
    settings.hasRandomInitialNumbers = true
    settings.numbersPackets = false
    let drawn = first(settings)
    #expect(drawn.last?.sequenceNumber != drawn[0].sequenceNumber + (93_750_000))
    #expect(drawn.allSatisfy { $0.ipIdentification == 0 })

    // IPv6 has none.
    var host = ModelHost(
      local: "[2001:db8::1]:1", remote: "[2001:db8::2]:2", settings: ModelHost.Settings(), seed: 1)
    #expect(host.perform(.connect, at: .at(0)).map(\.ipIdentification) == [0])
  }
}

extension [String] {
  /// The same lines in another list's order, where both have the same.
  fileprivate func sorted(like other: [String]) -> [String] {
    sorted() == other.sorted() ? other : self
  }
}

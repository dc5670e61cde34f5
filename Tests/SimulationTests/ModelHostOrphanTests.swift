import Dissection
import Simulation
import TestSupport
import Testing
import Tracking

/// Connections whose program has closed them.
struct ModelHostOrphanTests {
  /// A in FIN_WAIT_2 after close(), ten seconds ago; what is sent from now on is lost.
  private static func finWait2() -> ModelHostPair {
    var pair = ModelHostPair.established()
    pair.call(.a, .close)
    pair.run(.seconds(10))
    #expect(pair.states == [.finWait2, .closeWait])
    #expect(pair.a.isOrphan)
    pair.isLost = { _ in true }
    return pair
  }

  @Test
  func finWait2LastsAMinute() {
    for seed in 0..<10 {
      var pair = ModelHostPair.established(seed: UInt64(seed))
      pair.call(.a, .close)
      pair.run(.seconds(60))
      #expect(pair.a.state == .finWait2)
      pair.run(.milliseconds(2200))
      #expect(pair.states == [.closed, .closeWait])
      #expect(pair.a.changedSilently)
      // Later data is answered by RST.
      pair.call(.b, .send(5))
      pair.run(.milliseconds(20))
      #expect(pair.log.last == "A>R")
      #expect(pair.b.state == .closed)
    }
  }

  @Test
  func closeAfterShutdownStartsTheMinute() {
    var pair = ModelHostPair.established()
    pair.call(.a, .shutdown)
    pair.run(.seconds(100))
    let before = pair.a.cause
    pair.call(.a, .close)
    #expect(pair.a.state == .finWait2)
    #expect(pair.a.isOrphan)
    #expect(pair.a.cause == before)
    #expect(!pair.a.changedSilently)
    pair.run(.milliseconds(59_900))
    #expect(pair.a.state == .finWait2)
    pair.run(.milliseconds(2200))
    #expect(pair.a.state == .closed)
  }

  @Test(arguments: [
    // flags, sequence number from RCV.NXT, octets, answer, state
    ("A", Int32(0), UInt32(9), ["A>R"], TCPState.closed), ("FA", 0, 9, ["A>R"], .closed),
    ("A", 50, 9, ["A>R"], .closed), ("FA", 50, 0, ["A>R"], .closed),
    ("R", 0, 0, [], .closed), ("R", 500, 0, [], .closed), ("R", -5, 0, ["A>A"], .finWait2),
    ("S", 5, 0, ["A>RA"], .closed), ("SA", 5, 0, ["A>R"], .closed),
    ("S", -500, 0, ["A>A"], .finWait2), ("A", -1, 0, ["A>A"], .finWait2),
    ("A", 0, 0, [], .finWait2), ("A", -9, 9, ["A>A"], .finWait2),
    ("A", 900_000, 9, ["A>A"], .finWait2), ("", 0, 9, [], .finWait2),
    ("FA", 0, 0, ["A>A"], .timeWait),
  ])
  func inFinWait2(
    _ flags: String, _ seq: Int32, _ len: UInt32, _ reply: [String], _ state: TCPState
  ) throws {
    var pair = Self.finWait2()
    let timer = try #require(pair.a.nextTimer)
    #expect(pair.inject(from: .b, flags, seq: seq, len: len) == reply)
    #expect(pair.a.state == state)
    switch state {
    case .finWait2: #expect(pair.a.nextTimer == timer)
    case .timeWait: #expect(pair.a.nextTimer ?? timer >= pair.now.advanced(by: .seconds(60)))
    default: #expect(pair.a.nextTimer == nil)
    }
  }

  @Test
  func theFINIsNews() {
    var pair = Self.finWait2()
    #expect(pair.deliver(pair.forge(from: .b, "FA"), to: .a).isNews)
    #expect(!pair.deliver(pair.forge(from: .b, "FA"), to: .a).isNews)
  }

  /// Data on its way when the program closes: RST and gone, in FIN_WAIT_1 as in FIN_WAIT_2.
  @Test(arguments: [Int32(-1), 0])
  func inFinWait1(_ ack: Int32) {
    var pair = ModelHostPair.established()
    pair.isLost = { _ in true }
    pair.call(.a, .close)
    #expect(pair.inject(from: .b, "A", ack: ack, len: 9) == ["A>R"])
    #expect(pair.a.state == .closed)
  }

  /// Linux keeps no socket for what else the acknowledgment of the FIN carries.
  @Test
  func oldDataWithTheAcknowledgmentIsNotAnswered() {
    var pair = ModelHostPair.established()
    pair.call(.b, .send(9))
    pair.run(.milliseconds(100))
    pair.isLost = { _ in true }
    pair.call(.a, .close)
    #expect(pair.inject(from: .b, "A", seq: -9, len: 9) == [])
    #expect(pair.a.state == .finWait2)
    #expect(pair.inject(from: .b, "A", seq: -9, len: 9) == ["A>A"])
  }

  @Test
  func anOldTimestampIsAnsweredInFinWait2() {
    var pair = Self.finWait2()
    #expect(pair.inject(from: .b, "A", len: 9, age: 60_000) == ["A>A"])
    #expect(pair.inject(from: .b, "FA", age: 60_000) == ["A>A"])
    #expect(pair.a.state == .finWait2)
  }

  @Test
  func shutdownTakesTheSameData() {
    var pair = ModelHostPair.established()
    pair.isLost = { _ in true }
    pair.call(.a, .shutdown)
    let reception = pair.deliver(pair.forge(from: .b, "A", ack: -1, len: 9), to: .a)
    #expect(reception.isNews)
    #expect(reception.after == .finWait1)
    #expect(!reception.sent.contains { $0.flags.contains(.rst) })
  }

  @Test
  func oldDataIsAcknowledgedInFinWait1() {
    var pair = ModelHostPair.established()
    pair.call(.b, .send(9))
    pair.run(.milliseconds(100))
    pair.isLost = { _ in true }
    pair.call(.a, .close)
    #expect(pair.inject(from: .b, "A", seq: -9, ack: -1, len: 9) == ["A>A"])
    #expect(pair.a.state == .finWait1)
  }

  /// Eight tries, as Linux counts: gone in 102 s to 205 s, without a word.
  @Test(arguments: [TCPState.finWait1, .lastAck, .closing])
  func retriesAreLimited(_ state: TCPState) throws {
    for seed in 0..<20 {
      var pair = ModelHostPair.established(seed: UInt64(seed))
      if state == .lastAck {
        pair.call(.b, .shutdown)
        pair.run(.milliseconds(100))
      }
      let start = pair.now
      pair.isLost = { $0.source == ModelHostPair.addressA }
      pair.call(.a, .close)
      if state == .closing { pair.call(.b, .shutdown) }
      pair.run(.milliseconds(50))
      pair.isLost = { _ in true }
      #expect(pair.a.state == state)
      while pair.a.state != .closed {
        let next = try #require(pair.a.nextTimer)
        #expect(pair.a.state == state)
        pair.run(until: next)
      }
      #expect(pair.a.changedSilently)
      let life = pair.now.since(start)
      #expect(life > .seconds(102))
      #expect(life < .seconds(215))
    }
  }

  @Test
  func aProgramsOwnRetriesAreFifteen() throws {
    var pair = ModelHostPair.established()
    pair.isLost = { _ in true }
    pair.call(.a, .shutdown)
    let start = pair.now
    while pair.a.state != .closed { pair.run(until: try #require(pair.a.nextTimer)) }
    #expect(pair.now.since(start) > .seconds(924))
    #expect(pair.now.since(start) < .seconds(1060))
    #expect(pair.a.changedSilently)
  }

  /// An orphan that can send nothing probes the window until the interval reaches two minutes.
  @Test
  func anOrphanBehindAClosedWindowGivesUp() throws {
    var pair = ModelHostPair.established()
    pair.call(.b, .stopReading)
    pair.call(.a, .send(80_000))
    pair.run(.seconds(2))
    pair.call(.a, .close)
    let start = pair.now
    while pair.a.state != .closed {
      #expect(pair.a.isFINHeldBack)
      pair.run(until: try #require(pair.a.nextTimer))
    }
    #expect(pair.now.since(start) > .seconds(100))
    #expect(pair.now.since(start) < .seconds(400))
    #expect(!pair.log.contains { $0.hasPrefix("A>F") })
    #expect(pair.a.changedSilently)
  }
}

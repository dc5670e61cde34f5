import Dissection
import Simulation
import TestSupport
import Testing
import Tracking

/// Data, windows and the timers of an open connection.
struct ModelHostDataTests {
  @Test
  func dataIsCutAndAcknowledged() {
    var pair = ModelHostPair.established()
    pair.clearLog()
    pair.call(.a, .send(3000))
    pair.run(.milliseconds(200))
    #expect(pair.log.filter { $0.hasPrefix("A") } == ["A>A 1448", "A>A 1448", "A>A 104"])
    #expect(pair.sent.last?.acknowledgmentNumber == pair.sent[2].sequenceEnd)
  }

  @Test
  func tenSegmentsAreInFlight() {
    var pair = ModelHostPair.established()
    pair.clearLog()
    pair.call(.a, .send(100_000))
    #expect(pair.log.count == 10)
    pair.run(.seconds(3))
    #expect(pair.next(of: .a) == pair.sent[0].sequenceNumber + 100_000)
    #expect(pair.a.nextTimer == nil)
  }

  /// Half of all acknowledgments of a single segment wait 40 ms.
  @Test
  func acknowledgmentsAreDelayedByChance() {
    let delays = (0..<UInt64(40)).map { seed -> Int in
      var pair = ModelHostPair.established(seed: seed)
      pair.clearLog()
      pair.call(.a, .send(10))
      pair.run(.milliseconds(100))
      return Int(pair.sent[1].time.since(pair.sent[0].time).nanoseconds / 1_000_000)
    }
    #expect(delays.allSatisfy { $0 == 10 || (50...60).contains($0) })
    #expect((10...30).contains(delays.filter { $0 == 10 }.count))
  }

  @Test
  func theWindowShutsAndIsProbed() throws {
    var pair = ModelHostPair.established()
    pair.call(.b, .stopReading)
    pair.call(.a, .send(100_000))
    pair.run(.seconds(1))
    #expect(pair.sent.last?.window == 0)
    pair.clearLog()
    pair.run(.seconds(10))
    // Probes lie below what was acknowledged; answers are limited to one in 500 ms.
    let probes = pair.sent.filter { $0.source == ModelHostPair.addressA }
    let acknowledged = try #require(
      pair.sent.first { $0.source == ModelHostPair.addressB }?.acknowledgmentNumber)
    #expect(probes.allSatisfy { $0.sequenceNumber + 1 == acknowledged })
    #expect(probes.allSatisfy { $0.payloadLength == 0 && $0.flags == .ack })
    let gaps = zip(probes.dropFirst(), probes).map { $0.time.since($1.time).seconds }
    #expect(gaps.count >= 3)
    #expect(zip(gaps.dropFirst(), gaps).allSatisfy { (1.7...2.3).contains($0 / $1) })
    pair.run(.seconds(4000))
    #expect(pair.states == [.established, .established])
    // Reading opens the window at once.
    pair.clearLog()
    pair.call(.b, .read)
    #expect(pair.sent.first.map { $0.window > 0 } == true)
    pair.run(.seconds(3))
    #expect(pair.a.nextTimer == nil)
  }

  /// Linux takes a bare FIN behind a window that is shut, and nothing else.
  @Test
  func aBareFINNeedsNoWindow() {
    var pair = ModelHostPair.established()
    pair.call(.b, .stopReading)
    pair.call(.a, .send(100_000))
    pair.run(.seconds(2))
    #expect(pair.sent.last { $0.source == ModelHostPair.addressB }?.window == 0)
    pair.isLost = { _ in true }
    for flags in ["A", "FA"] {
      let data = pair.deliver(pair.forge(from: .a, flags, len: 1), to: .b)
      #expect(!data.isNews)
      #expect(data.after == .established)
    }
    let overlapping = pair.deliver(pair.forge(from: .a, "FA", seq: -5, len: 5), to: .b)
    #expect(overlapping.after == .established)
    #expect(pair.deliver(pair.forge(from: .a, "FA"), to: .b).after == .closeWait)
    pair.call(.b, .close)
    #expect(pair.log.last == "B>RA")
  }

  /// RFC 7323 section 4.3: TS.Recent is what began no later than the last acknowledgment, and
  /// never goes back.
  @Test
  func theEchoedTimestamp() throws {
    var pair = ModelHostPair.established()
    pair.isLost = { _ in true }
    func echo(_ letters: String, seq: Int32, len: UInt32, age: UInt32) throws -> UInt32 {
      let segment = pair.forge(from: .b, letters, seq: seq, len: len, age: age)
      pair.deliver(segment, to: .a)
      let answer = pair.a.perform(.send(1), at: pair.now)
      return try #require(answer.last).options.timestampEcho
    }
    let clock = pair.forge(from: .b, "A").options.timestampValue
    #expect(try echo("A", seq: 0, len: 10, age: 40) == clock &- 40)
    // Beyond a gap.
    #expect(try echo("A", seq: 50, len: 10, age: 20) == clock &- 40)
    // One tick older is not yet old, but is not stored.
    #expect(try echo("A", seq: 10, len: 10, age: 41) == clock &- 40)
    #expect(try echo("A", seq: 20, len: 10, age: 10) == clock &- 10)
  }

  @Test
  func unansweredProbesEndIt() throws {
    var pair = ModelHostPair.established()
    pair.call(.b, .stopReading)
    pair.call(.a, .send(100_000))
    pair.run(.seconds(1))
    pair.isLost = { _ in true }
    while pair.a.state != .closed { pair.run(until: try #require(pair.a.nextTimer)) }
    #expect(pair.a.changedSilently)
  }

  /// Octets lie where they were lost, whatever the order of the others.
  @Test
  func gapsAreFilled() {
    var pair = ModelHostPair.established()
    pair.isLost = { _ in true }
    let start = pair.next(of: .b)
    for (seq, len) in [(Int32(300), UInt32(100)), (100, 100), (350, 100), (200, 50)] {
      let reception = pair.deliver(pair.forge(from: .b, "A", seq: seq, len: len), to: .a)
      #expect(reception.isNews)
      #expect(reception.sent.map(\.acknowledgmentNumber) == [start])
    }
    let first = pair.deliver(pair.forge(from: .b, "A", len: 150), to: .a)
    #expect(first.sent.map(\.acknowledgmentNumber) == [start + 250])
    let second = pair.deliver(pair.forge(from: .b, "A", seq: 240, len: 70), to: .a)
    #expect(second.sent.map(\.acknowledgmentNumber) == [start + 450])
    #expect(!pair.deliver(pair.forge(from: .b, "A", seq: 0, len: 450), to: .a).isNews)
  }

  @Test
  func lossIsMended() {
    for seed in 0..<10 {
      var pair = ModelHostPair.established(seed: UInt64(seed))
      var random = SplitMix64(seed: UInt64(seed))
      let lost = (0..<200).map { _ in UInt8.random(in: 0..<10, using: &random) == 0 }
      let count = pair.sent.count
      // By number: what is lost once arrives the next time.
      pair.isLost = { lost[Int($0.ipIdentification &* 7919) % 200] }
      pair.call(.a, .send(50_000), .close)
      pair.run(.seconds(60))
      #expect(pair.sent.count > count)
      #expect(pair.states == [.finWait2, .closeWait])
    }
  }

  @Test
  func retransmissionsBackOff() {
    var pair = ModelHostPair.established()
    pair.isLost = { _ in true }
    pair.clearLog()
    pair.call(.a, .send(10))
    pair.run(.seconds(60))
    let times = pair.sent.map { $0.time.since(pair.sent[0].time).seconds }
    #expect(times.count == 9)
    #expect((0.2...0.3).contains(times[1]))
    for index in 2..<times.count {
      let ratio = (times[index] - times[index - 1]) / (times[index - 1] - times[index - 2])
      #expect((1.7...2.3).contains(ratio))
    }
    #expect(pair.sent.allSatisfy { $0.payloadLength == 10 })
  }

  @Test
  func keepAlivesFindADeadPeer() {
    var pair = ModelHostPair.established()
    pair.call(.a, .keepAlive(.seconds(5)))
    pair.clearLog()
    pair.run(.seconds(100))
    #expect(pair.states == [.established, .established])
    #expect(pair.log.prefix(4) == ["A>A", "B>A", "A>A", "B>A"])
    #expect((15...20).contains(pair.log.filter { $0 == "A>A" }.count))
    pair.isLost = { _ in true }
    pair.clearLog()
    pair.run(.seconds(60))
    #expect(pair.a.state == .closed)
    #expect(pair.log == Array(repeating: "A>A", count: 9) + ["A>RA"])
    #expect(pair.a.cause == .timer(isSilent: false))
    #expect(!pair.a.changedSilently)
  }

  /// The same seed and the same events: the same segments.
  @Test
  func runsRepeat() {
    func log() -> [Segment] {
      var pair = ModelHostPair.established(seed: 99)
      pair.call(.a, .send(10_000))
      pair.run(.seconds(1))
      pair.call(.b, .close)
      pair.run(.seconds(100))
      return pair.sent
    }
    let (first, second) = (log(), log())
    #expect(first.map(\.time) == second.map(\.time))
    #expect(first.map(\.sequenceNumber) == second.map(\.sequenceNumber))
    #expect(first.map(\.options) == second.map(\.options))
  }
}

import Dissection
import Simulation
import TestSupport
import Testing
import Tracking

/// Data, and the timers of an open connection.
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

  /// What lies beyond a FIN is forgotten with it.
  @Test
  func nothingWaitsBeyondAFIN() {
    var pair = ModelHostPair.established()
    pair.isLost = { _ in true }
    pair.inject(from: .b, "A", seq: 100, len: 50)
    #expect(pair.inject(from: .b, "FA").isEmpty == false)
    #expect(pair.a.state == .closeWait)
    #expect(pair.inject(from: .b, "R", seq: 150, age: nil) == ["A>A"])
    #expect(pair.a.state == .closeWait)
  }

  /// RFC 6298 section 2: the first round trip R makes the timeout R + 2R.
  @Test(arguments: [true, false])
  func theTimeoutFollowsTheRoundTrip(_ hasTimestamps: Bool) {
    var settings = ModelHost.Settings()
    settings.hasTimestamps = hasTimestamps
    var pair = ModelHostPair(settings)
    pair.isLost = { _ in true }
    pair.call(.a, .connect)
    pair.run(.milliseconds(800))
    var answer = pair.forge(from: .b, "SA", seq: 1000)
    answer.options.hasTimestamps = hasTimestamps
    answer.options.timestampEcho = pair.sent[0].options.timestampValue
    pair.deliver(answer, to: .a)
    pair.call(.a, .send(1))
    let sent = pair.now
    pair.run(.seconds(5))
    let again = pair.sent.last { $0.payloadLength == 1 && $0.time > sent }
    #expect((2.4...2.7).contains(again?.time.since(sent).seconds ?? 0))
  }

  /// Three duplicates of an acknowledgment bring the retransmission before the timer.
  @Test
  func theFastRetransmission() {
    var pair = ModelHostPair.established()
    pair.run(.seconds(1))
    pair.clearLog()
    pair.isLost = { $0.payloadLength == 1447 }
    pair.call(.a, .send(1447))
    pair.isLost = { _ in false }
    pair.call(.a, .send(5 * 1448))
    pair.run(.milliseconds(100))
    #expect(pair.sent.filter { $0.sequenceNumber == pair.sent[0].sequenceNumber }.count == 2)
    #expect(pair.a.nextTimer == nil)
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

import Dissection
import Simulation
import TestSupport
import Testing
import Tracking

/// Windows that shut, shrink and open (RFC 9293 section 3.8.6).
struct ModelHostWindowTests {
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

  @Test
  func aWindowThatOpensResetsTheBackoffOfProbes() throws {
    var pair = ModelHostPair.established()
    pair.call(.b, .stopReading)
    pair.call(.a, .send(100_000))
    pair.run(.seconds(60))
    pair.call(.b, .read, .stopReading)
    pair.call(.a, .send(100_000))
    pair.run(.seconds(1))
    pair.clearLog()
    pair.run(.seconds(2))
    #expect(pair.log.filter { $0 == "A>A" }.count >= 2)
  }

  @Test
  func anAnsweredProbeStartsTheWaitAnew() throws {
    var pair = ModelHostPair.established()
    pair.call(.b, .stopReading)
    pair.call(.a, .send(100_000))
    pair.run(.seconds(3))
    pair.isLost = { _ in true }
    pair.run(until: try #require(pair.a.nextTimer))
    let due = try #require(pair.a.nextTimer)
    pair.run(.seconds(1))
    pair.inject(from: .b, "A", ack: 0, win: 0)
    #expect(try #require(pair.a.nextTimer).since(due) >= .milliseconds(900))
  }

  /// A window taken back while data is under way: Linux goes on while the peer answers.
  @Test
  func aWindowThatShrinksIsWaitedFor() throws {
    var pair = ModelHostPair.established()
    pair.isLost = { _ in true }
    pair.call(.a, .send(10))
    let start = pair.now
    pair.inject(from: .b, "A", ack: -10, win: 0)
    while pair.now.since(start) < .seconds(1200) {
      pair.run(until: try #require(pair.a.nextTimer))
      pair.inject(from: .b, "A", ack: -10, win: 0)
    }
    #expect(pair.a.state == .established)
    let last = pair.now
    while pair.a.state != .closed { pair.run(until: try #require(pair.a.nextTimer)) }
    #expect(pair.now.since(last) > .seconds(240))
    #expect(pair.now.since(last) < .seconds(500))
  }

  /// What crosses the window's end is taken only while nothing waits to be read.
  @Test
  func dataAcrossTheEndOfTheWindow() {
    for isReading in [true, false] {
      var pair = ModelHostPair.established()
      if !isReading { pair.call(.b, .stopReading) }
      pair.call(.a, .send(10))
      pair.run(.milliseconds(100))
      let window = Int32(pair.sent.last?.window ?? 0) << 7
      let reception = pair.deliver(pair.forge(from: .a, "A", seq: window - 5, len: 10), to: .b)
      #expect(reception.isNews == isReading)
      #expect(reception.sent.map(ModelHostPair.describe) == ["B>A"])
    }
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
}

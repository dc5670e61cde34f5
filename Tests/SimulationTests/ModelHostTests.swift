import Dissection
import Simulation
import TestSupport
import Testing
import Tracking

/// Opening, data and closing between two hosts.
struct ModelHostTests {
  @Test
  func aHostWithoutASocketIsClosed() {
    let host = ModelHost(
      local: "10.0.0.1:1000", remote: "10.0.0.2:80", settings: ModelHost.Settings(), seed: 1)
    #expect(host.state == .closed)
    #expect(host.nextTimer == nil)
  }

  /// RFC 9293 figure 6.
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
  }

  /// RFC 9293 figure 12, with the acknowledgment of the first FIN apart from the second.
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

  @Test
  func dataIsAcknowledged() {
    var pair = ModelHostPair.established()
    pair.clearLog()
    pair.call(.a, .send(3000))
    pair.run(.milliseconds(200))
    #expect(pair.log.filter { $0.hasPrefix("A") } == ["A>A 1448", "A>A 1448", "A>A 104"])
    #expect(pair.sent.last?.acknowledgmentNumber == pair.sent[2].sequenceEnd)
  }

  @Test
  func aClosedPortRefuses() {
    var pair = ModelHostPair()
    pair.call(.a, .connect)
    pair.run(.seconds(1))
    #expect(pair.log == ["A>S", "B>RA"])
    #expect(pair.states == [.closed, .closed])
  }
}

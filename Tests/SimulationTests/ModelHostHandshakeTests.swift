import Dissection
import Simulation
import TestSupport
import Testing
import Tracking

/// What SYN_SENT and SYN_RECEIVED take and answer, and how long they wait.
struct ModelHostHandshakeTests {
  // MARK: - SYN_SENT

  private static func synSent() -> ModelHostPair {
    var pair = ModelHostPair()
    pair.isLost = { _ in true }
    pair.call(.a, .connect)
    pair.run(.milliseconds(50))
    return pair
  }

  @Test(arguments: [
    // flags, acknowledgment from SND.NXT on, answer, state
    ("SA", Int32(0), ["A>A"], TCPState.established), ("SA", 1, ["A>R"], .synSent),
    ("SA", -1, ["A>R"], .synSent), ("A", 0, [], .synSent), ("A", 5, ["A>R"], .synSent),
    ("R", 0, [], .synSent), ("RA", 0, [], .closed), ("RA", -1, [], .synSent),
    ("RA", 1, [], .synSent), ("S", 0, ["A>SA"], .synReceived), ("FA", 0, [], .synSent),
    ("", 0, [], .synSent),
  ])
  func inSynSent(_ flags: String, _ ack: Int32, _ reply: [String], _ state: TCPState) {
    var pair = Self.synSent()
    #expect(pair.inject(from: .b, flags, seq: 1000, ack: ack) == reply)
    #expect(pair.a.state == state)
  }

  @Test
  func aSYNACKThatEchoesAnotherDialIsRefused() {
    var pair = Self.synSent()
    var segment = pair.forge(from: .b, "SA", seq: 1000)
    segment.options.hasTimestamps = true
    segment.options.timestampValue = 5
    segment.options.timestampEcho = pair.sent[0].options.timestampValue &- 1000
    #expect(pair.deliver(segment, to: .a).sent.map(ModelHostPair.describe) == ["A>R"])
    segment.options.timestampEcho = pair.sent[0].options.timestampValue
    #expect(pair.deliver(segment, to: .a).after == .established)
  }

  /// The first four repetitions do not back off (Linux tcp_syn_linear_timeouts), then six do.
  @Test
  func aDialIsRepeatedTenTimesAndGivenUpInSilence() {
    var pair = ModelHostPair()
    pair.isLost = { _ in true }
    pair.call(.a, .connect)
    pair.run(.seconds(130))
    #expect(pair.a.state == .synSent)
    let seconds = pair.sent.map { Int($0.time.since(pair.sent[0].time).seconds) }
    #expect(seconds == [0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 68])
    pair.run(.seconds(6))
    #expect(pair.a.state == .closed)
    #expect(pair.a.changedSilently)
    #expect(pair.sent.count == 11)
  }

  @Test(arguments: [ProgramCall.close, .shutdown, .abort])
  func aDialIsGivenUpWithoutAWord(_ call: ProgramCall) {
    var pair = Self.synSent()
    pair.call(.a, call)
    #expect(pair.a.state == .closed)
    #expect(pair.log == ["A>S"])
    #expect(pair.a.cause == .call(isSilent: true))
    // The SYN/ACK of a dial that is over.
    #expect(pair.inject(from: .b, "SA", seq: 1000) == ["A>R"])
  }

  // MARK: - SYN_RECEIVED

  private static func request() -> ModelHostPair {
    var pair = ModelHostPair()
    pair.call(.b, .listen)
    pair.call(.a, .connect)
    pair.run(.milliseconds(10))
    pair.isLost = { _ in true }
    return pair
  }

  @Test(arguments: [
    // flags, sequence number from RCV.NXT, acknowledgment from SND.NXT, answer, state
    ("A", Int32(0), Int32(0), [], TCPState.established), ("A", 0, 1, ["B>R"], .synReceived),
    ("A", 0, -1, ["B>R"], .synReceived), ("R", 0, 0, [], .closed),
    ("R", 9, 0, ["B>A"], .synReceived),
    ("R", -1, 0, [], .synReceived), ("RA", 9, 0, ["B>A"], .synReceived), ("RA", 0, 1, [], .closed),
    ("S", 9, 0, ["B>RA"], .closed), ("S", -1, 0, ["B>SA"], .synReceived),
    ("S", -500_000, 0, ["B>A"], .synReceived), ("S", 500_000, 0, ["B>A"], .synReceived),
    ("A", -5, 0, ["B>A"], .synReceived), ("A", 500_000, 0, ["B>A"], .synReceived),
    ("", 0, 0, [], .synReceived),
  ])
  func inSynReceived(
    _ flags: String, _ seq: Int32, _ ack: Int32, _ reply: [String], _ state: TCPState
  ) {
    var pair = Self.request()
    let own = flags == "S" && seq == -1
    let segment = own ? pair.sent[0] : pair.forge(from: .a, flags, seq: seq, ack: ack)
    let reception = pair.deliver(segment, to: .b)
    #expect(reception.sent.map(ModelHostPair.describe) == reply)
    #expect(pair.b.state == state)
    #expect(reception.isNews == (state == .established))
  }

  @Test
  func anACKThatEchoesAnotherSYNACKIsRefused() {
    var pair = Self.request()
    var segment = pair.forge(from: .a, "A")
    let own = pair.sent[1].options.timestampValue
    for (echo, state) in [(own &- 1, TCPState.synReceived), (own &+ 1, .synReceived)] {
      segment.options.timestampEcho = echo
      #expect(pair.deliver(segment, to: .b).after == state)
    }
    segment.options.timestampEcho = own
    #expect(pair.deliver(segment, to: .b).after == .established)
  }

  @Test
  func aFINEndsTheHandshakeToo() {
    var pair = Self.request()
    #expect(pair.deliver(pair.forge(from: .a, "FA"), to: .b).after == .closeWait)
  }

  @Test
  func dataBehindAGapEndsTheHandshakeToo() {
    var pair = Self.request()
    #expect(pair.inject(from: .a, "A", seq: 1, len: 2) == ["B>A"])
    #expect(pair.b.state == .established)
    #expect(pair.sent.last?.acknowledgmentNumber == pair.sent[0].sequenceEnd)
  }

  // MARK: - SYN_RECEIVED of a dial

  /// Both have dialled, and nothing more is heard.
  private static func crossed() -> ModelHostPair {
    var pair = ModelHostPair()
    pair.call(.a, .connect)
    pair.call(.b, .connect)
    pair.isLost = { _ in true }
    pair.run(.milliseconds(10))
    #expect(pair.states == [.synReceived, .synReceived])
    return pair
  }

  @Test
  func closingBeforeACrossedHandshakeEnds() {
    var pair = Self.crossed()
    pair.call(.a, .close)
    #expect(pair.a.state == .finWait1)
    #expect(pair.log.last == "A>FA")
    pair.isLost = { _ in false }
    pair.run(.seconds(5))
    #expect(pair.states == [.finWait2, .closeWait])

    pair = Self.crossed()
    pair.call(.a, .abort)
    #expect(pair.a.state == .closed)
    #expect(pair.log.last == "A>RA")

    // shutdown() waits for the handshake.
    pair = Self.crossed()
    let count = pair.sent.count
    pair.call(.a, .shutdown)
    #expect(pair.a.state == .synReceived)
    #expect(pair.sent.count == count)
    #expect(pair.inject(from: .b, "A").first == "A>FA")
    #expect(pair.a.state == .finWait1)
  }

  @Test
  func aCrossedHandshakeIsGivenUp() throws {
    var pair = Self.crossed()
    let start = pair.sent[0].time
    while pair.a.state != .closed { pair.run(until: try #require(pair.a.nextTimer)) }
    let repeated = pair.sent.filter { $0.source == ModelHostPair.addressA }.dropFirst(2)
    #expect(repeated.allSatisfy { $0.flags == [.syn, .ack] })
    #expect(repeated.map { Int($0.time.since(start).seconds) } == [1, 3, 7, 15, 31, 64])
    #expect(pair.a.changedSilently)
  }

  @Test
  func inACrossedHandshakeAWrongACKIsAnsweredByRST() {
    var pair = Self.crossed()
    #expect(pair.inject(from: .b, "A", ack: 1) == ["A>R"])
    #expect(pair.inject(from: .b, "A", ack: -1) == ["A>R"])
    #expect(pair.a.state == .synReceived)
    #expect(pair.inject(from: .b, "R", seq: 5, age: nil) == ["A>A"])
    #expect(pair.a.state == .synReceived)
    #expect(pair.inject(from: .b, "R", age: nil) == [])
    #expect(pair.a.state == .closed)
  }

  @Test
  func aRequestIsAnsweredSixTimesAndDropped() {
    var pair = Self.request()
    pair.call(.a, .vanish)
    let first = pair.sent[1].time
    pair.run(.seconds(62))
    #expect(pair.b.state == .synReceived)
    let answers = pair.sent.filter { $0.flags == [.syn, .ack] }
    #expect(answers.map { Int($0.time.since(first).seconds) } == [0, 1, 3, 7, 15, 31])
    pair.run(.seconds(6))
    #expect(pair.b.state == .closed)
    #expect(pair.b.changedSilently)
  }

  @Test
  func aListenersRequestsEndWithIt() {
    var pair = Self.request()
    pair.call(.b, .close, .abort, .shutdown)
    #expect(pair.b.state == .synReceived)
    pair.call(.b, .stopListening)
    #expect(pair.b.state == .closed)
    #expect(pair.inject(from: .a, "A") == ["B>R"])
  }

  @Test
  func connectionsOutliveTheirListener() {
    var pair = ModelHostPair.established()
    pair.call(.b, .stopListening)
    #expect(pair.b.state == .established)
  }
}

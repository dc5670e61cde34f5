import Dissection
import Simulation
import TestSupport
import Testing
import Tracking

/// What a Linux TIME_WAIT answers to late packets, and what becomes of it.
struct ModelHostTimeWaitTests {
  enum Effect { case restarted, unchanged, killed, reopened }

  struct Row: Sendable, CustomTestStringConvertible {
    var what: String
    var flags: String
    var seq: Int32 = 0
    var len: UInt32 = 0
    /// Of the timestamp, in milliseconds; nil without one.
    var age: UInt32? = 0
    var isListening = false
    var hasTimestamps = true
    var reply: [String]
    var effect: Effect
    var testDescription: String { what }
  }

  static let rows: [Row] = [
    Row(what: "old timestamp", flags: "A", age: 60_000, reply: ["A>A"], effect: .restarted),
    Row(
      what: "old timestamp, data", flags: "A", len: 9, age: 60_000, reply: ["A>A"],
      effect: .restarted),
    Row(
      what: "old timestamp, newer SYN", flags: "S", seq: 9, age: 60_000, isListening: true,
      reply: ["A>A"], effect: .restarted),
    Row(what: "old timestamp, RST", flags: "R", age: 60_000, reply: [], effect: .unchanged),
    Row(what: "retransmitted FIN", flags: "FA", seq: -1, reply: ["A>A"], effect: .restarted),
    Row(what: "ACK at RCV.NXT", flags: "A", reply: [], effect: .restarted),
    Row(what: "keep-alive", flags: "A", seq: -1, reply: ["A>A"], effect: .restarted),
    Row(what: "ACK beyond", flags: "A", seq: 9, reply: ["A>A"], effect: .restarted),
    Row(what: "old data", flags: "A", seq: -99, len: 50, reply: ["A>A"], effect: .restarted),
    Row(what: "new data", flags: "A", len: 50, reply: ["A>A"], effect: .restarted),
    Row(what: "late SYN/ACK", flags: "SA", seq: -2, reply: ["A>A"], effect: .restarted),
    Row(what: "RST at RCV.NXT", flags: "R", age: nil, reply: [], effect: .killed),
    Row(what: "RST|ACK at RCV.NXT", flags: "RA", age: nil, reply: [], effect: .killed),
    Row(what: "RST below", flags: "R", seq: -1, age: nil, reply: [], effect: .unchanged),
    Row(what: "RST above", flags: "R", seq: 1, age: nil, reply: [], effect: .unchanged),
    Row(
      what: "SYN beyond RCV.NXT", flags: "S", seq: 1, age: nil, isListening: true,
      reply: ["A>SA"], effect: .reopened),
    Row(
      what: "SYN below with newer timestamp", flags: "S", seq: -99, isListening: true,
      reply: ["A>SA"], effect: .reopened),
    Row(
      what: "SYN beyond, no listener", flags: "S", seq: 1, age: nil, reply: ["A>A"],
      effect: .unchanged),
    Row(
      what: "SYN below with newer timestamp, no listener", flags: "S", seq: -99, reply: ["A>A"],
      effect: .unchanged),
    Row(
      what: "SYN below without timestamp", flags: "S", seq: -99, age: nil, isListening: true,
      reply: ["A>A"], effect: .unchanged),
    Row(
      what: "SYN below, no timestamps in use", flags: "S", seq: -99, isListening: true,
      hasTimestamps: false, reply: ["A>A"], effect: .unchanged),
    Row(
      what: "SYN beyond, no timestamps in use", flags: "S", seq: 1, isListening: true,
      hasTimestamps: false, reply: ["A>SA"], effect: .reopened),
    Row(
      what: "SYN|FIN beyond", flags: "SF", seq: 1, isListening: true, reply: [], effect: .killed),
    Row(what: "no flag at all, data", flags: "", len: 9, reply: ["A>A"], effect: .unchanged),
    Row(what: "FIN without ACK", flags: "F", seq: -1, reply: ["A>A"], effect: .unchanged),
  ]

  /// A in TIME_WAIT for ten seconds.
  private static func timeWait(
    _ settings: ModelHost.Settings = ModelHost.Settings()
  ) -> ModelHostPair {
    var pair = ModelHostPair.established(settings)
    pair.call(.a, .close)
    pair.run(.milliseconds(100))
    pair.call(.b, .close)
    pair.run(.seconds(10))
    return pair
  }

  @Test(arguments: rows)
  func latePacket(_ row: Row) {
    var settings = ModelHost.Settings()
    settings.hasTimestamps = row.hasTimestamps
    var pair = Self.timeWait(settings)
    #expect(pair.states == [.timeWait, .closed])
    if row.isListening { pair.call(.a, .listen) }
    let timer = pair.a.nextTimer
    let end = pair.next(of: .a)

    let reply = pair.inject(from: .b, row.flags, seq: row.seq, len: row.len, age: row.age)
    #expect(reply == row.reply)
    switch row.effect {
    case .restarted:
      #expect(pair.a.state == .timeWait)
      #expect(pair.a.nextTimer ?? .distantPast >= pair.now.advanced(by: .seconds(60)))
    case .unchanged:
      #expect(pair.a.state == .timeWait)
      #expect(pair.a.nextTimer == timer)
    case .killed:
      #expect(pair.a.state == .closed)
      #expect(pair.a.nextTimer == nil)
    case .reopened:
      #expect(pair.a.state == .synReceived)
      #expect(pair.a.incarnation == 2)
      #expect(pair.sent.last?.sequenceNumber == end + 65537)
    }
  }

  @Test
  func answersWithoutDataOrFINAreLimited() {
    var pair = Self.timeWait()
    pair.isLost = { _ in true }
    #expect(pair.inject(from: .b, "A", seq: -1) == ["A>A"])
    pair.run(.milliseconds(400))
    #expect(pair.inject(from: .b, "A", seq: -1) == [])
    #expect(pair.a.nextTimer ?? .distantPast >= pair.now.advanced(by: .seconds(60)))
    #expect(pair.inject(from: .b, "S", seq: -99, age: nil) == [])
    #expect(pair.inject(from: .b, "FA", seq: -1) == ["A>A"])
    #expect(pair.inject(from: .b, "FA", seq: -1) == ["A>A"])
    #expect(pair.inject(from: .b, "A", seq: -99, len: 50) == ["A>A"])
    pair.run(.milliseconds(101))
    #expect(pair.inject(from: .b, "A", seq: -1) == ["A>A"])
  }

  /// PAWS spares TIME_WAIT from a RST only while the stored timestamp is under a minute old.
  @Test
  func anOldTimestampProtectsFromRSTForAMinute() {
    var pair = Self.timeWait()
    pair.isLost = { _ in true }
    pair.inject(from: .b, "A", seq: -99, len: 50)
    pair.run(.seconds(49))
    #expect(pair.inject(from: .b, "R", age: 120_000) == [])
    #expect(pair.a.state == .timeWait)
    pair.run(.seconds(2))
    #expect(pair.inject(from: .b, "R", age: 120_000) == [])
    #expect(pair.a.state == .closed)
  }

  /// TS.Recent moves on with a bare ACK in order, and with nothing else.
  @Test
  func aBareACKLeavesItsTimestamp() {
    var pair = Self.timeWait()
    pair.isLost = { _ in true }
    // Between the FIN's timestamp, ten seconds old, and now.
    pair.inject(from: .b, "FA", seq: -1)
    #expect(pair.inject(from: .b, "A", age: 5000) == [])
    #expect(pair.inject(from: .b, "A", age: 5001) == ["A>A"])
    #expect(pair.inject(from: .b, "A", age: 4999) == [])
  }

  @Test(arguments: [Int64(100), 250, 300, 1000])
  func itEndsAfterTwoMSLAndTheTimersSlack(_ frequency: Int64) throws {
    var settings = ModelHost.Settings()
    settings.tickFrequency = frequency
    for seed in 0..<20 {
      var pair = ModelHostPair.established(settings, seed: UInt64(seed))
      pair.call(.a, .close)
      pair.call(.b, .close)
      pair.run(.milliseconds(200))
      let last = try #require(pair.sent.last { $0.flags.contains(.fin) }).time
      pair.run(until: last.advanced(by: .seconds(60)))
      #expect(pair.states == [.timeWait, .timeWait])
      pair.run(until: last.advanced(by: .milliseconds(65_200)))
      #expect(pair.states == [.closed, .closed])
      #expect(pair.a.changedSilently)
      #expect(pair.a.cause == .timer(isSilent: true))
    }
  }

  @Test
  func theSlackAt250HertzIsTwoSeconds() throws {
    for seed in 0..<20 {
      var pair = ModelHostPair.established(seed: UInt64(seed))
      pair.call(.a, .close)
      pair.run(.milliseconds(100))
      pair.call(.b, .close)
      pair.run(.milliseconds(100))
      let entry = try #require(pair.sent.last).time
      let expiry = try #require(pair.a.nextTimer)
      #expect(expiry.since(entry) > .seconds(60))
      #expect(expiry.since(entry) <= .milliseconds(62_048))
    }
  }

  @Test
  func itsOwnSideMayDialOutOfIt() {
    var settings = ModelHost.Settings()
    var pair = Self.timeWait(settings)
    pair.call(.a, .connect)
    #expect(pair.a.state == .timeWait)

    settings.reusesTimeWait = true
    pair = Self.timeWait(settings)
    let end = pair.next(of: .a)
    pair.call(.a, .connect)
    #expect(pair.a.state == .synSent)
    #expect(pair.sent.last?.sequenceNumber == end + 65537)

    // Not within a second, and not out of an orphan's FIN_WAIT_2.
    pair = ModelHostPair.established(settings)
    pair.call(.a, .close)
    pair.run(.seconds(10))
    pair.call(.a, .connect)
    #expect(pair.a.state == .finWait2)
    pair.call(.b, .close)
    pair.run(.milliseconds(900))
    pair.call(.a, .connect)
    #expect(pair.a.state == .timeWait)

    settings.hasTimestamps = false
    pair = Self.timeWait(settings)
    pair.call(.a, .connect)
    #expect(pair.a.state == .timeWait)
  }

  /// Its own ACK of a stray reaches a peer that is gone, whose RST is exact.
  @Test
  func itKillsItself() {
    var pair = Self.timeWait()
    pair.inject(from: .b, "A", seq: -99, len: 50)
    pair.run(.milliseconds(20))
    #expect(pair.a.state == .closed)
    #expect(pair.log.suffix(2) == ["A>A", "B>R"])
    #expect(pair.a.cause == .packet)
  }

  @Test
  func aNewerSYNIsNewsAndALateFINIsNot() {
    var pair = Self.timeWait()
    pair.call(.a, .listen)
    #expect(!pair.deliver(pair.forge(from: .b, "FA", seq: -1), to: .a).isNews)
    #expect(pair.deliver(pair.forge(from: .b, "S", seq: 9), to: .a).isNews)
  }
}

import Dissection
import TestSupport
import Testing

@testable import Tracking

/// What is remembered of a connection that left memory.
@Suite struct TombstoneTests {
  private func stone(_ connection: Int) -> Tombstones.Stone {
    Tombstones.Stone(
      connection: connection, stream: connection + 100,
      bases: (SequenceNumber(1), SequenceNumber(2)), lowEnd: SequenceNumber(1000),
      highEnd: SequenceNumber(.max - 10))
  }

  @Test func `at most 32 bytes`() {
    #expect(MemoryLayout<Tombstones.Stone>.stride <= 32)
  }

  @Test func `found by its hash, and only by that`() {
    var stones = Tombstones()
    #expect(stones.find(digest: 0) == nil)
    stones.add(stone(7), digest: 0x1234_5678_9ABC_DEF0)
    #expect(stones.find(digest: 0x1234_5678_9ABC_DEF0)?.connection == 7)
    #expect(stones.find(digest: 0x1234_5678_9ABC_DEF0)?.stream == 107)
    // The same place, another connection.
    #expect(stones.find(digest: 0x1234_5679_9ABC_DEF0)?.connection == nil)
    #expect(stones.find(digest: 0x1234_5678_9ABC_DEF1)?.connection == nil)
    stones.add(stone(8), digest: 0x1234_5679_9ABC_DEF0)
    #expect(stones.find(digest: 0x1234_5679_9ABC_DEF0)?.connection == 8)
    #expect(stones.find(digest: 0x1234_5678_9ABC_DEF0)?.connection == nil)
  }

  @Test func `a newer incarnation's stays when an older one leaves after it`() {
    var stones = Tombstones()
    for connection in [8, 7] { stones.add(stone(connection), digest: 9) }
    #expect(stones.find(digest: 9)?.connection == 8)
  }

  @Test(
    arguments: [
      (1000, true, true), (999, true, true), (0, true, true), (5000, true, true),
      (1 << 30, true, false), (.max - 10, true, true), (5, false, true), (1 << 30, false, false),
    ] as [(UInt32, Bool, Bool)])
  func `a segment fits by the numbers of its sender`(seq: UInt32, fromLow: Bool, fits: Bool) {
    let segment = Segment.make(from: "10.0.0.1:1", to: "10.0.0.2:2", "A", seq: seq)
    #expect(stone(1).fits(segment, fromLow) == fits)
  }

  /// Two strangers' segments, so that capture time passes.
  private static func pass(_ seconds: Double, in tracker: inout Tracker) -> [ConnectionReport] {
    var final: [ConnectionReport] = []
    for offset in [0, 0.001] {
      let stranger = Segment.make(
        frame: 900, at: seconds + offset, from: "10.9.9.9:9", to: "10.9.9.8:8", "A", seq: 5, ack: 5)
      tracker.receive(stranger) { final.append($0) }
    }
    return final
  }

  @Test func `a straggler after the connection has left memory`() throws {
    var tracker = Tracker()
    let (x, y): (SocketAddress, SocketAddress) = ("10.0.0.1:40000", "10.0.0.2:80")
    let segments: [Segment] = [
      .make(frame: 1, at: 0.00, from: x, to: y, "S", seq: 100),
      .make(frame: 2, at: 0.01, from: y, to: x, "SA", seq: 500, ack: 101),
      .make(frame: 3, at: 0.01, from: x, to: y, "A", seq: 101, ack: 501),
      .make(frame: 4, at: 1.00, from: x, to: y, "FA", seq: 101, ack: 501),
      .make(frame: 5, at: 1.01, from: y, to: x, "FA", seq: 501, ack: 102),
      .make(frame: 6, at: 1.01, from: x, to: y, "A", seq: 102, ack: 502),
    ]
    for segment in segments { tracker.receive(segment) { _ in } }
    var final = Self.pass(70, in: &tracker)
    final += Self.pass(140, in: &tracker)
    try #require(final.map(\.number) == [1])

    let straggler = Segment.make(
      frame: 10, at: 141, from: y, to: x, "FA", seq: 501, ack: 102)
    let receipt = tracker.receive(straggler) { _ in }
    let found = tracker.connection(receipt.connection, at: .at(141))
    let report = try #require(found)
    let late = try #require(report.late.first)
    #expect(late.kind == .afterTimeWait)
    #expect(late.connection == 1)
    #expect(late.stream == 0)
    #expect(late.replyExpected == .rst)
    #expect(late.effect == LateEffect.none)
    // Nobody has come to life by it.
    for role in Role.allCases { #expect(report.endpoints[role].claim.state == .closed) }
  }
}

import Dissection
import TestSupport
import Testing

@testable import Tracking

/// What passed of one direction: holes, islands, and the end of the number circle.
@Suite struct SequenceSpaceTests {
  /// From 100 octets before the wrap on.
  private static let base = SequenceNumber(.max - 99)

  private func started() -> PassedSequence {
    var passed = PassedSequence()
    passed.start(at: Self.base)
    return passed
  }

  private func at(_ offset: UInt32) -> SequenceNumber { Self.base + offset }

  @Test func `in order`() {
    var passed = started()
    passed.insert(from: at(0), to: at(90))
    #expect(passed.contiguous == at(90))
    passed.insert(from: at(90), to: at(210))
    #expect(passed.contiguous == at(210))
    #expect(passed.farthestEdge == nil)
  }

  @Test(
    arguments: [
      (0, 200, true), (50, 150, true), (50, 201, false), (200, 210, false), (310, 400, true),
      (310, 401, false), (290, 400, false), (250, 260, false),
    ] as [(UInt32, UInt32, Bool)])
  func `what had passed before is told`(start: UInt32, end: UInt32, isKnown: Bool) {
    var passed = started()
    passed.insert(from: at(0), to: at(200))
    passed.insert(from: at(300), to: at(400))
    let saidKnown = passed.insert(from: at(start), to: at(end))
    #expect(saidKnown == isKnown)
  }

  @Test func `a hole holds until it is filled`() {
    var passed = started()
    passed.insert(from: at(100), to: at(200))
    #expect(passed.contiguous == at(0))
    #expect(passed.farthestEdge == at(200))
    passed.insert(from: at(0), to: at(99))
    #expect(passed.contiguous == at(99))
    passed.insert(from: at(99), to: at(100))
    #expect(passed.contiguous == at(200))
    #expect(passed.farthestEdge == nil)
  }

  @Test func `two islands, in either order`() {
    for islands in [[(100, 200), (300, 400)], [(300, 400), (100, 200)]] as [[(UInt32, UInt32)]] {
      var passed = started()
      for (start, end) in islands { passed.insert(from: at(start), to: at(end)) }
      #expect(passed.farthestEdge == at(400))
      passed.insert(from: at(0), to: at(100))
      #expect(passed.contiguous == at(200))
      passed.insert(from: at(200), to: at(300))
      #expect(passed.contiguous == at(400))
      #expect(!passed.forgotIsland)
    }
  }

  @Test func `an island that joins two`() {
    var passed = started()
    passed.insert(from: at(100), to: at(200))
    passed.insert(from: at(300), to: at(400))
    passed.insert(from: at(200), to: at(300))
    passed.insert(from: at(0), to: at(100))
    #expect(passed.contiguous == at(400))
  }

  @Test func `a third island is forgotten, and that is known`() {
    var passed = started()
    for start: UInt32 in [100, 300, 500] { passed.insert(from: at(start), to: at(start + 50)) }
    #expect(passed.forgotIsland)
    passed.start(at: at(0))
    #expect(!passed.forgotIsland)
  }

  @Test func `what is acknowledged has passed`() {
    var passed = started()
    passed.insert(from: at(100), to: at(200))
    passed.acknowledge(to: at(150))
    #expect(passed.contiguous == at(200))
    passed.acknowledge(to: at(120))
    #expect(passed.contiguous == at(200))
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func `random segments agree with a map of every octet`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var passed = started()
    var octets = Set<UInt32>()
    for _ in 0..<40 {
      let start = UInt32.random(in: 0..<190, using: &generator)
      let end = start + UInt32.random(in: 1...30, using: &generator)
      let wasKnown = (start..<end).allSatisfy(octets.contains)
      let saidKnown = passed.insert(from: at(start), to: at(end))
      octets.formUnion(start..<end)
      let edge = (0...).lazy.map { UInt32($0) }.first { !octets.contains($0) }
      if passed.forgotIsland {
        #expect(passed.contiguous.isAtOrBefore(at(edge ?? 0)), "seed \(seed)")
      } else {
        #expect(passed.contiguous == at(edge ?? 0), "seed \(seed)")
        #expect(saidKnown == wasKnown, "seed \(seed), \(start)..<\(end)")
      }
    }
  }
}

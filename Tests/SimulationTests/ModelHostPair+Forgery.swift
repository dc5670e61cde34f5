import Dissection
import Simulation
import TestSupport
import Tracking

/// Segments that no host sent: late, stray and hostile ones.
extension ModelHostPair {
  /// SND.NXT of a side, as what it sent shows it.
  func next(of side: Side) -> SequenceNumber {
    let own = sent.filter { self.side(of: $0) == side && !$0.flags.contains(.rst) }
    guard let first = own.first else { return SequenceNumber(0) }
    return own.map(\.sequenceEnd).reduce(first.sequenceEnd) { $0.later($1) }
  }

  func side(of segment: Segment) -> Side { segment.source == Self.addressA ? .a : .b }

  /// What a side's timestamp clock shows now: nil when it sends none.
  private func clock(of side: Side) -> UInt32? {
    guard let last = sent.last(where: { self.side(of: $0) == side && $0.options.hasTimestamps })
    else { return nil }
    let passed = now.since(last.time).nanoseconds / 1_000_000
    return last.options.timestampValue &+ UInt32(truncatingIfNeeded: passed)
  }

  /// - Parameters:
  ///   - letters: the flags.
  ///   - seq: from the sender's SND.NXT.
  ///   - ack: from the receiver's.
  ///   - age: of the timestamp, in milliseconds; nil without one.
  func forge(
    from side: Side, _ letters: String, seq: Int32 = 0, ack: Int32 = 0, len: UInt32 = 0,
    age: UInt32? = 0, win: UInt16 = 512
  ) -> Segment {
    let other: Side = side == .a ? .b : .a
    var stamps: (UInt32, UInt32)?
    if let own = clock(of: side), let age { stamps = (own &- age, clock(of: other) ?? 0) }
    return .make(
      at: now.since(.at(0)).seconds, from: side == .a ? Self.addressA : Self.addressB,
      to: side == .a ? Self.addressB : Self.addressA, letters,
      seq: next(of: side).value &+ UInt32(bitPattern: seq),
      ack: letters.contains("A") ? next(of: other).value &+ UInt32(bitPattern: ack) : 0, len: len,
      win: win, ts: stamps, mss: letters.contains("S") ? 1460 : nil,
      scale: letters.contains("S") ? 7 : nil)
  }

  /// Puts a forged segment before the other side at once.
  /// - Returns: what the other side answers, as in `log`.
  @discardableResult
  mutating func inject(
    from side: Side, _ letters: String, seq: Int32 = 0, ack: Int32 = 0, len: UInt32 = 0,
    age: UInt32? = 0, win: UInt16 = 512
  ) -> [String] {
    let segment = forge(from: side, letters, seq: seq, ack: ack, len: len, age: age, win: win)
    return deliver(segment, to: side == .a ? .b : .a).sent.map(Self.describe)
  }
}

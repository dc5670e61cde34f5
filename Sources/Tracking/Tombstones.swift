import Dissection

/// What is remembered of connections that left the table: enough to know a straggler for what it
/// is, and to give it Wireshark's stream.
///
/// A direct-mapped table of fixed size: under pressure the older of two is forgotten.
struct Tombstones {
  struct Stone: Sendable {
    /// 0 marks a vacant place.
    var connection: UInt32 = 0
    var stream: UInt32 = 0
    /// Where Wireshark's conversation begins on each side.
    var lowBase = SequenceNumber(0)
    var highBase = SequenceNumber(0)
    /// Just past everything each end sent.
    var lowEnd = SequenceNumber(0)
    var highEnd = SequenceNumber(0)
    fileprivate var tag: UInt32 = 0

    init() {}

    init(
      connection: Int, stream: Int, bases: (low: SequenceNumber, high: SequenceNumber),
      lowEnd: SequenceNumber, highEnd: SequenceNumber
    ) {
      self.connection = UInt32(truncatingIfNeeded: connection)
      self.stream = UInt32(truncatingIfNeeded: stream)
      (lowBase, highBase) = bases
      self.lowEnd = lowEnd
      self.highEnd = highEnd
    }
  }

  private static let size = 1 << 16
  private var stones: [Stone] = []

  mutating func add(_ stone: Stone, digest: UInt64) {
    if stones.isEmpty { stones = Array(repeating: Stone(), count: Self.size) }
    let place = Int(truncatingIfNeeded: digest) & (Self.size - 1)
    let tag = UInt32(truncatingIfNeeded: digest >> 32)
    // Of two incarnations the newer one has Wireshark's conversation.
    if stones[place].tag == tag, stones[place].connection > stone.connection { return }
    stones[place] = stone
    stones[place].tag = tag
  }

  func find(digest: UInt64) -> Stone? {
    guard !stones.isEmpty else { return nil }
    let stone = stones[Int(truncatingIfNeeded: digest) & (Self.size - 1)]
    guard stone.connection != 0, stone.tag == UInt32(truncatingIfNeeded: digest >> 32) else {
      return nil
    }
    return stone
  }
}

extension Tombstones.Stone {
  /// Whether the segment is the SYN or SYN/ACK with which the connection that lies here began, once
  /// more.
  func began(with segment: Segment, _ fromLow: Bool) -> Bool {
    segment.flags.contains(.syn) && segment.sequenceNumber == (fromLow ? lowBase : highBase)
  }

  /// Whether the segment is of the connection that lies here.
  func owns(_ segment: Segment, _ fromLow: Bool) -> Bool {
    segment.flags.contains(.syn) ? began(with: segment, fromLow) : fits(segment, fromLow)
  }

  /// Whether the segment can be one of the connection that lies here: its numbers are near the end
  /// of what its sender had sent.
  func fits(_ segment: Segment, _ fromLow: Bool) -> Bool {
    let end = fromLow ? lowEnd : highEnd
    return abs(Int64(segment.sequenceNumber.distance(from: end))) <= 1 << 20
  }
}

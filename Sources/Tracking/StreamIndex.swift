import Dissection

/// Wireshark's tcp.stream of a 4-tuple, as dissect_tcp in packet-tcp.c counts.
///
/// A new index begins with a SYN (without ACK) whose sequence number differs from the one with
/// which its sender began the conversation.
struct StreamIndex: Equatable, Sendable {
  var current: Int
  private var low = Base()
  private var high = Base()

  private struct Base: Equatable {
    var isSet = false
    var sequence = SequenceNumber(0)
  }

  init(first index: Int) { current = index }

  /// - Parameters: the sequence numbers with which the two ends began, as far as they are known.
  init(_ index: Int, low: SequenceNumber?, high: SequenceNumber?) {
    current = index
    if let low { self.low = Base(isSet: true, sequence: low) }
    if let high { self.high = Base(isSet: true, sequence: high) }
  }

  /// Whether Wireshark begins a new conversation at this segment.
  func isSplit(by segment: Segment, fromLow: Bool) -> Bool {
    guard segment.flags.isSuperset(of: .syn), !segment.flags.contains(.ack) else { return false }
    let base = fromLow ? low : high
    return base.isSet && base.sequence != segment.sequenceNumber
  }

  /// The sequence numbers with which the two ends began, as far as known.
  var bases: (low: SequenceNumber, high: SequenceNumber) { (low.sequence, high.sequence) }

  init(_ stone: Tombstones.Stone) {
    current = Int(stone.stream)
    low = Base(isSet: true, sequence: stone.lowBase)
    high = Base(isSet: true, sequence: stone.highBase)
  }

  mutating func note(_ segment: Segment, fromLow: Bool) {
    let isSYN = segment.flags.contains(.syn)
    let own = isSYN ? segment.sequenceNumber : segment.sequenceNumber - 1
    let peer = segment.acknowledgmentNumber - 1
    if fromLow {
      if !low.isSet { low = Base(isSet: true, sequence: own) }
      if !high.isSet, !isSYN { high = Base(isSet: true, sequence: peer) }
    } else {
      if !high.isSet { high = Base(isSet: true, sequence: own) }
      if !low.isSet, !isSYN { low = Base(isSet: true, sequence: peer) }
    }
  }
}

import Dissection

/// A RST that may answer a SYN or a SYN/ACK, kept since in a file out of order it can stand before
/// that.
struct Refusal {
  private let key: ConnectionKey
  private let reset: Segment
  var mark: Mark { Mark(reset) }

  init?(_ segment: Segment, key: ConnectionKey) {
    guard segment.flags.contains(.rst) else { return nil }
    self.key = key
    reset = segment
  }

  /// As RFC 9293 section 3.10.7.1 has it: what has no ACK is answered with ACK, and what has it by
  /// its number.
  func answers(_ opening: Segment, key: ConnectionKey) -> Bool {
    guard key == self.key, opening.flags.contains(.syn), reset.source == opening.destination,
      mark.time >= opening.time, mark.time.since(opening.time) < .milliseconds(10)
    else { return false }
    return opening.flags.contains(.ack)
      ? !reset.flags.contains(.ack) && reset.sequenceNumber == opening.acknowledgmentNumber
      : reset.flags.contains(.ack) && reset.sequenceNumber.value == 0
        && reset.acknowledgmentNumber == opening.sequenceNumber + 1
  }
}

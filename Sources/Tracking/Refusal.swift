import Dissection

/// A RST that answers a SYN, kept since in a file out of order it can stand before that.
struct Refusal {
  private let key: ConnectionKey
  private let acknowledgment: SequenceNumber
  let mark: Mark

  init?(_ segment: Segment, key: ConnectionKey) {
    guard segment.flags.isSuperset(of: [.rst, .ack]), segment.sequenceNumber.value == 0 else {
      return nil
    }
    self.key = key
    acknowledgment = segment.acknowledgmentNumber
    mark = Mark(segment)
  }

  func answers(_ syn: Segment, key: ConnectionKey) -> Bool {
    key == self.key && syn.flags.contains(.syn) && acknowledgment == syn.sequenceNumber + 1
      && mark.time >= syn.time && mark.time.since(syn.time) < .milliseconds(10)
  }
}

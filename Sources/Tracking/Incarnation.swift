import Dissection

/// How well a segment fits an incarnation: the distance of its numbers from what the two ends have
/// used there, 0 when both lie inside (MODEL of incarnations: by sequence space, not by recency).
struct IncarnationFit {
  let segment: Segment
  let sender: Role

  /// What a sender may be ahead of what the capture has shown of it.
  private static let reach: UInt32 = 1 << 16

  func distance(_ connection: Connection) -> UInt64 {
    let own = connection.ends[sender]
    let peer = connection.ends[sender.peer]
    var sum: UInt64 = 0
    let isAnswer = segment.flags.contains(.rst) && segment.sequenceNumber.value == 0
    if !isAnswer { sum += Self.distance(of: segment.sequenceNumber, from: own) }
    if segment.flags.contains(.ack) {
      sum += Self.distance(of: segment.acknowledgmentNumber, from: peer)
    }
    return sum
  }

  private static func distance(of number: SequenceNumber, from end: Endpoint) -> UInt64 {
    let isKnown = end.sent.contains(.anything) || end.sent.contains(.initialSequence)
    // Nothing is known of this end: worse than any fit, better than a contradiction.
    guard isKnown else { return UInt64(reach) }
    let below = end.initial.distance(from: number)
    if below > 0 { return UInt64(below) }
    let past = number.distance(from: end.sendNext + reach)
    return past > 0 ? UInt64(past) : 0
  }
}

import Dissection

/// How well a segment fits an incarnation: the distance of its numbers from what the two ends have
/// used there, 0 when both lie inside: by sequence space, not by recency.
struct IncarnationFit {
  let segment: Segment
  let sender: Role

  /// Where nothing is known of an end: worse than any near miss, better than a contradiction.
  private static let unknownDistance: UInt64 = 1 << 16

  func distance(_ connection: Connection) -> UInt64 {
    let own = connection.ends[sender]
    let peer = connection.ends[sender.peer]
    var sum: UInt64 = 0
    // A RST without ACK has the acknowledgment number of what it answers, or none.
    let isAnswer =
      segment.flags.contains(.rst)
      && (segment.sequenceNumber.value == 0
        || !segment.flags.contains(.ack) && peer.hasAcknowledged(segment.sequenceNumber))
    if !isAnswer { sum += Self.distance(of: segment.sequenceNumber, from: own) }
    // An end repeats its RCV.NXT, whether of anything that its peer has sent or not.
    let isRepeated =
      own.sent.contains(.acknowledgment) && segment.acknowledgmentNumber == own.ackSent
    if segment.flags.contains(.ack), !isRepeated {
      sum += Self.distance(of: segment.acknowledgmentNumber, from: peer)
    }
    return sum
  }

  /// What the timestamp says of a segment that fits by its numbers: false when it is newer than all
  /// that its sender sent there. Nil where there is none to tell by.
  func isTold(by connection: Connection) -> Bool? {
    let own = connection.ends[sender]
    guard segment.options.hasTimestamps, own.sent.contains(.timestamps) else { return nil }
    return Int32(bitPattern: segment.options.timestampValue &- own.timestampValue) <= 0
  }

  private static func distance(of number: SequenceNumber, from end: Endpoint) -> UInt64 {
    let isKnown = end.sent.contains(.anything) || end.sent.contains(.initialSequence)
    guard isKnown else { return unknownDistance }
    let below = end.initial.distance(from: number)
    if below > 0 { return UInt64(below) }
    return UInt64(max(0, number.distance(from: end.sendNext)))
  }
}

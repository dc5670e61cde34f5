import Dissection

/// Acknowledged sequence space that never passed the tap: a hole in the capture, unless its alleged
/// sender shows that it has not sent so far.
///
/// The hole is believed at once: captures lose packets every day, and hardly any host acknowledges
/// what it has not received. With it are kept what it takes to withdraw that belief.
struct Gap: Equatable, Sendable {
  /// Whose octets are missing.
  let role: Role
  /// Just past all that it sent, as far as seen; what is missing begins here or before.
  let sendNext: SequenceNumber
  let missing: SequenceNumber
  let noticed: Mark
  /// Just past what was acknowledged without having been seen.
  var end: SequenceNumber
  /// What of the acknowledging end had passed with nothing missing, and what it had acknowledged.
  let peerPassed: SequenceNumber
  let peerAckSent: SequenceNumber
  let peerAckMark: Mark

  /// - Parameter end: the acknowledgment number, of a segment of `peer` that is not yet counted.
  init(
    of role: Role, _ own: borrowing Endpoint, from peer: borrowing Endpoint, noticed: Mark,
    end: SequenceNumber
  ) {
    self.role = role
    sendNext = own.sendNext
    missing = own.passed.contiguous.isBefore(own.sendNext) ? own.passed.contiguous : own.sendNext
    self.noticed = noticed
    self.end = end
    peerPassed = peer.passed.contiguous
    peerAckSent = peer.ackSent
    peerAckMark = peer.ackMark
  }

  /// Whether `own` has shown nothing yet that lies beyond the hole.
  func isOpen(_ own: borrowing Endpoint) -> Bool {
    guard own.sendNext == end, !own.fin.isSent else { return false }
    return end.isAfter(sendNext)
  }

  /// Whether the segment, of the end whose octets are missing, says that it has not sent them. What
  /// has no text shows SND.NXT, but for probes, which go back to what is acknowledged; beyond a FIN
  /// lies nothing; and before the handshake is over a RST answers an acknowledgment that is not of
  /// the SYN (RFC 9293 section 3.10.7.4; tcp_check_req).
  func isDenied(by segment: Segment, of own: borrowing Endpoint) -> Bool {
    guard isOpen(own), segment.time >= noticed.time else { return false }
    if segment.flags.contains(.rst) {
      guard !own.established.isSet else { return false }
      return !segment.flags.contains(.ack) && segment.sequenceNumber == end
    }
    guard segment.flags.contains(.ack), !segment.flags.contains(.syn),
      segment.sequenceEnd.isAtOrAfter(sendNext), !own.isAhead(of: segment)
    else { return false }
    return segment.flags.contains(.fin)
      ? segment.sequenceEnd.isBefore(end)
      : segment.payloadLength == 0 && segment.sequenceEnd.isBefore(end - 1)
  }
}

extension Connection {
  /// Withdraws the belief in a gap where the segment denies it: whoever was acknowledged has dropped
  /// that acknowledgment and all that came with it. True if it does.
  mutating func withdrawGap(by segment: Segment, from role: Role) -> Bool {
    guard let gap, gap.role == role, gap.isDenied(by: segment, of: ends[role]) else {
      return false
    }
    ends[role].retract(gap, by: segment)
    ends[role.peer].retractAcknowledgment(gap)
    self.gap = nil
    return true
  }
}

extension Endpoint {
  /// Whether the segment was sent before others that passed already.
  fileprivate func isAhead(of segment: Segment) -> Bool {
    if isTimestampOlder(segment) { return true }
    return sent.contains(.acknowledgment) && segment.acknowledgmentNumber.isBefore(ackSent)
  }

  /// It has sent what was seen, and no more.
  fileprivate mutating func retract(_ gap: Gap, by segment: Segment) {
    bytesSent -= UInt64(max(0, sendNext.distance(from: gap.sendNext)))
    sendNext = gap.sendNext
    passed.retreat(to: gap.missing)
    dataConfirmFrom = nil
    if handshakePassed.frame >= gap.noticed.frame { handshakePassed = .none }
    guard !segment.flags.contains(.rst), segment.sequenceNumber.isAfter(sendNext) else { return }
    // What seemed to be sent again was new.
    bytesSent += UInt64(segment.sequenceNumber.distance(from: sendNext))
    passed.insert(from: sendNext, to: segment.sequenceNumber)
    sendNext = segment.sequenceNumber
    lastPayload = segment.time
    dataConfirmed = false
  }

  /// Nothing it has sent from the gap on was taken, nor does that tell what it has received.
  fileprivate mutating func retractAcknowledgment(_ gap: Gap) {
    passed.retreat(to: gap.peerPassed)
    dataConfirmed = false
    dataConfirmFrom = nil
    if fin.passed.frame >= gap.noticed.frame { fin.passed = .none }
    if fin.ackConfirmed.frame >= gap.noticed.frame { fin.ackConfirmed = .none }
    if fin.ack.isAfter(gap.peerAckSent) { fin.ack = gap.peerAckSent }
    ackSent = gap.peerAckSent
    ackMark = gap.peerAckMark
    if !ackMark.isSet { sent.remove(.acknowledgment) }
  }
}

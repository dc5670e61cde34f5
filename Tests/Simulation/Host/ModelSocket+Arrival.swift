import Dissection
import Tracking

/// SEGMENT ARRIVES (RFC 9293 section 3.10.7), in the RFC's order; where Linux departs, it says so.
extension ModelSocket {
  mutating func receive(_ segment: Segment, through out: inout Outlet) {
    tookNews = false
    switch state {
    case .closed, .listen, .timeWait:
      // No socket is in these: the host answers for them.
      return
    case .synSent:
      arriveInSynSent(segment, through: &out)
    case .synReceived, .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck:
      arriveInOthers(segment, through: &out)
    }
    if state == .closed { return }
    if state != .synSent, state != .synReceived { push(through: &out) }
    acknowledgeWhatCame(through: &out)
  }

  /// Section 3.10.7.4.
  private mutating func arriveInOthers(_ segment: Segment, through out: inout Outlet) {
    // Linux drops before all else what has none of ACK, RST and SYN.
    if segment.flags.isDisjoint(with: [.ack, .rst, .syn]) { return }
    lastHeard = out.now

    // First, the sequence number, after PAWS (RFC 7323 section 5.3), which lets RST pass.
    if !segment.flags.contains(.rst), isOutdated(segment, at: out.now) {
      return answerUnacceptable(segment, through: &out)
    }
    if !incoming.isAcceptable(segment) {
      if isResetBelowFIN(segment) { return die() }
      if segment.flags.contains(.rst) { return }
      return answerUnacceptable(segment, through: &out)
    }

    // Second, RST: only an exact one counts (RFC 5961 section 3.2), the others are challenged.
    if segment.flags.contains(.rst) {
      let isExact = segment.sequenceNumber == incoming.next || isResetBelowFIN(segment)
      if isExact || isResetAtLastSACK(segment) { return die() }
      return challenge(through: &out)
    }

    // Third, security: not in use. Fourth, SYN: challenged (RFC 5961 section 4.2), but for the
    // SYN/ACK that ends a simultaneous open.
    if segment.flags.contains(.syn), !isCrossedSYNACK(segment) { return challenge(through: &out) }

    // Fifth, ACK. Sixth, URG: not in use.
    guard takeAcknowledgment(segment, through: &out) else { return }

    // Seventh, the text; eighth, FIN.
    takeText(segment, through: &out)
  }

  /// PAWS: Linux spares a pure duplicate ACK that another path delivered a little late
  /// (tcp_input.c tcp_disordered_ack_check).
  private func isOutdated(_ segment: Segment, at now: Timestamp) -> Bool {
    guard timestamps.isOld(segment, tolerance: 1, at: now) else { return false }
    let isPureDuplicate =
      segment.flags.contains(.ack) && segment.sequenceLength == 0
      && segment.sequenceNumber == incoming.next
      && segment.acknowledgmentNumber == outgoing.unacknowledged
      && UInt32(segment.window) << UInt32(outgoing.windowScale) == outgoing.window
    let replayTicks = Int32(truncatingIfNeeded: timeout.current.nanoseconds * 6 / 5 / 1_000_000)
    return !isPureDuplicate || timestamps.isOld(segment, tolerance: replayTicks, at: now)
  }

  private mutating func answerUnacceptable(_ segment: Segment, through out: inout Outlet) {
    if segment.flags.contains(.syn) { return challenge(through: &out) }
    if answerLimit.allows(segment, at: out.now) { sendAcknowledgment(through: &out) }
  }

  mutating func challenge(through out: inout Outlet) {
    if answerLimit.allows(at: out.now) { sendAcknowledgment(through: &out) }
  }

  /// Linux: a RST one below RCV.NXT, after the peer's FIN: its sender did not count the FIN.
  private func isResetBelowFIN(_ segment: Segment) -> Bool {
    guard segment.flags.contains(.rst), segment.sequenceNumber + 1 == incoming.next else {
      return false
    }
    switch state {
    case .closeWait, .lastAck, .closing: return true
    case .closed, .listen, .synSent, .synReceived, .established, .finWait1, .finWait2, .timeWait:
      return false
    }
  }

  /// Linux: a RST just past the last octet that came beyond a gap.
  private func isResetAtLastSACK(_ segment: Segment) -> Bool {
    hasSACK && incoming.hasGap && segment.sequenceNumber == incoming.furthest
  }

  private func isCrossedSYNACK(_ segment: Segment) -> Bool {
    state == .synReceived && segment.flags.contains(.ack)
      && segment.sequenceEnd == incoming.next && segment.payloadLength == 0
      && segment.acknowledgmentNumber == outgoing.next
  }

  /// The connection is over, without a word.
  mutating func die() { state = .closed }

  /// The connection is over, and the segment that ended it is answered by RST.
  mutating func die(answering segment: Segment, through out: inout Outlet) {
    out.reset(answering: segment)
    state = .closed
  }
}

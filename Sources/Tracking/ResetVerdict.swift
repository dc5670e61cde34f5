import Dissection

/// What a receiver makes of a RST (RFC 9293 section 3.10.7, RFC 5961 section 3.2, Linux
/// tcp_validate_incoming and tcp_timewait_state_process).
enum ResetVerdict {
  /// It closes the receiver if it arrives.
  case accepted
  /// It closes the receiver if something that passed before did not arrive.
  case perhaps
  /// In the window but not exact: answered by a challenge ACK, state unchanged.
  case challenged
  case ignored

  /// The states without a connection.
  private static let over: StateSet = [StateSet(.closed), StateSet(.listen)]

  init(_ segment: Segment, at receiver: Endpoint, from sender: Endpoint, claimed: Claim?) {
    let sequence = segment.sequenceNumber
    // What the receiver has acknowledged may be of an earlier dial of the sender.
    let isOfEarlier =
      sequence == receiver.ackSent
      && (sender.sent.contains(.formerDial)
        || abs(Int64(sequence.distance(from: sender.passed.contiguous))) > 1 << 20)
    let next = isOfEarlier ? sequence : sender.passed.contiguous
    let knowsNext = sender.sent.contains(.anything) || sender.sent.contains(.initialSequence)
    let inWindow =
      !knowsNext
      || (sequence.isAtOrAfter(next) && sequence.isBefore(next + max(receiver.window, 1)))
    switch claimed?.state ?? .established {
    case .synSent:
      // The RST must acknowledge the SYN.
      let answers =
        segment.flags.contains(.ack)
        && segment.acknowledgmentNumber == receiver.sendNext
      self = answers ? .accepted : .ignored
    case .synReceived where Self.isRejectedByPAWS(segment, sender):
      self = .ignored
    case .synReceived:
      // Where both ends dialled it may be the dial that is refused. Linux challenges what is not
      // exact (measured: 6.18); older kernels took any RST in the window (tcp_check_req).
      let answers =
        claimed?.possible.contains(.synSent) == true && segment.flags.contains(.ack)
        && segment.acknowledgmentNumber == receiver.sendNext
      // What it has acknowledged is all that it has taken.
      let isExact =
        receiver.sent.isSuperset(of: [.synACK, .acknowledgment])
        ? sequence == receiver.ackSent : inWindow && sequence == next
      if answers || isExact || !knowsNext {
        self = .accepted
      } else {
        self = inWindow || sender.isOfFormerDial(sequence) ? .perhaps : .ignored
      }
    case .closed, .listen:
      // Closed only by a timer, as far as is known: what it may be otherwise would take it.
      let mayLive = claimed.map { !$0.possible.isSubset(of: Self.over) } ?? false
      self = mayLive && inWindow ? .perhaps : .ignored
    case .timeWait where sequence == next - 1 && claimed?.possible.contains(.closing) == true:
      self = .perhaps
    case .timeWait:
      self = Self.timeWait(segment, next, sender)
    case .finWait2
    where sequence != next && inWindow && sequence != sender.passed.farthestEdge:
      // An orphan is killed by any RST in the window, a socket answers with a challenge ACK.
      self = .perhaps
    case .closeWait where sequence == next - 1, .lastAck where sequence == next - 1,
      .closing where sequence == next - 1:
      // tcp_reset_check: a RST that was sent before its sender knew that its FIN was taken.
      self = .accepted
    case .established where !receiver.established.isSet && sender.isOfFormerDial(sequence):
      self = .perhaps
    case .established where sequence == next - 1 && sender.fin.unseen.isSet:
      self = .accepted
    case .established, .closeWait, .finWait1, .finWait2, .closing, .lastAck:
      if sequence == next || !knowsNext || sequence == sender.passed.farthestEdge
        || sequence == receiver.ackOfNothing
      {
        self = .accepted
      } else if receiver.sent.contains(.acknowledgment),
        sequence.isAtOrAfter(receiver.ackSent), sequence.isAtOrBefore(sender.sendNext)
      {
        self = .perhaps
      } else {
        self = inWindow ? .challenged : .ignored
      }
    }
  }

  /// RFC 1337's hazard, as Linux has it (tcp_rfc1337 = 0): an exact RST kills TIME_WAIT, unless
  /// its timestamp is older than the stored one and that is under 60 s old.
  private static func timeWait(
    _ segment: Segment, _ next: SequenceNumber, _ sender: borrowing Endpoint
  ) -> ResetVerdict {
    if isRejectedByPAWS(segment, sender) { return .ignored }
    return segment.sequenceNumber == next ? .accepted : .ignored
  }

  /// What the kernel's small sockets do not look at, be it a RST (tcp_check_req,
  /// tcp_timewait_state_process).
  private static func isRejectedByPAWS(_ segment: Segment, _ sender: Endpoint) -> Bool {
    sender.isTimestampOlder(segment) && segment.time.since(sender.timestampTime) < .seconds(60)
  }
}

import Dissection

/// What a segment does to its receiver, if it arrives.
extension Passage {
  func arrive(at receiver: inout Endpoint, from sender: borrowing Endpoint) {
    if isRST {
      arriveRST(at: &receiver, from: sender)
      return
    }
    if isACK { completeHandshake(of: &receiver, from: sender) }
    if isSYN, !isACK, senderRole == .initiator, receiver.ownReset.isSet {
      receiver.mayAnswerSYN = true
    }
    if receiver.resetAhead.isSet, segment.time <= receiver.resetAhead.time,
      sender.passed.ends(at: receiver.resetAheadSequence)
    {
      receiver.resetPassed = receiver.resetAhead
      receiver.resetHorizon = sender.sendNext
    }
    let reset = receiver.resetPassed.isSet ? receiver.resetPassed : receiver.resetMaybe
    if reset.isSet, segment.time < reset.time {
      // In a file out of order: the RST came behind it.
      receiver.resetHorizon = receiver.resetHorizon.later(segment.sequenceEnd)
    }
    guard let before = receiverBefore, sender.restartsTimeWait(segment) else { return }
    receiver.restartTimeWait(mark, before: before)
  }

  /// A RST without ACK repeats the acknowledgment number of what it answers. If that was sent long
  /// after all the sender's data had passed, or once more behind it, it is what the receiver still
  /// waits for.
  private func isAnswered(_ receiver: Endpoint, by sender: Endpoint) -> Bool {
    guard !isACK, segment.sequenceNumber == receiver.ackSent else { return false }
    let (last, passed) = (receiver.lastSent, sender.lastSent)
    let isRepeated =
      last.frame > passed.frame && last.time > receiver.ackMark.time
      && receiver.lastPayload < last.time
    return isRepeated || last.time.since(passed.time) > receiverAnswerTime
  }

  private func completeHandshake(of receiver: inout Endpoint, from sender: borrowing Endpoint) {
    let hasSYN = receiver.sent.contains(.syn) || receiver.sent.contains(.synACK)
    guard hasSYN, !receiver.established.isSet,
      segment.acknowledgmentNumber.isAtOrAfter(receiver.initial + 1),
      !isUnacceptable(to: receiver, from: sender), !isOfNothing(receiver)
    else { return }
    // SYN_SENT takes only a SYN/ACK (RFC 9293 section 3.10.7.3), a request nothing old at all
    // (Linux tcp_check_req).
    guard isSYN || receiver.sent.contains(.synACK) else { return }
    // An echo that no SYN/ACK can have drawn (tcp_check_req, tsecr_reject).
    if isRequest(receiver), segment.options.hasTimestamps, receiver.sent.contains(.timestamps),
      Int32(bitPattern: segment.options.timestampEcho &- receiver.timestampValue) > 0
    {
      // Unless one of its SYN/ACKs is on its way still.
      if !receiver.handshakePassed.isSet {
        receiver.handshakePassed = mark
        receiver.handshakeDoubted = true
      }
      return
    }
    // Another SYN than the one that it has answered is challenged.
    if isSYN, receiver.sent.contains(.synACK), segment.sequenceNumber + 1 != receiver.ackSent {
      return
    }
    if !receiver.sent.contains(.syn), receiver.sent.contains(.acknowledgment),
      segment.sequenceNumber.isBefore(receiver.ackSent),
      segment.sequenceEnd.isAtOrBefore(receiver.ackSent)
    {
      return
    }
    if !receiver.handshakePassed.isSet || receiver.handshakeDoubted {
      receiver.handshakePassed = mark
      receiver.handshakeDoubted = false
    }
  }

  private func arriveRST(at receiver: inout Endpoint, from sender: borrowing Endpoint) {
    guard !receiver.resetPassed.isSet else {
      // It repeats the one before, behind what has passed since.
      receiver.resetHorizon = receiver.resetHorizon.later(sender.sendNext)
      return
    }
    if deniesGap {
      // Exact by its receiver's own word, which stands in a connection that its sender does not
      // have (RFC 9293 section 3.5.1).
      receiver.resetPassed = mark
      receiver.resetHorizon = sender.sendNext
      return
    }
    let verdict = ResetVerdict(segment, at: receiver, from: sender, claimed: receiverBefore)
    if verdict == .accepted || verdict == .perhaps {
      let isOfFormer = sender.isOfFormerDial(segment.sequenceNumber)
      receiver.resetHorizon = isOfFormer ? segment.sequenceNumber : sender.sendNext
    }
    switch verdict {
    case .perhaps where isAnswered(receiver, by: sender): receiver.resetPassed = mark
    case .accepted: receiver.resetPassed = mark
    case .perhaps: receiver.resetMaybe = mark
    case .challenged:
      receiver.resetAhead = mark
      receiver.resetAheadSequence = segment.sequenceNumber
    case .ignored: break
    }
  }
}

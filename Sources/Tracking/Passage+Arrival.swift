import Dissection

/// What a segment does to its receiver, if it arrives.
extension Passage {
  func arrive(at receiver: inout Endpoint, from sender: Endpoint) {
    if isRST {
      arriveRST(at: &receiver, from: sender)
      return
    }
    if isACK { completeHandshake(of: &receiver, from: sender) }
    if let before = receiverBefore, before.state == .timeWait, sender.restartsTimeWait(segment) {
      receiver.timeWaitRestart = mark
    }
  }

  /// A RST without ACK repeats the acknowledgment number of what it answers. If that was sent long
  /// after all the sender's data had passed, it is what the receiver still waits for.
  private func isAnswered(_ receiver: Endpoint, by sender: Endpoint) -> Bool {
    !isACK && segment.sequenceNumber == receiver.ackSent
      && receiver.lastSent.time.since(sender.lastSent.time) > receiverAnswerTime
  }

  private func completeHandshake(of receiver: inout Endpoint, from sender: Endpoint) {
    let hasSYN = receiver.sent.contains(.syn) || receiver.sent.contains(.synACK)
    guard hasSYN, !receiver.established.isSet,
      segment.acknowledgmentNumber.isAtOrAfter(receiver.initial + 1),
      !isUnacceptable(to: receiver, from: sender), !isOfNothing(receiver),
      receiver.sent.contains(.syn) || reaches(receiver)
    else { return }
    // SYN_SENT takes only a SYN/ACK (RFC 9293 section 3.10.7.3).
    guard isSYN || receiver.sent.contains(.synACK) else { return }
    if !receiver.handshakePassed.isSet || receiver.handshakeDoubted {
      receiver.handshakePassed = mark
      receiver.handshakeDoubted = false
    }
  }

  /// A request takes nothing that ends where it is to begin (tcp_minisocks.c, tcp_in_window).
  private func reaches(_ receiver: Endpoint) -> Bool {
    segment.sequenceNumber == receiver.ackSent || segment.sequenceEnd.isAfter(receiver.ackSent)
      || !receiver.sent.contains(.acknowledgment)
  }

  private func arriveRST(at receiver: inout Endpoint, from sender: Endpoint) {
    guard !receiver.resetPassed.isSet else { return }
    let verdict = ResetVerdict(segment, at: receiver, from: sender, claimed: receiverBefore)
    switch verdict {
    case .perhaps where isAnswered(receiver, by: sender): receiver.resetPassed = mark
    case .accepted: receiver.resetPassed = mark
    case .perhaps: receiver.resetMaybe = mark
    case .ignored, .challenged: break
    }
  }
}

import Dissection

/// What SYN and SYN/ACK tell of their sender, and what shows that it is past the handshake.
extension Passage {
  /// The first answer to a dial by an end that has sent only what was of an older incarnation.
  func answersFirst(_ dialler: borrowing Endpoint, _ sender: borrowing Endpoint) -> Bool {
    guard sender.sent.contains(.anything), dialler.sent.contains(.syn) else { return false }
    if !sender.sent.contains(.initialSequence) {
      // In a file out of order it can stand behind what it opened.
      if sender.isFollowing(segment.sequenceNumber) { return false }
    } else {
      // Its SYN/ACK before was of nothing that this one dials.
      guard sender.sent.contains(.synACK), !sender.sent.contains(.acknowledgment) else {
        return false
      }
      if segment.sequenceNumber == sender.initial { return false }
    }
    return segment.acknowledgmentNumber == dialler.initial + 1
  }

  /// A dial that crossed another goes on with its own number (RFC 9293 section 3.5, figure 7): with
  /// a new one it was given up, and its port listens.
  func leavesDial(_ sender: borrowing Endpoint) -> Bool {
    guard sender.sent.contains(.syn), sender.sent.isDisjoint(with: [.synACK, .plain]) else {
      return false
    }
    return segment.sequenceNumber != sender.initial
  }

  func sendSYN(_ sender: inout Endpoint, _ receiver: Endpoint) {
    let isFirst = !sender.sent.contains(isACK ? .synACK : .syn)
    sender.sent.insert(isACK ? .synACK : .syn)
    sender.sent.insert(.initialSequence)
    if isACK, !isFirst, segment.sequenceNumber != sender.initial {
      sender.handshakePassed = .none
      sender.opening = Transmissions()
    }
    sender.initial = segment.sequenceNumber
    if segment.payloadLength > 0 { sender.sent.insert(.fastOpenData) }
    if let shift = segment.options.windowScale {
      sender.sent.insert(.windowScale)
      sender.windowShift = shift
    }
    if sender.handshakePassed.isSet,
      segment.time.since(sender.handshakePassed.time) > senderAnswerTime
    {
      if segment.time < receiver.lastSent.time {
        // In a file out of order another acknowledgment followed it.
        sender.handshakePassed = receiver.lastSent
      } else {
        sender.handshakeDoubted = true
      }
    }
    // The timer of a dial goes on when it answers one that it crossed.
    let answersCrossing = isACK && isFirst && sender.sent.contains(.syn)
    if !answersCrossing { sender.opening.add(mark) }
    let isOutOfOrder = segment.time <= receiver.ackMark.time
    if isACK || receiver.sent.contains(.synACK), isFirst || isOutOfOrder,
      !sender.handshakePassed.isSet,
      receiver.sent.contains(.acknowledgment), receiver.ackSent.isAfter(sender.initial)
    {
      // In a file out of order the acknowledgment can stand before the SYN/ACK.
      sender.handshakePassed = receiver.ackMark
      sender.handshakeDoubted = !isOutOfOrder
    }
    if isACK || receiver.sent.contains(.synACK), segment.time <= receiver.lastSent.time,
      receiver.ackOfNothing == segment.sequenceNumber + 1
    {
      // The same of one that was of nothing until now.
      sender.handshakePassed = receiver.lastSent
      sender.handshakeDoubted = false
    }
  }

  func sendPlain(_ sender: inout Endpoint, _ receiver: borrowing Endpoint) {
    sender.sent.insert(.plain)
    if segment.payloadLength > 0 { sender.sent.insert(.payload) }
    guard !sender.established.isSet, !isOfNothing(receiver), showsEstablished(sender, receiver)
    else { return }
    sender.established = mark
  }

  /// A SYN_RECEIVED endpoint sends bare ACKs too (tcp_check_req answers what is out of window), so
  /// a responder shows itself only by payload, FIN, or taking data.
  private func showsEstablished(_ sender: Endpoint, _ receiver: Endpoint) -> Bool {
    if isAside(from: sender) { return false }
    let knowsPeer = receiver.sent.contains(.initialSequence)
    let first = receiver.initial + 1
    let isDialled = !sender.sent.contains(.syn) && receiver.sent.contains(.syn)
    if isDialled || sender.sent.contains(.synACK) {
      if receiver.sent.contains(.fastOpenData) { return sender.handshakePassed.isSet }
      if segment.payloadLength > 0 || segment.flags.contains(.fin) { return true }
      return knowsPeer && segment.acknowledgmentNumber.isAfter(first)
    }
    return !knowsPeer || segment.acknowledgmentNumber.isAtOrAfter(first)
  }
}

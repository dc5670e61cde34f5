import Dissection

/// What an acknowledgment tells of both ends: of its sender, what it has taken; of its receiver,
/// what of it was taken.
extension Passage {
  mutating func acknowledge(_ sender: inout Endpoint, _ receiver: inout Endpoint) {
    let ack = segment.acknowledgmentNumber
    noteFirstAcknowledgment(&receiver.fin, ack)
    if isOfNothing(receiver) {
      sender.ackOfNothing = ack
      return
    }
    let isNew = !sender.sent.contains(.acknowledgment) || ack.isAfter(sender.ackSent)
    let takesNew = isNew && sender.sent.contains(.acknowledgment)
    noteFinWait2(&sender, from: receiver, takesNew: takesNew)
    if isNew { noteUnseenFIN(&receiver, from: sender) }
    if receiver.sent.contains(.anything) {
      noteGap(&receiver, from: sender)
      receiver.passed.acknowledge(to: ack)
    } else if isSYN {
      // SYN/ACK first: the SYN before it is known by its acknowledgment.
      receiver.sent.insert(.initialSequence)
      receiver.initial = ack - 1
      receiver.sendNext = ack
      receiver.passed.start(at: ack)
    }
    if isNew {
      sender.sent.insert(.acknowledgment)
      sender.ackSent = ack
      sender.ackMark = mark
    }
    if receiver.fin.isSent, !isSYN { acknowledgeFIN(&receiver, from: sender) }
    confirm(&sender.fin, ack)
    noteDataAcknowledged(sender, &receiver, ack)
    if !sender.dataConfirmed, let from = sender.dataConfirmFrom, ack.isAfter(from) {
      sender.dataConfirmed = true
      sender.confirmedByFIN = receiver.fin.acked.frame == segment.frame
    }
    if isLeftOut(receiver.fin), !isStale(sender) {
      // Every segment carries RCV.NXT: this one says that the FIN was not taken.
      receiver.fin.arrivalDoubted = true
    }
  }

  /// Whether a FIN that has passed is not acknowledged although there was time for that.
  private func isLeftOut(_ fin: borrowing SentFIN) -> Bool {
    guard fin.passed.isSet, !fin.acked.isSet else { return false }
    if segment.time.since(fin.passed.time) > senderAnswerTime { return true }
    return fin.passedEnd.isBefore(fin.end)
      ? segment.acknowledgmentNumber.isAtOrAfter(fin.passedEnd) : false
  }

  /// Whether it acknowledges what its receiver cannot have sent, so that this is dropped and no
  /// sign of a hole in the capture: nothing lies beyond a FIN, and a dial has but its SYN to answer.
  @inline(__always)
  func isOfNothing(_ receiver: borrowing Endpoint) -> Bool {
    let ack = segment.acknowledgmentNumber
    let hasOpened = !receiver.sent.isDisjoint(with: [.syn, .synACK])
    if hasOpened, !receiver.sent.contains(.fastOpenData) {
      if isSYN { return ack != receiver.initial + 1 }
      if receiver.isOfFormerDial(ack) { return true }
      let isOpening = !receiver.sent.contains(.plain)
      if isOpening { return !(1...1 << 20).contains(ack.distance(from: receiver.initial)) }
    }
    guard receiver.fin.isSent, !receiver.fin.isInferred else { return false }
    return ack.isAfter(receiver.fin.end)
  }

  /// An acknowledgment of what was never seen: the capture has a hole.
  @inline(__always)
  private mutating func noteGap(_ receiver: inout Endpoint, from sender: borrowing Endpoint) {
    let ack = segment.acknowledgmentNumber
    let unseen = ack.distance(from: receiver.sendNext)
    guard
      unseen > 0 || ack.isAfter(receiver.passed.contiguous) && !receiver.passed.forgotIsland
    else { return }
    let found = Gap(of: senderRole.peer, receiver, from: sender, noticed: mark, end: ack)
    if var known = gap {
      if known.role == found.role, known.isOpen(receiver) { known.end = known.end.later(ack) }
      gap = known
    } else {
      gap = found
    }
    guard unseen > 0 else { return }
    receiver.bytesSent += UInt64(unseen)
    receiver.sendNext = ack
  }

  /// An acknowledgment one past all that was seen, together with a FIN of its sender's own, is
  /// that of a FIN which the capture missed (presumed).
  @inline(__always)
  private func noteUnseenFIN(_ receiver: inout Endpoint, from sender: borrowing Endpoint) {
    let ack = segment.acknowledgmentNumber
    let known = receiver.sent.contains(.anything) ? receiver.sendNext : sender.ackSent
    guard sender.sent.contains(.acknowledgment), !receiver.fin.isSent else { return }
    guard ack == known + 1 else {
      receiver.fin.unseen = .none
      return
    }
    receiver.fin.unseen = mark
    receiver.fin.unseenEnd = ack
    if sender.fin.isSent { receiver.fin.infer(ack: sender.fin.end) }
  }

  /// The frame to show, whether the FIN's sender takes it or not.
  private func noteFirstAcknowledgment(_ fin: inout SentFIN, _ ack: SequenceNumber) {
    guard fin.firstFrame != 0, fin.firstAckedFrame == 0, !isSYN, ack.isAtOrAfter(fin.firstEnd)
    else { return }
    fin.firstAckedFrame = segment.frame
  }

  @inline(__always)
  private func acknowledgeFIN(_ receiver: inout Endpoint, from sender: borrowing Endpoint) {
    let fin = receiver.fin
    guard segment.acknowledgmentNumber.isAtOrAfter(fin.end) else {
      // Sent before the FIN was taken, although it passed later: what it carries confirms nothing.
      receiver.fin.confirmFrom = fin.confirmFrom?.later(segment.sequenceEnd)
      return
    }
    if !fin.acked.isSet { receiver.fin.acked = mark }
    if !fin.passed.isSet { receiver.fin.passed = mark }
    // Its sender has taken the FIN; who waits for the acknowledgment drops it unread.
    if isUnacceptable(to: receiver, from: sender) { return }
    if !fin.ackPassed.isSet || fin.ackDoubted {
      receiver.fin.ackPassed = mark
      receiver.fin.ackDoubted = fin.ackDoubts > 1
    }
    if fin.confirmFrom == nil {
      receiver.fin.confirmFrom = sender.sendNext.later(segment.sequenceNumber)
    }
  }

  /// To acknowledge octets that were never on the wire without the acknowledgment of one's FIN is
  /// to have received that acknowledgment.
  private func confirm(_ fin: inout SentFIN, _ ack: SequenceNumber) {
    guard fin.isSent, !fin.ackConfirmed.isSet, let from = fin.confirmFrom else { return }
    if ack.isAfter(from) { fin.ackConfirmed = mark }
  }

  /// The same for data: as long as an acknowledgment of all of it may not have arrived, a FIN may
  /// wait behind it.
  @inline(__always)
  private func noteDataAcknowledged(
    _ sender: borrowing Endpoint, _ receiver: inout Endpoint, _ ack: SequenceNumber
  ) {
    guard !receiver.dataConfirmed else { return }
    if ack.isAtOrAfter(receiver.sendNext) {
      let start = sender.sendNext.later(segment.sequenceNumber)
      receiver.dataConfirmFrom = receiver.dataConfirmFrom ?? start
    } else {
      receiver.dataConfirmFrom = receiver.dataConfirmFrom?.later(segment.sequenceEnd)
    }
  }
}

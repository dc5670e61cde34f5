import Dissection

/// What FIN and RST tell of their sender, and what shows that it lives.
extension Passage {
  /// The frame to show: acceptable or not.
  func noteFirstFIN(_ fin: inout SentFIN, _ receiver: borrowing Endpoint) {
    guard fin.firstFrame == 0 else { return }
    fin.firstFrame = segment.frame
    fin.firstEnd = segment.sequenceEnd
    if receiver.sent.contains(.acknowledgment), receiver.ackSent.isAtOrAfter(fin.firstEnd) {
      fin.firstAckedFrame = receiver.ackMark.frame
    }
  }

  func sendFIN(_ sender: inout Endpoint, _ receiver: inout Endpoint) {
    let end = segment.sequenceEnd
    // Without ACK every receiver drops it (RFC 9293 section 3.10.7.4, fifth check); on a SYN Linux
    // drops it in LISTEN (tcp_rcv_state_process).
    guard isACK, !isSYN else { return }
    if sender.fin.isInferred, end == sender.fin.end {
      sender.fin.turnUp(segment)
      return
    }
    if sender.fin.isInferred, end.isAfter(sender.fin.end) { sender.fin = SentFIN() }
    if sender.fin.isSent {
      if end == sender.fin.end { retransmitFIN(&sender) }
      // One that still waits behind a gap gives way to one before it.
      guard !sender.fin.passed.isSet, end.isBefore(sender.fin.end) else { return }
      sender.fin.transmissions = Transmissions()
    }
    if sender.sent.contains(.initialSequence), gap == nil,
      receiver.sent.contains(.acknowledgment), receiver.ackSent.isAtOrAfter(end),
      segment.time > receiver.ackMark.time
    {
      // Acknowledged before, and that had all been seen: its place is that of data.
      return
    }
    sender.fin.unseen = .none
    sender.fin.end = end
    sender.fin.ack = segment.acknowledgmentNumber
    let isDial =
      sender.sent.contains(.syn) && (sender.sent.contains(.synACK) || receiver.sent.contains(.syn))
    let isFreed =
      sender.confirmedByFIN
      && segment.time.since(receiver.fin.acked.time) < SentFIN.releaseTime
    sender.fin.mayHaveWaited =
      hadTextOutstanding || isFreed || sender.sentLate || sender.isHeldBack(by: receiver)
      || isDial && sender.established.frame == segment.frame
    sender.fin.transmissions.add(mark)
    if receiver.fin.unseen.isSet { receiver.fin.infer(ack: receiver.ackSent) }
    if receiver.sent.contains(.acknowledgment), receiver.ackSent.isAtOrAfter(end) {
      // In a file out of order the acknowledgment can stand before the FIN.
      sender.fin.acked = receiver.ackMark
      sender.fin.ackPassed = receiver.ackMark
      sender.fin.confirmFrom = receiver.sendNext
    }
  }

  private func retransmitFIN(_ sender: inout Endpoint) {
    // The first carried the lowest acknowledgment, in whatever order they passed.
    let ack = segment.acknowledgmentNumber
    if ack.isBefore(sender.fin.ack) { sender.fin.ack = ack }
    guard !isStale(sender) else { return }
    sender.fin.transmissions.add(mark)
    // Its receiver may delay the acknowledgment of the first (TCP_DELACK_MIN, and a tick).
    let answer = receiverAnswerTime + .milliseconds(50)
    guard sender.fin.passed.isSet, segment.time.since(sender.fin.passed.time) > answer else {
      return
    }
    if !sender.fin.acked.isSet { sender.fin.arrivalDoubted = true }
  }

  /// What is sent again after the acknowledgment of the FIN had passed shows that this did not
  /// arrive; unless it may be a duplicate, which a FIN on its own seldom is and old data often. An
  /// octet in the FIN's own place is a keep-alive.
  func noteRetransmission(_ sender: inout Endpoint, _ receiver: borrowing Endpoint) {
    guard sender.fin.isSent, sender.fin.ackPassed.isSet, !sender.fin.ackDoubted,
      segment.sequenceLength > 0, segment.sequenceEnd.isAtOrBefore(sender.fin.end),
      segment.time.since(sender.fin.ackPassed.time) > senderAnswerTime
    else { return }
    let isFIN = segment.sequenceEnd == sender.fin.end
    guard isFIN ? segment.flags.contains(.fin) && !isStale(sender) : isFresh(sender) else {
      return
    }
    if segment.time < receiver.lastSent.time, receiver.ackSent.isAtOrAfter(sender.fin.end) {
      // In a file out of order another acknowledgment followed it.
      sender.fin.ackPassed = receiver.lastSent
      return
    }
    sender.fin.ackDoubted = true
    sender.fin.ackDoubts += 1
  }

  /// A RST far from what its sender has sent; 0 stands for no acknowledgment (RFC 9293 section
  /// 3.10.7.1).
  private func isFarAway(from sender: borrowing Endpoint) -> Bool {
    let distance = segment.sequenceNumber.distance(from: sender.sendNext)
    return sender.sent.contains(.anything) && segment.sequenceNumber.value != 0
      && !(-(1 << 20)...1 << 20).contains(distance)
  }

  /// Whether it refuses a dial, although its sender has spoken since that passed: it was on its way
  /// for long.
  private func isOldRefusal(_ sender: Endpoint, _ receiver: Endpoint) -> Bool {
    isACK && segment.sequenceNumber.value == 0 && sender.sent.contains(.initialSequence)
      && segment.sequenceNumber != sender.sendNext && receiver.opening.last.isSet
      && (receiver.sent.contains(.synACK) || sender.lastSent.time > receiver.opening.last.time)
  }

  /// A RST after which its sender is presumed, not proved, to be closed.
  private func shareReset(_ sender: inout Endpoint, _ receiver: borrowing Endpoint) {
    sender.sent.insert(.sharedReset)
    sender.resetPassed = mark
    sender.resetHorizon = receiver.sendNext
  }

  private func mayBe(_ state: TCPState) -> Bool {
    senderBefore?.possible.contains(state) ?? false
  }

  func sendRST(_ sender: inout Endpoint, _ receiver: borrowing Endpoint) {
    sender.sent.insert(.rst)
    sender.mayAnswerSYN = false
    if !sender.firstRST.isSet { sender.firstRST = mark }
    guard !sender.ownReset.isSet else { return }
    let isOld = isOldRefusal(sender, receiver)
    if isShared, !isOld, senderBefore?.state != .synSent || isACK {
      shareReset(&sender, receiver)
      return
    }
    if isOld || isFarAway(from: sender) {
      // Of another incarnation by sequence space, or in answer to one: it tells nothing of this.
      sender.resetMaybe = mark
      sender.resetHorizon = receiver.sendNext
      return
    }
    switch senderBefore?.state {
    // An unacceptable ACK is answered with RST and leaves both states as they are (RFC 9293
    // section 3.10.7.3 and 3.10.7.4). Its own RST has ACK, that answer has not.
    case .synSent, .synReceived:
      let isOwn = isACK || sender.sent.contains(.synACK) && sender.handshakePassed.isSet
      if isOwn, segment.sequenceNumber == sender.initial + 1 { sender.ownReset = mark }
    case .closed where !isACK && mayBe(.synReceived),
      .established where !isACK && (mayBe(.synReceived) || mayBe(.synSent)):
      // A request answers an unacceptable ACK so too, and stays.
      shareReset(&sender, receiver)
    case .closed, .listen, .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck,
      .timeWait, nil:
      sender.ownReset = mark
    }
  }

  /// A segment that only a living socket sends takes back what silence or a RST made of it.
  func showAlive(_ sender: inout Endpoint, _ receiver: borrowing Endpoint) {
    guard !isStale(sender) else { return }
    outliveReset(&sender, receiver)
    guard !isSYN, let before = senderBefore else { return }
    // As long as its timer may be late, it need not have been restarted.
    if before.ground == .timeWaitOver,
      segment.time.since(before.since ?? segment.time) > Inference.timerSlack
    {
      sender.timeWaitRestart = mark
    }
    let isOver = before.ground == .timeWaitOver
    if isFresh(sender), before.state == .timeWait || isOver { sender.answerInTimeWait() }
  }

  /// What an end sends after a RST towards it has passed shows that this did not arrive, or was
  /// sent before it did; only what acknowledges the peer's later octets, and they were seen, leaves
  /// no doubt.
  private func outliveReset(_ sender: inout Endpoint, _ receiver: borrowing Endpoint) {
    if isACK, segment.acknowledgmentNumber.isAfter(sender.resetHorizon),
      segment.acknowledgmentNumber.isAtOrBefore(receiver.sendNext)
    {
      sender.resetMaybe = .none
      sender.resetPassed = .none
    }
    guard sender.resetPassed.isSet,
      segment.time.since(sender.resetPassed.time) > senderAnswerTime
    else { return }
    sender.resetMaybe = sender.resetPassed
    sender.resetPassed = .none
  }

  /// An orphan in FIN_WAIT_2 answers new data with RST and is gone when its timer is over
  /// (tcp_timewait_state_process), so an ACK in either case shows shutdown() instead of close().
  @inline(__always)
  func noteFinWait2(_ sender: inout Endpoint, from receiver: borrowing Endpoint, takesNew: Bool) {
    guard let before = senderBefore, !isSYN else { return }
    // As long as its timer may be late, an orphan answers too.
    let isBeyond =
      before.ground == .finWait2Over
      && segment.time.since(before.since ?? segment.time) > Inference.timerSlack
    let takes = before.state == .finWait2 && takesNew
    // Its program can have closed as soon as the data was taken, long before it is acknowledged.
    if takes {
      let taken = min(receiver.lastPayload, segment.time)
      sender.finWait2Alive = Mark(frame: segment.frame, time: taken)
    }
    if takes || isBeyond { sender.tookDataInFinWait2 = true }
  }
}

import Dissection

/// What FIN and RST tell of their sender, and what shows that it lives.
extension Passage {
  /// The frame to show: acceptable or not.
  func noteFirstFIN(_ fin: inout SentFIN, _ receiver: Endpoint) {
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
    if sender.fin.isSent {
      if end == sender.fin.end { retransmitFIN(&sender.fin) }
      return
    }
    if sender.sent.contains(.initialSequence), gap == nil,
      receiver.sent.contains(.acknowledgment), receiver.ackSent.isAtOrAfter(end)
    {
      // Acknowledged before, and that had all been seen: its place is that of data.
      return
    }
    sender.fin.end = end
    sender.fin.ack = segment.acknowledgmentNumber
    sender.fin.identification = segment.ipIdentification
    sender.fin.timestampValue = segment.options.timestampValue
    sender.fin.transmissions.add(mark)
    if receiver.fin.unseen.isSet { receiver.fin.infer(ack: receiver.ackSent) }
    if receiver.sent.contains(.acknowledgment), receiver.ackSent.isAtOrAfter(end) {
      // In a file out of order the acknowledgment can stand before the FIN.
      sender.fin.acked = receiver.ackMark
      sender.fin.ackPassed = receiver.ackMark
      sender.fin.confirmFrom = receiver.sendNext
    }
  }

  private func retransmitFIN(_ fin: inout SentFIN) {
    let isDuplicate =
      segment.options.hasTimestamps
      ? segment.options.timestampValue == fin.timestampValue
      : segment.ipIdentification != 0 && segment.ipIdentification == fin.identification
    guard !isDuplicate else { return }
    fin.transmissions.add(mark)
    if fin.ackPassed.isSet, segment.time.since(fin.ackPassed.time) > senderAnswerTime {
      fin.ackDoubted = true
      fin.ackDoubts += 1
    }
    // Its receiver may delay the acknowledgment of the first (TCP_DELACK_MIN).
    let answer = receiverAnswerTime + .milliseconds(40)
    if !fin.acked.isSet, fin.passed.isSet, segment.time.since(fin.passed.time) > answer {
      fin.arrivalDoubted = true
    }
  }

  func sendRST(_ sender: inout Endpoint) {
    sender.sent.insert(.rst)
    if !sender.firstRST.isSet { sender.firstRST = mark }
    guard !sender.ownReset.isSet else { return }
    if isShared {
      sender.sent.insert(.sharedReset)
      sender.resetPassed = mark
      return
    }
    switch senderBefore?.state {
    // An unacceptable ACK is answered with RST and leaves both states as they are (RFC 9293
    // section 3.10.7.3 and 3.10.7.4).
    case .synSent: return
    case .synReceived:
      let isReset = segment.sequenceNumber == sender.initial + 1
      if isReset, sender.handshakePassed.isSet { sender.ownReset = mark }
    case .closed, .listen, .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck,
      .timeWait, nil:
      sender.ownReset = mark
    }
  }

  /// A segment that only a living socket sends takes back what silence or a RST made of it.
  func showAlive(_ sender: inout Endpoint, _ receiver: Endpoint) {
    guard !isStale(sender) else { return }
    if sender.resetPassed.isSet, segment.time.since(sender.resetPassed.time) > senderAnswerTime {
      sender.resetPassed = .none
    }
    if sender.resetMaybe.isSet, segment.time.since(sender.resetMaybe.time) > senderAnswerTime {
      sender.resetMaybe = .none
    }
    guard !isSYN, let before = senderBefore else { return }
    if sender.superseded.isSet, isACK, saysMore(than: sender) { sender.superseded = .none }
    if before.ground == .timeWaitOver { sender.timeWaitRestart = mark }
    if before.state == .timeWait || before.ground == .timeWaitOver {
      sender.timeWaitConfirmed =
        sender.timeWaitRestart.isSet
        ? sender.timeWaitRestart.time : sender.timeWaitConfirmed
    }
  }

  /// What no duplicate of an earlier segment can say.
  private func saysMore(than sender: Endpoint) -> Bool {
    segment.sequenceEnd.isAfter(sender.sendNext) || !sender.sent.contains(.acknowledgment)
      || segment.acknowledgmentNumber.isAfter(sender.ackSent)
  }

  /// An orphan in FIN_WAIT_2 answers new data with RST and is gone when its timer is over
  /// (tcp_timewait_state_process), so an ACK in either case shows shutdown() instead of close().
  func noteFinWait2(_ sender: inout Endpoint, takesNew: Bool) {
    guard let before = senderBefore, !isSYN else { return }
    if before.state == .finWait2 && takesNew || before.ground == .finWait2Over {
      sender.tookDataInFinWait2 = true
      sender.finWait2Alive = mark
    }
  }
}

import Dissection

/// One segment passing the tap: sent by one end (certain), received by the other (presumed).
struct Passage {
  let segment: Segment
  /// Delivered twice by the network: the sender sent it once.
  let isNetworkDuplicate: Bool
  /// How long an answer of each end can still be under way after something passed towards it.
  let senderAnswerTime: Interval
  /// What the ends were claimed to be before; nil while neither has begun to close.
  let senderBefore: Claim?
  let receiverBefore: Claim?
  /// Set when the segment shows that the capture misses something.
  var gap: (from: SequenceNumber, noticed: Timestamp)?

  private var mark: Mark { Mark(segment) }
  private var isRST: Bool { segment.flags.contains(.rst) }
  private var isSYN: Bool { segment.flags.contains(.syn) }
  private var isACK: Bool { segment.flags.contains(.ack) }

  /// Whether the sender can only have sent it earlier than what passed already: a duplicate that
  /// the network kept back says nothing of the sender's present.
  private func isStale(_ sender: Endpoint) -> Bool {
    if isSYN, sender.sent.contains(.plain) { return true }
    guard segment.options.hasTimestamps, sender.sent.contains(.timestamps) else { return false }
    return Int32(bitPattern: segment.options.timestampValue &- sender.timestampValue) <= 0
  }

  // MARK: Sent

  /// What the segment tells of its sender.
  mutating func leave(_ sender: inout Endpoint, towards receiver: inout Endpoint) {
    sender.lastSent = mark
    if segment.flags.contains(.fin) { noteFirstFIN(&sender.fin, receiver) }
    if isRST {
      sendRST(&sender)
      return
    }
    showAlive(&sender, receiver)
    if isSYN, !isStale(sender) { sendSYN(&sender, receiver) }
    startSequence(&sender)
    if isACK { acknowledge(&sender, &receiver) }
    if !isSYN, isACK { sendPlain(&sender, receiver) }
    if segment.flags.contains(.fin) { sendFIN(&sender, &receiver) }
    advance(&sender)
    noteTimestamp(&sender)
    noteWindow(&sender, receiver)
  }

  private func sendSYN(_ sender: inout Endpoint, _ receiver: Endpoint) {
    // Whoever answers a dial for the first time is in it, whatever it answered before.
    if isACK, !sender.sent.contains(.anything) { sender.superseded = .none }
    sender.sent.insert(isACK ? .synACK : .syn)
    sender.sent.insert(.initialSequence)
    sender.initial = segment.sequenceNumber
    if segment.payloadLength > 0 { sender.sent.insert(.fastOpenData) }
    if let shift = segment.options.windowScale {
      sender.sent.insert(.windowScale)
      sender.windowShift = shift
    }
    if sender.handshakePassed.isSet,
      segment.time.since(sender.handshakePassed.time) > senderAnswerTime
    {
      sender.handshakeDoubted = true
    }
    sender.opening.add(mark)
  }

  private func startSequence(_ sender: inout Endpoint) {
    guard !sender.sent.contains(.anything) else { return }
    sender.sent.insert(.anything)
    if !sender.sent.contains(.initialSequence) || isSYN { sender.initial = segment.sequenceNumber }
    sender.sendNext = segment.sequenceNumber
    sender.passed.start(at: segment.sequenceNumber)
  }

  private func sendPlain(_ sender: inout Endpoint, _ receiver: Endpoint) {
    sender.sent.insert(.plain)
    if segment.payloadLength > 0 { sender.sent.insert(.payload) }
    guard !sender.established.isSet, showsEstablished(sender, receiver) else { return }
    sender.established = mark
  }

  /// A SYN_RECEIVED endpoint sends bare ACKs too (tcp_check_req answers what is out of window), so
  /// a responder shows itself only by payload, FIN, or taking data.
  private func showsEstablished(_ sender: Endpoint, _ receiver: Endpoint) -> Bool {
    let knowsPeer = receiver.sent.contains(.initialSequence)
    let first = receiver.initial + 1
    if sender.sent.contains(.synACK), !sender.sent.contains(.syn) {
      if receiver.sent.contains(.fastOpenData) { return sender.handshakePassed.isSet }
      if segment.payloadLength > 0 || segment.flags.contains(.fin) { return true }
      return knowsPeer && segment.acknowledgmentNumber.isAfter(first)
    }
    return !knowsPeer || segment.acknowledgmentNumber.isAtOrAfter(first)
  }

  // MARK: Acknowledgment

  private mutating func acknowledge(_ sender: inout Endpoint, _ receiver: inout Endpoint) {
    let ack = segment.acknowledgmentNumber
    let isNew = !sender.sent.contains(.acknowledgment) || ack.isAfter(sender.ackSent)
    noteFinWait2(&sender, takesNew: isNew && sender.sent.contains(.acknowledgment))
    if isNew { noteUnseenFIN(&receiver, from: sender) }
    if isNew {
      sender.sent.insert(.acknowledgment)
      sender.ackSent = ack
      sender.ackMark = mark
    }
    if receiver.sent.contains(.anything) {
      noteGap(&receiver, upTo: ack)
      receiver.passed.acknowledge(to: ack)
    } else if isSYN {
      // SYN/ACK first: the SYN before it is known by its acknowledgment.
      receiver.sent.insert(.initialSequence)
      receiver.initial = ack - 1
      receiver.sendNext = ack
      receiver.passed.start(at: ack)
    }
    acknowledgeFIN(&receiver.fin, ack, peerSendNext: sender.sendNext)
    confirm(&sender.fin, ack)
    noteDataAcknowledged(sender, &receiver, ack)
    if let from = sender.dataConfirmFrom, ack.isAfter(from) { sender.dataConfirmed = true }
    let fin = receiver.fin
    if fin.passed.isSet, !fin.acked.isSet, !isStale(sender),
      segment.time.since(fin.passed.time) > senderAnswerTime
    {
      // Every segment carries RCV.NXT: this one says that the FIN was not taken.
      receiver.fin.arrivalDoubted = true
    }
  }

  /// An acknowledgment of what was never seen: the capture has a hole.
  private mutating func noteGap(_ receiver: inout Endpoint, upTo ack: SequenceNumber) {
    let unseen = ack.distance(from: receiver.sendNext)
    if unseen > 0 {
      gap = gap ?? (receiver.sendNext, segment.time)
      receiver.bytesSent += UInt64(unseen)
      receiver.sendNext = ack
    } else if ack.isAfter(receiver.passed.contiguous), !receiver.passed.forgotIsland {
      gap = gap ?? (receiver.passed.contiguous, segment.time)
    }
  }

  /// An acknowledgment one past all that was seen, together with a FIN of its sender's own, is
  /// that of a FIN which the capture missed (presumed).
  private func noteUnseenFIN(_ receiver: inout Endpoint, from sender: Endpoint) {
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

  private func acknowledgeFIN(
    _ fin: inout SentFIN, _ ack: SequenceNumber, peerSendNext: SequenceNumber
  ) {
    if fin.firstFrame != 0, fin.firstAckedFrame == 0, !isSYN, ack.isAtOrAfter(fin.firstEnd) {
      fin.firstAckedFrame = segment.frame
    }
    guard fin.isSent, !isSYN else { return }
    guard ack.isAtOrAfter(fin.end) else {
      // Sent before the FIN was taken, although it passed later: what it carries confirms nothing.
      fin.confirmFrom = fin.confirmFrom?.later(segment.sequenceEnd)
      return
    }
    if !fin.acked.isSet { fin.acked = mark }
    if !fin.passed.isSet { fin.passed = mark }
    if !fin.ackPassed.isSet || fin.ackDoubted {
      fin.ackPassed = mark
      fin.ackDoubted = fin.ackDoubts > 1
    }
    if fin.confirmFrom == nil { fin.confirmFrom = peerSendNext.later(segment.sequenceNumber) }
  }

  /// To acknowledge octets that were never on the wire without the acknowledgment of one's FIN is
  /// to have received that acknowledgment.
  private func confirm(_ fin: inout SentFIN, _ ack: SequenceNumber) {
    guard fin.isSent, !fin.ackConfirmed.isSet, let from = fin.confirmFrom else { return }
    if ack.isAfter(from) { fin.ackConfirmed = mark }
  }

  /// The same for data: as long as an acknowledgment of all of it may not have arrived, a FIN may
  /// wait behind it.
  private func noteDataAcknowledged(
    _ sender: Endpoint, _ receiver: inout Endpoint, _ ack: SequenceNumber
  ) {
    guard !receiver.dataConfirmed else { return }
    if ack.isAtOrAfter(receiver.sendNext) {
      let start = sender.sendNext.later(segment.sequenceNumber)
      receiver.dataConfirmFrom = receiver.dataConfirmFrom ?? start
    } else {
      receiver.dataConfirmFrom = receiver.dataConfirmFrom?.later(segment.sequenceEnd)
    }
  }

  // MARK: FIN

  /// The frame to show: acceptable or not.
  private func noteFirstFIN(_ fin: inout SentFIN, _ receiver: Endpoint) {
    guard fin.firstFrame == 0 else { return }
    fin.firstFrame = segment.frame
    fin.firstEnd = segment.sequenceEnd
    if receiver.sent.contains(.acknowledgment), receiver.ackSent.isAtOrAfter(fin.firstEnd) {
      fin.firstAckedFrame = receiver.ackMark.frame
    }
  }

  private func sendFIN(_ sender: inout Endpoint, _ receiver: inout Endpoint) {
    let end = segment.sequenceEnd
    // Without ACK every receiver drops it (RFC 9293 section 3.10.7.4, fifth check); on a SYN Linux
    // drops it in LISTEN (tcp_rcv_state_process).
    guard isACK, !isSYN else { return }
    if sender.fin.isSent {
      if end == sender.fin.end { retransmitFIN(&sender.fin) }
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
    if !fin.acked.isSet, fin.passed.isSet { fin.arrivalDoubted = true }
  }

  // MARK: Sequence space

  private mutating func advance(_ sender: inout Endpoint) {
    let end = segment.sequenceEnd
    if segment.sequenceLength > 0 {
      sender.passed.insert(from: segment.sequenceNumber, to: end)
    }
    fillGap()
    let ahead = end.distance(from: sender.sendNext)
    if ahead > 0 {
      let controls: Int32 = segment.flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1
      sender.bytesSent += UInt64(max(0, ahead - controls))
      sender.sendNext = end
      if segment.payloadLength > 0 {
        sender.lastPayload = segment.time
        sender.dataConfirmed = false
        sender.dataConfirmFrom = nil
      }
    }
    if sender.fin.isSent, !sender.fin.passed.isSet,
      sender.passed.contiguous.isAtOrAfter(sender.fin.end)
    {
      sender.fin.passed = mark
      if receiverBefore?.state == .closed { sender.fin.arrivalDoubted = true }
    }
  }

  /// What was missing turns up right behind its acknowledgment: the file is out of order.
  private mutating func fillGap() {
    guard let missing = gap, segment.sequenceNumber.isAtOrBefore(missing.from),
      segment.sequenceEnd.isAfter(missing.from),
      segment.time.since(missing.noticed) < .milliseconds(1)
    else { return }
    gap = nil
  }

  private func noteTimestamp(_ sender: inout Endpoint) {
    guard segment.options.hasTimestamps else { return }
    let value = segment.options.timestampValue
    let isNewer = Int32(bitPattern: value &- sender.timestampValue) >= 0
    guard isNewer || !sender.sent.contains(.timestamps) else { return }
    sender.sent.insert(.timestamps)
    sender.timestampValue = value
    sender.timestampTime = segment.time
  }

  private func noteWindow(_ sender: inout Endpoint, _ receiver: Endpoint) {
    // RFC 7323 section 2.2: never scaled on a SYN, and only when both sent the option.
    let scaled =
      !isSYN && sender.sent.contains(.windowScale)
      && receiver.sent.contains(.windowScale)
    sender.window = UInt32(segment.window) << (scaled ? UInt32(sender.windowShift) : 0)
    if sender.window == 0 { sender.windowClosed = segment.time }
  }

  // MARK: Life and death

  private func sendRST(_ sender: inout Endpoint) {
    sender.sent.insert(.rst)
    if !sender.firstRST.isSet { sender.firstRST = mark }
    guard !sender.ownReset.isSet else { return }
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
  private func showAlive(_ sender: inout Endpoint, _ receiver: Endpoint) {
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
  private func noteFinWait2(_ sender: inout Endpoint, takesNew: Bool) {
    guard let before = senderBefore, !isSYN else { return }
    if before.state == .finWait2 && takesNew || before.ground == .finWait2Over {
      sender.tookDataInFinWait2 = true
      sender.finWait2Alive = mark
    }
  }

  // MARK: Received

  /// What the segment does to its receiver, if it arrives.
  func arrive(at receiver: inout Endpoint, from sender: Endpoint) {
    if isRST {
      arriveRST(at: &receiver, from: sender)
      return
    }
    if isACK { completeHandshake(of: &receiver, from: sender) }
    if let before = receiverBefore, before.state == .timeWait, isACK {
      // tcp_timewait_state_process: whatever is not RST and has ACK restarts the timer.
      receiver.timeWaitRestart = mark
    }
  }

  private func completeHandshake(of receiver: inout Endpoint, from sender: Endpoint) {
    let hasSYN = receiver.sent.contains(.syn) || receiver.sent.contains(.synACK)
    guard hasSYN, !receiver.established.isSet,
      segment.acknowledgmentNumber.isAtOrAfter(receiver.initial + 1)
    else { return }
    // SYN_SENT takes only a SYN/ACK (RFC 9293 section 3.10.7.3).
    guard isSYN || receiver.sent.contains(.synACK) else { return }
    if !receiver.handshakePassed.isSet || receiver.handshakeDoubted {
      receiver.handshakePassed = mark
      receiver.handshakeDoubted = false
    }
  }

  private func arriveRST(at receiver: inout Endpoint, from sender: Endpoint) {
    guard !receiver.resetPassed.isSet else { return }
    let verdict = ResetVerdict(segment, at: receiver, from: sender, claimed: receiverBefore)
    switch verdict {
    case .accepted: receiver.resetPassed = mark
    case .perhaps: receiver.resetMaybe = mark
    case .ignored, .challenged: break
    }
  }
}

extension Passage {
  /// Sender first: what it sent is certain, and what it shows of its receiver's packets counts
  /// before the segment reaches that receiver.
  mutating func apply(to ends: inout Pair<Endpoint>, from sender: Role) {
    switch sender {
    case .initiator: apply(&ends.initiator, &ends.responder)
    case .responder: apply(&ends.responder, &ends.initiator)
    }
  }

  private mutating func apply(_ sender: inout Endpoint, _ receiver: inout Endpoint) {
    if !isNetworkDuplicate { leave(&sender, towards: &receiver) }
    arrive(at: &receiver, from: sender)
  }
}

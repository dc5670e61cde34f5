import Dissection

/// One segment passing the tap: sent by one end (certain), received by the other (presumed).
///
/// An end is half a kilobyte. It is borrowed where it is looked at, and what looks at it for every
/// segment is inlined, since a call would copy it none the less.
struct Passage {
  let segment: Segment
  let senderRole: Role
  /// Delivered twice by the network: the sender sent it once.
  let isNetworkDuplicate: Bool
  /// How long an answer of each end can still be under way after something passed towards it.
  let senderAnswerTime: Interval
  let receiverAnswerTime: Interval
  /// What the ends were claimed to be before; nil while neither has begun to close.
  let senderBefore: Claim?
  let receiverBefore: Claim?
  /// A RST that can be an old duplicate of an earlier incarnation as well.
  let isShared: Bool
  /// It answers an acknowledgment of what its sender has not sent.
  let deniesGap: Bool
  /// Set when the segment shows that the capture misses something.
  var gap: Gap?
  /// Until this segment, its sender had not shown that all its text was acknowledged.
  private(set) var hadTextOutstanding = false

  var mark: Mark { Mark(segment) }
  var isRST: Bool { segment.flags.contains(.rst) }
  var isSYN: Bool { segment.flags.contains(.syn) }
  var isACK: Bool { segment.flags.contains(.ack) }

  /// Whether the sender can only have sent it earlier than what passed already: what the network
  /// kept back says nothing of the sender's present. Acknowledgments, timestamps and, by and large,
  /// identifications never go back.
  @inline(__always)
  func isStale(_ sender: borrowing Endpoint) -> Bool {
    if isSYN, sender.established.isSet, sender.handshakePassed.isSet { return true }
    if isSYN, !isACK, sender.sent.contains(.formerDial) { return true }
    if isACK, sender.sent.contains(.acknowledgment),
      segment.acknowledgmentNumber.isBefore(sender.ackSent)
    {
      return true
    }
    guard segment.options.hasTimestamps, sender.sent.contains(.timestamps) else {
      guard (0..<Self.identifications).contains(identificationsBehind(sender)) else {
        return false
      }
      return !saysMore(than: sender)
    }
    let age = Int32(bitPattern: sender.timestampValue &- segment.options.timestampValue)
    if age != 0 { return age > 0 }
    return !saysMore(than: sender)
  }

  /// Whether the sender has sent it after all that passed before: not said of what may be a
  /// duplicate.
  @inline(__always)
  func isFresh(_ sender: borrowing Endpoint) -> Bool {
    guard segment.options.hasTimestamps, sender.sent.contains(.timestamps) else {
      return (-Self.identifications..<0).contains(identificationsBehind(sender))
    }
    return Int32(bitPattern: segment.options.timestampValue &- sender.timestampValue) > 0
  }

  /// Whether it is none of its sender's sequence space: of a connection long gone.
  func isAside(from sender: borrowing Endpoint) -> Bool {
    if isSYN { return false }
    return sender.isAside(from: segment.sequenceNumber, by: 1 << 29)
  }

  /// What no duplicate of an earlier segment can say.
  @inline(__always)
  func saysMore(than sender: borrowing Endpoint) -> Bool {
    if segment.sequenceEnd.isAfter(sender.sendNext) { return true }
    guard sender.sent.contains(.acknowledgment) else { return true }
    return segment.acknowledgmentNumber.isAfter(sender.ackSent)
  }

  /// How far the identifications of neighbouring packets of a host that counts them can be apart.
  private static let identifications = 1024

  /// How far its identification lies before the sender's last; far away if one of them has none.
  private func identificationsBehind(_ sender: borrowing Endpoint) -> Int {
    guard segment.ipIdentification != 0, sender.identification != 0 else { return .max }
    return Int(Int16(bitPattern: sender.identification &- segment.ipIdentification))
  }

  /// Whether the receiver drops the segment unread (RFC 9293 section 3.10.7.4, first check): all of
  /// it lies below what it has acknowledged, or beyond its window, or PAWS rejects it. Linux lets
  /// pass what ends at RCV.NXT (tcp_sequence). Without both SYNs the window's scale is not known.
  func isUnacceptable(to receiver: borrowing Endpoint, from sender: borrowing Endpoint) -> Bool {
    if segment.isRejectedByPAWS(at: receiver, from: sender) { return true }
    guard receiver.sent.contains(.acknowledgment) else { return false }
    // In a file out of order that acknowledgment can be the answer.
    if segment.sequenceEnd.isBefore(receiver.ackSent) {
      return segment.time > receiver.ackMark.time
    }
    guard !receiver.sent.isDisjoint(with: [.syn, .synACK]),
      !sender.sent.isDisjoint(with: [.syn, .synACK])
    else { return false }
    return segment.sequenceNumber.isAfter(receiver.ackSent + receiver.window)
  }

  /// Whether not even what lies in the window is taken.
  private func isDropped(
    by receiver: borrowing Endpoint, from sender: borrowing Endpoint
  ) -> Bool {
    if isACK, isOfNothing(receiver) { return true }
    return segment.isRejectedByPAWS(at: receiver, from: sender)
  }

  // MARK: Sent

  /// What the segment tells of its sender.
  mutating func leave(_ sender: inout Endpoint, towards receiver: inout Endpoint) {
    // Whoever answers a dial for the first time is in it, whatever it answered before.
    if isSYN, isACK, !sender.sent.contains(.anything), sender.ownReset.isSet,
      segment.time >= sender.ownReset.time
    {
      sender.beginAnew()
    }
    if isSYN, isACK, answersFirst(receiver, sender) { sender.beginAnew() }
    // Offered, but not agreed on (RFC 7323 section 2.2).
    if isSYN, isACK, !segment.options.hasTimestamps { receiver.sent.remove(.timestamps) }
    if isSYN, isACK, leavesDial(sender) {
      let former = sender.initial
      sender.beginAnew()
      sender.sent.insert(.formerDial)
      sender.formerInitial = former
    }
    if !isRST { sender.lastSent = mark }
    if segment.flags.contains(.fin) { noteFirstFIN(&sender.fin, receiver) }
    if isRST {
      sendRST(&sender, receiver)
      return
    }
    showAlive(&sender, receiver)
    noteRetransmission(&sender, receiver)
    hadTextOutstanding = !sender.dataConfirmed
    let isOldSYN = isSYN && isStale(sender)
    if isSYN, !isOldSYN { sendSYN(&sender, receiver) }
    startSequence(&sender)
    // A dial without an answer has nothing to acknowledge.
    let isAnswered = !receiver.sent.isDisjoint(with: [.synACK, .plain])
    if isACK, isAnswered || !isAside(from: sender) { acknowledge(&sender, &receiver) }
    if !isSYN, isACK { sendPlain(&sender, receiver) }
    if segment.flags.contains(.fin) { sendFIN(&sender, &receiver) }
    advance(&sender, receiver)
    if !isSYN { sender.identification = segment.ipIdentification }
    if !isOldSYN { noteTimestamp(&sender) }
    noteWindow(&sender, receiver)
  }

  private func startSequence(_ sender: inout Endpoint) {
    guard !sender.sent.contains(.anything) else { return }
    sender.sent.insert(.anything)
    if !sender.sent.contains(.initialSequence) || isSYN { sender.initial = segment.sequenceNumber }
    sender.sendNext = segment.sequenceNumber
    sender.passed.start(at: segment.sequenceNumber)
  }

  // MARK: Sequence space

  private mutating func advance(_ sender: inout Endpoint, _ receiver: borrowing Endpoint) {
    let end = segment.sequenceEnd
    if segment.sequenceLength > 0, !isDropped(by: receiver, from: sender) {
      sender.passed.insert(from: segment.sequenceNumber, to: end)
    }
    if sender.fin.unseen.isSet, segment.payloadLength > 0, end.isAtOrAfter(sender.fin.unseenEnd) {
      // What was taken for an unseen FIN turns up as text.
      sender.fin = SentFIN()
    }
    fillGap()
    let ahead = end.distance(from: sender.sendNext)
    if ahead > 0 {
      let controls: Int32 = segment.flags.isDisjoint(with: [.syn, .fin]) ? 0 : 1
      let text = max(0, ahead - controls)
      sender.bytesSent += UInt64(text)
      sender.sendNext = end
      // Its own, or that which it has overtaken.
      if text > 0 {
        let isHeldBack = sender.isHeldBack(by: receiver)
        if receiver.fin.isSent, isHeldBack || !sender.dataConfirmed { sender.sentLate = true }
        sender.lastPayload = segment.time
        if sender.dataConfirmed { sender.firstUnconfirmed = segment.time }
        sender.dataConfirmed = false
        sender.dataConfirmFrom = nil
      }
    }
    if sender.fin.isSent, !sender.fin.passed.isSet,
      sender.passed.contiguous.isAtOrAfter(sender.fin.end)
    {
      sender.fin.passed = mark
      sender.fin.passedEnd = end
      switch receiverBefore?.state {
      // Neither takes a FIN.
      case .closed, .synSent: sender.fin.arrivalDoubted = true
      case .listen, .synReceived, .established, .finWait1, .finWait2, .closeWait, .closing,
        .lastAck, .timeWait, nil:
        break
      }
    }
  }

  /// What was missing turns up right behind its acknowledgment: the file is out of order.
  private mutating func fillGap() {
    guard let hole = gap, hole.role == senderRole,
      segment.sequenceNumber.isAtOrBefore(hole.missing),
      segment.sequenceEnd.isAfter(hole.missing),
      segment.time.since(hole.noticed.time) < .milliseconds(1)
    else { return }
    gap = nil
  }

  /// Whether it has answered a dial and shown nothing since of a socket (Linux request_sock).
  @inline(__always)
  func isRequest(_ end: borrowing Endpoint) -> Bool {
    guard end.sent.contains(.synACK), !end.sent.contains(.syn) else { return false }
    return !end.established.isSet
  }

  private func noteTimestamp(_ sender: inout Endpoint) {
    guard segment.options.hasTimestamps else { return }
    if isACK {
      let echo = segment.options.timestampEcho
      let isNewer = Int32(bitPattern: echo &- sender.timestampEcho) > 0
      if isNewer || !sender.sent.contains(.timestampEcho) { sender.timestampEcho = echo }
      sender.sent.insert(.timestampEcho)
    }
    // A request looks at the timestamps of its SYN/ACKs alone.
    if isRequest(sender), !isSYN { return }
    let value = segment.options.timestampValue
    let isNewer = Int32(bitPattern: value &- sender.timestampValue) >= 0
    guard isNewer || !sender.sent.contains(.timestamps) else { return }
    sender.sent.insert(.timestamps)
    sender.timestampValue = value
    sender.timestampTime = segment.time
  }

  private func noteWindow(_ sender: inout Endpoint, _ receiver: borrowing Endpoint) {
    // RFC 7323 section 2.2: never scaled on a SYN, and only when both sent the option.
    let agreed = sender.sent.intersection(receiver.sent)
    let scaled = !isSYN && agreed.contains(.windowScale)
    sender.window = UInt32(segment.window) << (scaled ? UInt32(sender.windowShift) : 0)
    if sender.window < Endpoint.smallWindow { sender.windowClosed = segment.time }
  }
}

extension Passage {
  /// Sender first: what it sent is certain, and what it shows of its receiver's packets counts
  /// before the segment reaches that receiver.
  mutating func apply(to ends: inout Pair<Endpoint>) {
    switch senderRole {
    case .initiator: apply(&ends.initiator, &ends.responder)
    case .responder: apply(&ends.responder, &ends.initiator)
    }
  }

  private mutating func apply(_ sender: inout Endpoint, _ receiver: inout Endpoint) {
    if !isNetworkDuplicate { leave(&sender, towards: &receiver) }
    arrive(at: &receiver, from: sender)
  }
}

extension Segment {
  /// An older timestamp than the receiver has echoed (RFC 7323 section 5.3, R1): what merely passed
  /// it may not have. After 24 days the clock may have turned (section 5.5).
  func isRejectedByPAWS(
    at receiver: borrowing Endpoint, from sender: borrowing Endpoint
  ) -> Bool {
    guard options.hasTimestamps, receiver.sent.contains(.timestampEcho) else { return false }
    let isFresh = time.since(sender.timestampTime) < .seconds(24 * 86_400)
    let age = Int32(bitPattern: receiver.timestampEcho &- options.timestampValue)
    return age > 0 && isFresh
  }
}

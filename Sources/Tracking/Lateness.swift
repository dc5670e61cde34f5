import Dissection

/// Whether a segment is late (Documentation/model.md: it belongs to a connection, or a half of one,
/// that is over), and what becomes of it.
struct Lateness {
  let segment: Segment
  let connection: Connection
  let sender: Role
  /// Before the segment passed.
  let receiverBefore: Claim

  private var own: Endpoint { connection.ends[sender] }
  private var receiver: Endpoint { connection.ends[sender.peer] }
  private var flags: TCPFlags { segment.flags }
  private var isBareSYN: Bool { flags.contains(.syn) && !flags.contains(.ack) }

  /// Nil when the segment is in time.
  var kind: LateKind? {
    if isBareSYN { return duplicateSYN }
    // (b) Its sender had already reset the connection, or goes beyond its own FIN.
    if own.ownReset.isSet, !isFirstAnswer { return .afterReset }
    if isBeyondOwnFIN { return .dataAfterFIN }
    // A ghost never dialled: what answers its old SYN meets what it was before.
    if connection.ghosts[sender.peer], !connection.ghosts[sender] {
      return receiverBefore.state == .timeWait ? kindInTimeWait : kindAtClosed
    }
    // (a) Its receiver's end is closed.
    if receiverWasOpen {
      switch receiverBefore.state {
      case .timeWait: return canBeNewText ? nil : kindInTimeWait
      case .closed: return kindAtClosed
      case .finWait2 where awaitsReset: return kindAtClosed
      case .listen, .synSent, .synReceived, .established, .finWait1, .finWait2, .closeWait,
        .closing, .lastAck:
        break
      }
    }
    // (c) A duplicate of what its receiver has taken up to the FIN.
    return duplicateAfterFIN
  }

  /// The states that take text, and those that wait for the acknowledgment of a FIN (RFC 9293
  /// section 3.10.7.4, fifth and seventh check).
  private static let takingText: StateSet = [
    StateSet(.synReceived), StateSet(.established), StateSet(.finWait1), StateSet(.finWait2),
  ]
  private static let awaitingACK: StateSet = [
    StateSet(.finWait1), StateSet(.closing), StateSet(.lastAck),
  ]

  private var isOfOpenConnection: Bool {
    flags.contains(.ack) && flags.isDisjoint(with: [.syn, .rst])
  }

  /// Whether a state that the receiver can be in would take text or FIN from it.
  private var canBeNewText: Bool {
    guard isOfOpenConnection, segment.sequenceLength > 0 else { return false }
    let isOld =
      receiver.sent.contains(.acknowledgment)
      && segment.sequenceEnd.isAtOrBefore(receiver.ackSent)
    return !isOld && !receiverBefore.possible.isDisjoint(with: Self.takingText)
  }

  /// Whether its acknowledgment counts, whatever the receiver makes of its text (RFC 9293 section
  /// 3.10.7.4, first check).
  private var bringsACK: Bool {
    let isOld =
      receiver.sent.contains(.acknowledgment) && segment.sequenceEnd.isBefore(receiver.ackSent)
    return isOfOpenConnection && !isOld && !own.isTimestampOlder(segment)
  }

  /// Whether it can be the first acknowledgment of its FIN that reaches the receiver.
  private var canBeNewACK: Bool {
    bringsACK && receiver.fin.isSent
      && segment.acknowledgmentNumber.isAtOrAfter(receiver.fin.end)
      && !receiverBefore.possible.isDisjoint(with: Self.awaitingACK)
  }

  /// Late only if its receiver answers with RST: an end that is merely presumed to be closed would
  /// take it, and an orphan in FIN_WAIT_2 can be gone early (TCP_LINGER2). New text draws RST from
  /// either.
  var awaitsReset: Bool {
    switch receiverBefore.state {
    // Who may as well be in TIME_WAIT answers a bare ACK with nothing.
    case .closed:
      canBeNewText || canBeNewACK && !receiverBefore.possible.contains(.timeWait)
    case .finWait2:
      receiverBefore.possible.contains(.closed) && isOfOpenConnection
        && (segment.payloadLength == 0 || isKeepAlive)
    case .listen, .synSent, .synReceived, .established, .finWait1, .closeWait, .closing, .lastAck,
      .timeWait:
      false
    }
  }

  /// A CLOSED that was never anything else is the far end of an attempt, not a closed connection.
  private var receiverWasOpen: Bool {
    if receiverBefore.ground == .handshakeOver { return false }
    return receiver.sent.contains(.anything) || receiver.superseded.isSet
  }

  /// It opens what its sender had refused before.
  private var isFirstAnswer: Bool {
    flags.isSuperset(of: [.syn, .ack]) && !own.sent.contains(.anything)
      && segment.acknowledgmentNumber == receiver.initial + 1
  }

  private var isBeyondOwnFIN: Bool {
    guard own.fin.isSent, !flags.contains(.rst) else { return false }
    return segment.sequenceEnd.isAfter(own.fin.end) && segment.sequenceLength > 0
  }

  private var duplicateSYN: LateKind? {
    guard own.sent.contains(.syn), receiver.established.isSet || receiver.fin.isSent else {
      return nil
    }
    switch receiverBefore.state {
    case .timeWait: return .synInTimeWait
    case .closed where receiverWasOpen: return .duplicateSYN
    case .closed, .listen, .synSent, .synReceived, .established, .finWait1, .finWait2: return nil
    case .closeWait, .closing, .lastAck: return .duplicateSYN
    }
  }

  private var isKeepAlive: Bool {
    segment.payloadLength <= 1 && flags.isDisjoint(with: [.syn, .fin, .rst])
      && segment.sequenceNumber == own.sendNext - 1
  }

  private var kindInTimeWait: LateKind {
    if flags.contains(.rst) { return .resetInTimeWait }
    if flags.contains(.syn) { return .duplicateSYNACK }
    if flags.contains(.fin) { return .retransmittedFIN }
    if isKeepAlive { return .keepAlive }
    return segment.payloadLength > 0 ? .duplicateData : .duplicateACK
  }

  private var kindAtClosed: LateKind {
    let wasReset = receiver.ownReset.isSet || receiver.resetPassed.isSet
    if receiverBefore.ground == .timeWaitOver { return .afterTimeWait }
    if flags.contains(.syn) { return .duplicateSYNACK }
    if flags.contains(.rst) {
      return wasReset || own.sent.contains(.rst) ? .afterReset : .unknownConnection
    }
    if flags.contains(.fin) {
      return own.fin.isSent && own.fin.acked.isSet ? .retransmittedFIN : .dataAfterClose
    }
    let isOld =
      receiver.sent.contains(.acknowledgment)
      && segment.sequenceEnd.isAtOrBefore(receiver.ackSent)
    if isKeepAlive, isOld { return .keepAlive }
    if segment.payloadLength > 0 { return isOld ? .duplicateData : .dataAfterClose }
    return .duplicateACK
  }

  private var duplicateAfterFIN: LateKind? {
    guard own.fin.acked.isSet, !own.fin.isInferred, !flags.contains(.rst) else { return nil }
    // What is repeated can bring the first acknowledgment of the receiver's text or FIN.
    if Self.awaitingACK.contains(receiverBefore.state), canBeNewACK { return nil }
    if bringsACK, segment.acknowledgmentNumber.isAfter(own.ackSent) { return nil }
    if flags.contains(.syn) { return .duplicateSYNACK }
    if flags.contains(.fin) { return .retransmittedFIN }
    return segment.payloadLength > 1 || (segment.payloadLength == 1 && !isKeepAlive)
      ? .duplicateData : nil
  }

  // MARK: What becomes of it

  /// What the receiver's stack answers in the presumed state (Linux, net/ipv4/tcp_minisocks.c
  /// tcp_timewait_state_process; RFC 9293 section 3.10.7.1 for CLOSED).
  var expectedReply: ExpectedReply {
    if flags.contains(.rst) { return .none }
    switch receiverBefore.state {
    case .closed:
      if isBareSYN { return sender == .initiator ? .synACK : .rstACK }
      if flags.contains(.ack) { return .rst }
      // A listener drops it (RFC 9293 section 3.10.7.2, fourth check).
      return sender == .initiator ? .none : .rstACK
    case .timeWait:
      guard own.isEmptyAfterFIN(segment), !isOlderThanEcho else { return .ack }
      // The timestamp that TIME_WAIT keeps may be older than the newest its peer has sent.
      return own.isTimestampOlder(segment) ? .unknown : .none
    case .finWait2 where receiverBefore.possible.contains(.closed): return .unknown
    case .closeWait, .lastAck, .closing: return replyAfterPeerFIN
    case .finWait1, .finWait2, .established, .synReceived:
      return segment.sequenceLength > 0 ? .ack : .none
    case .synSent, .listen: return .unknown
    }
  }

  /// Its timestamp is older than one that the receiver has echoed, and so has kept.
  private var isOlderThanEcho: Bool {
    guard segment.options.hasTimestamps, receiver.sent.contains(.timestampEcho) else {
      return false
    }
    return Int32(bitPattern: segment.options.timestampValue &- receiver.timestampEcho) < 0
  }

  /// What lies outside the window is answered; text beyond the FIN, and what has no ACK, is ignored
  /// (RFC 9293 section 3.10.7.4, first, fifth and seventh check).
  private var replyAfterPeerFIN: ExpectedReply {
    let isSYN = flags.contains(.syn)
    guard segment.sequenceLength > 0, isSYN || flags.contains(.ack) else { return .none }
    let isInWindow =
      segment.sequenceNumber.isAtOrAfter(own.fin.end)
      && segment.sequenceNumber.isBefore(own.fin.end + receiver.window)
    return isInWindow && !isSYN ? .none : .ack
  }

  var effect: LateEffect {
    guard receiverBefore.state == .timeWait else { return .none }
    if flags.contains(.rst) {
      let verdict = ResetVerdict(segment, at: receiver, from: own, claimed: receiverBefore)
      return verdict == .accepted ? .killed : .none
    }
    return own.restartsTimeWait(segment) ? .timerRestarted : .none
  }

  /// Since the receiver closed, or took the peer's FIN; nil where neither was seen.
  var afterClose: Interval? {
    let close: Mark
    if own.fin.isSent, receiver.fin.isSent {
      close = own.fin.arrival.later(receiver.fin.ackPassed)
    } else if receiver.ownReset.isSet {
      close = receiver.ownReset
    } else {
      close = own.fin.isSent ? own.fin.arrival : own.ownReset
    }
    return close.isSet ? max(segment.time.since(close.time), .zero) : nil
  }
}

import Dissection

/// Late segments: recorded when they pass, completed by the reply that shows their effect.
extension Tracker {
  /// Records the segment if it is late, and its sender's segment as the reply to a late one.
  mutating func judge(
    _ segment: Segment, slot: UInt32, sender: Role, receiverBefore: Claim?, stream: Int
  ) -> LateKind? {
    let isReply = answer(segment, slot: slot, sender: sender)
    guard let receiverBefore = meet(segment, slot: slot, sender: sender) ?? receiverBefore else {
      return nil
    }
    let lateness = Lateness(
      segment: segment, connection: table[slot], sender: sender, receiverBefore: receiverBefore)
    guard let kind = lateness.kind else { return nil }
    let standing = receiverBefore.state == .closed ? newerAnswer(to: segment, than: slot) : nil
    // What a late segment drew goes where that came from, to an end that is over.
    let awaitsReset = lateness.awaitsReset && !isReply && standing == nil
    if awaitsReset {
      forgetAwaiting(slot) { $0.isRepeated(by: segment) || $0.isOverdue(at: segment.time) }
    }
    record(
      segment, kind, slot: slot, stream: stream, afterClose: lateness.afterClose,
      effect: standing?.effect ?? lateness.effect,
      reply: standing?.reply ?? (awaitsReset ? .rst : expectedReply(lateness, slot)),
      awaitsReset: awaitsReset)
    return awaitsReset ? nil : kind
  }

  /// TIME_WAIT answers what holds neither text nor FIN at most once in this time (Linux
  /// tcp_oow_rate_limited, tcp_invalid_ratelimit).
  private static let answerLimit = Interval.milliseconds(500)

  /// An answer that was seen holds back the next.
  private func expectedReply(_ lateness: Lateness, _ slot: UInt32) -> ExpectedReply {
    let (reply, segment) = (lateness.expectedReply, lateness.segment)
    let isLimited = segment.sequenceLength == 0 || segment.flags.contains(.syn)
    guard lateness.receiverBefore.state == .timeWait, reply == .ack, isLimited else { return reply }
    let isHeldBack = (late[slot] ?? []).reversed().prefix(Self.unanswered).contains {
      $0.to == segment.destination && $0.replyFrame != nil && $0.isAnsweredSeldom
        && segment.time.since($0.time) < Self.answerLimit
    }
    return isHeldBack ? .none : .ack
  }

  /// What a segment towards a ghost meets: the TIME_WAIT of an older incarnation, whose timer it
  /// restarts, or nothing.
  private mutating func meet(_ segment: Segment, slot: UInt32, sender: Role) -> Claim? {
    guard table[slot].ghosts[sender.peer], !table[slot].ghosts[sender] else { return nil }
    let older = table[slot].older
    if older != ConnectionTable.noSlot {
      let role = table[older].role(ofLow: segment.destination == table[older].key.low)
      let claim = table[older].claim(role, at: segment.time, profile: options.profile)
      if claim.state == .timeWait {
        if !segment.flags.contains(.rst) {
          table[older].ends[role].restartTimeWait(Mark(segment))
        }
        return claim
      }
    }
    return table[slot].claim(sender.peer, at: segment.time, profile: options.profile)
  }

  private mutating func record(
    _ segment: Segment, _ kind: LateKind, slot: UInt32, stream: Int, afterClose: Interval?,
    effect: LateEffect, reply: ExpectedReply, awaitsReset: Bool = false
  ) {
    late[slot, default: []].append(
      LateSegment(
        connection: table[slot].number, stream: stream, frame: segment.frame, time: segment.time,
        kind: kind, from: segment.source, to: segment.destination, afterClose: afterClose,
        effect: effect, replyFrame: nil, replyExpected: reply,
        reachesNewConnection: reachesNewer(segment, than: slot), awaitsReset: awaitsReset,
        sequence: segment.sequenceNumber, acknowledgment: segment.acknowledgmentNumber))
  }

  /// Whether the segment reaches a newer incarnation on the same ports: it lies in the receive window
  /// there, and PAWS lets it pass.
  private func reachesNewer(_ segment: Segment, than slot: UInt32) -> Bool? {
    let key = table[slot].key
    guard let head = table.find(key, hash: table.hash(key)), head != slot else { return nil }
    let newest = table[head]
    let sender = newest.role(ofLow: segment.source == key.low)
    let (own, peer) = (newest.ends[sender], newest.ends[sender.peer])
    guard own.sent.contains(.anything), peer.sent.contains(.anything) else { return false }
    if segment.isRejectedByPAWS(at: peer, from: own) { return false }
    let next = own.passed.contiguous
    return segment.sequenceEnd.isAfter(next)
      && segment.sequenceNumber.isBefore(next + max(peer.window, 1))
  }

  /// What a newer incarnation that stands at the receiver answers, and what becomes of it; nil
  /// where none does.
  private func newerAnswer(
    to segment: Segment, than slot: UInt32
  ) -> (reply: ExpectedReply, effect: LateEffect)? {
    let key = table[slot].key
    guard let head = table.find(key, hash: table.hash(key)), head != slot else { return nil }
    let role = table[head].role(ofLow: segment.destination == key.low)
    let claim = table[head].claim(role, at: segment.time, profile: options.profile)
    let isAnswered = segment.flags.isDisjoint(with: [.rst])
    let hasACK = segment.flags.contains(.ack)
    let isInWindow = reachesNewer(segment, than: slot) == true
    switch claim.state {
    case .closed, .listen: return nil
    // Its acknowledgment is of nothing sent here (RFC 9293 section 3.10.7.3).
    case .synSent: return (isAnswered && hasACK ? .rst : .none, .none)
    case .synReceived where isInWindow: return (isAnswered && hasACK ? .rst : .none, .none)
    case .synReceived, .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck,
      .timeWait:
      let isIgnored = isInWindow && segment.sequenceLength == 0
      let isRestart =
        claim.state == .timeWait && isAnswered
        && table[head].ends[role.peer].restartsTimeWait(segment)
      return (isAnswered && !isIgnored ? .ack : .none, isRestart ? .timerRestarted : .none)
    }
  }

  // MARK: Strays

  /// A segment whose connection has left memory.
  mutating func noteStray(_ segment: Segment, slot: UInt32, of stone: Tombstones.Stone) {
    let reply: ExpectedReply =
      segment.flags.contains(.rst) ? .none : segment.flags.contains(.ack) ? .rst : .rstACK
    record(
      segment, .afterTimeWait, slot: slot, stream: Int(stone.stream), afterClose: nil,
      effect: .none, reply: reply)
    if let last = late[slot]?.indices.last {
      late[slot]?[last].connection = Int(stone.connection)
    }
  }

  /// A segment of a connection that has left memory, while a newer one has its ports: its numbers
  /// are none that the ends have used here, which no state takes (RFC 9293 section 3.10.7.4), and
  /// fit the tombstone.
  mutating func noteForeign(
    _ segment: Segment, slot: UInt32, sender: Role, stream: Int
  ) -> LateKind? {
    guard segment.flags.contains(.ack), !segment.flags.contains(.rst) else { return nil }
    let near: Int32 = 1 << 20
    guard
      table[slot].isAside(sender.peer, from: segment.acknowledgmentNumber, by: near)
        || table[slot].isAside(sender, from: segment.sequenceNumber, by: near)
    else { return nil }
    let stone = tombstones.find(digest: table[slot].key.digest).flatMap {
      $0.owns(segment, segment.source == table[slot].key.low) ? $0 : nil
    }
    // Both lie too far off for a hole in the capture.
    let far: Int32 = 1 << 29
    let isUnknown =
      !segment.flags.contains(.syn)
      && table[slot].isAside(sender.peer, from: segment.acknowledgmentNumber, by: far)
      && table[slot].isAside(sender, from: segment.sequenceNumber, by: far)
    guard stone != nil || isUnknown else { return nil }
    let kind: LateKind = stone == nil ? .unknownConnection : .afterTimeWait
    let claim = table[slot].claim(sender.peer, at: segment.time, profile: options.profile)
    table[slot].ends[sender.peer].restartTimeWait(Mark(segment), before: claim)
    record(
      segment, kind, slot: slot, stream: stream, afterClose: nil,
      effect: claim.state == .timeWait ? .timerRestarted : .none, reply: .ack)
    if let stone, let last = late[slot]?.indices.last {
      late[slot]?[last].connection = Int(stone.connection)
    }
    return kind
  }

  /// A SYN that met an end in TIME_WAIT: it is late for the one, a dial for the other.
  mutating func noteSYNInTimeWait(
    _ segment: Segment, dial: UInt32, standing: UInt32, fromLow: Bool
  ) {
    let sender = table[standing].role(ofLow: fromLow)
    let before = table[standing].claim(sender.peer, at: segment.time, profile: options.profile)
    guard before.state == .timeWait else { return }
    let own = table[standing].ends[sender]
    let isAcceptable = own.isFollowed(by: segment)
    // PAWS comes first and restarts the timer (tcp_timewait_state_process).
    let isRestarted = own.isTimestampOlder(segment)
    if isRestarted { table[standing].ends[sender.peer].restartTimeWait(Mark(segment)) }
    record(
      segment, .synInTimeWait, slot: dial, stream: table[dial].conversation.current,
      afterClose: before.since.map { max(segment.time.since($0), .zero) },
      effect: isRestarted ? .timerRestarted : .none,
      // An initiator's port has no listener.
      reply: isAcceptable && sender == .initiator ? .synACK : .ack)
  }

  /// A first segment mid-stream that is answered by RST: nobody knew that connection.
  mutating func noteUnknownConnection(
    _ segment: Segment, slot: UInt32, sender: Role, stream: Int
  ) {
    let (own, peer) = (table[slot].ends[sender], table[slot].ends[sender.peer])
    guard !table[slot].rolesKnown, own.sent.isEmpty, peer.packets == 1, late[slot] == nil,
      peer.sent.contains(.acknowledgment), segment.sequenceNumber == peer.ackSent
    else { return }
    late[slot] = [
      LateSegment(
        connection: table[slot].number, stream: stream, frame: peer.lastSent.frame,
        time: peer.lastSent.time, kind: .unknownConnection, from: segment.destination,
        to: segment.source, afterClose: nil, effect: .none, replyFrame: segment.frame,
        replyExpected: .rst, reachesNewConnection: nil)
    ]
  }
}

extension Endpoint {
  /// Whether a SYN may open a new connection at a TIME_WAIT that this endpoint left behind: its
  /// sequence number lies beyond, or its timestamp is newer (RFC 6191 section 2).
  func isFollowed(by syn: Segment) -> Bool {
    if isTimestampOlder(syn) { return false }
    if syn.sequenceNumber.isAfter(sendNext) { return true }
    guard syn.options.hasTimestamps, sent.contains(.timestamps) else { return false }
    return Int32(bitPattern: syn.options.timestampValue &- timestampValue) > 0
  }

  /// Whether a segment of this endpoint, no RST, restarts the 2MSL timer at the peer that has taken
  /// its FIN (tcp_timewait_state_process): what PAWS rejects, whatever has ACK, and the empty
  /// segment at RCV.NXT, whose flags are not looked at.
  func restartsTimeWait(_ segment: Segment) -> Bool {
    isTimestampOlder(segment) || segment.flags.contains(.ack) || isEmptyAfterFIN(segment)
  }

  /// Takes nothing of the sequence space and stands just past this endpoint's FIN.
  func isEmptyAfterFIN(_ segment: Segment) -> Bool {
    segment.sequenceLength == 0 && fin.isSent && segment.sequenceNumber == fin.end
  }

  func isTimestampOlder(_ segment: Segment) -> Bool {
    guard segment.options.hasTimestamps, sent.contains(.timestamps) else { return false }
    return Int32(bitPattern: segment.options.timestampValue &- timestampValue) < 0
  }
}

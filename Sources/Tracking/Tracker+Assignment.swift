import Dissection

/// Which incarnation a segment belongs to.
extension Tracker {
  struct Assignment {
    let slot: UInt32
    /// Wireshark's tcp.stream of the frame.
    let stream: Int
  }

  mutating func assign(
    _ segment: Segment, key: ConnectionKey, hash: UInt64, fromLow: Bool, at now: Timestamp
  ) -> Assignment {
    guard let head = table.find(key, hash: hash) else {
      return begin(segment, key: key, hash: hash, fromLow: fromLow, at: now)
    }
    var conversation = table[head].conversation
    if conversation.isSplit(by: segment, fromLow: fromLow) {
      conversation = StreamIndex(first: takeStream())
    }
    conversation.note(segment, fromLow: fromLow)
    let slot: UInt32
    if let known = choose(segment, head: head, fromLow: fromLow) {
      slot = known
      table[head].conversation = conversation
    } else {
      slot = succeed(
        head, segment, conversation: conversation, hash: hash, fromLow: fromLow, at: now)
    }
    if slot != head, table[slot].older != head {
      restartTimeWait(segment, head: head, fromLow: fromLow)
      resetRequest(segment, head: head, fromLow: fromLow)
      doubtDial(segment, head: head, fromLow: fromLow)
    }
    if segment.flags.isSuperset(of: [.syn, .ack]) {
      let peer = table[slot].role(ofLow: !fromLow)
      if table[slot].ends[peer].sent.isDisjoint(with: [.syn, .synACK]),
        table[slot].older != ConnectionTable.noSlot
      {
        // It answers an old duplicate, as far as can be seen.
        table[slot].ghosts[peer] = true
      }
      answerDial(segment, slot: slot, head: head, fromLow: fromLow)
    } else if segment.flags.contains(.ack), segment.flags.isDisjoint(with: [.syn, .rst]),
      showsResponder(segment, slot: slot, fromLow: fromLow)
    {
      let isResponderLow = table[slot].role(ofLow: true) == .responder
      supersedeOlder(than: slot, fromLow: isResponderLow, by: Mark(segment))
    } else if slot == head, isRefusal(segment, slot: slot, fromLow: fromLow) {
      supersedeOlder(than: slot, fromLow: fromLow, by: Mark(segment))
    }
    return Assignment(slot: slot, stream: conversation.current)
  }

  /// Whether an acknowledgment shows for the first time that the responder is in this incarnation:
  /// whoever dialled acknowledges nothing but its SYN/ACK, seen or not, and it acknowledges the dial.
  private func showsResponder(_ segment: Segment, slot: UInt32, fromLow: Bool) -> Bool {
    guard table[slot].rolesKnown else { return false }
    let role = table[slot].role(ofLow: fromLow)
    if role == .initiator { return !table[slot].ends.initiator.established.isSet }
    let dialler = table[slot].ends.initiator
    return table[slot].ends.responder.sent.isEmpty && dialler.sent.contains(.syn)
      && segment.acknowledgmentNumber == dialler.initial + 1
  }

  /// Whether a dial is refused by an end that has no socket: one in any state but SYN_RECEIVED
  /// would answer with ACK, and that ends with it (RFC 9293 section 3.10.7.4, fourth check).
  private func isRefusal(_ segment: Segment, slot: UInt32, fromLow: Bool) -> Bool {
    let role = table[slot].role(ofLow: fromLow)
    guard segment.flags.isSuperset(of: [.rst, .ack]), role == .responder,
      table[slot].ends.responder.sent.isEmpty, table[slot].ends.initiator.sent.contains(.syn)
    else { return false }
    return segment.acknowledgmentNumber == table[slot].ends.initiator.initial + 1
  }

  // MARK: The chain of incarnations

  /// The incarnations on one key, newest first.
  func chain(from head: UInt32) -> [UInt32] {
    var slots = [head]
    var older = table[head].older
    while older != ConnectionTable.noSlot {
      slots.append(older)
      older = table[older].older
    }
    return slots
  }

  /// Nil when the segment begins a new incarnation.
  private mutating func choose(_ segment: Segment, head: UInt32, fromLow: Bool) -> UInt32? {
    if segment.flags.contains(.syn) {
      return segment.flags.contains(.ack)
        ? chooseForSYNACK(segment, head: head, fromLow: fromLow)
        : chooseForSYN(segment, head: head, fromLow: fromLow)
    }
    guard table[head].older != ConnectionTable.noSlot else { return head }
    var best = head
    var bestDistance = UInt64.max
    for slot in chain(from: head) {
      let fit = IncarnationFit(segment: segment, sender: table[slot].role(ofLow: fromLow))
      let distance = fit.distance(table[slot])
      let isOld =
        distance == bestDistance && !segment.flags.contains(.rst)
        && fit.isTold(by: table[slot]) == true
      let isAlive = distance == bestDistance && isAlive(slot, ratherThan: best, segment, fromLow)
      if distance < bestDistance || isOld || isAlive { (best, bestDistance) = (slot, distance) }
    }
    if best != head {
      noteRefusal(segment, head: head, fromLow: fromLow)
    }
    return best
  }

  /// Whether the sender is open in an older incarnation, but a ghost in the newer: a ghost sends
  /// nothing.
  private func isAlive(
    _ slot: UInt32, ratherThan newer: UInt32, _ segment: Segment, _ fromLow: Bool
  ) -> Bool {
    guard table[newer].ghosts[table[newer].role(ofLow: fromLow)] else { return false }
    let role = table[slot].role(ofLow: fromLow)
    switch table[slot].claim(role, at: segment.time, profile: options.profile).state {
    case .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait: return true
    case .closed, .listen, .synSent, .synReceived: return false
    }
  }

  /// Whether a RST in the newest incarnation can as well be an old duplicate: its numbers lie where
  /// an older one has been, and no timestamp tells. PAWS keeps no RST off.
  func isShared(_ reset: Segment, slot: UInt32, fromLow: Bool) -> Bool {
    guard reset.flags.contains(.rst) else { return false }
    var older = table[slot].older
    while older != ConnectionTable.noSlot {
      let fit = IncarnationFit(segment: reset, sender: table[older].role(ofLow: fromLow))
      if fit.distance(table[older]) == 0, fit.isTold(by: table[older]) != false { return true }
      older = table[older].older
    }
    return false
  }

  /// An ACK that belongs to an older incarnation while a dial waits: the dial is refused for now.
  private mutating func noteRefusal(_ segment: Segment, head: UInt32, fromLow: Bool) {
    let role = table[head].role(ofLow: fromLow)
    guard role == .responder, table[head].ends.responder.sent.isEmpty,
      segment.flags.contains(.ack), !segment.flags.contains(.rst)
    else { return }
    table[head].isRefused = true
  }

  /// A request is ended by a RST that is exact there, whatever connection that was for
  /// (tcp_check_req).
  private mutating func resetRequest(_ segment: Segment, head: UInt32, fromLow: Bool) {
    guard segment.flags.contains(.rst) else { return }
    let receiver = table[head].role(ofLow: !fromLow)
    let claim = table[head].claim(receiver, at: segment.time, profile: options.profile)
    let sender = table[head].ends[receiver.peer]
    guard claim.state == .synReceived,
      ResetVerdict(segment, at: table[head].ends[receiver], from: sender, claimed: claim)
        == .accepted
    else { return }
    table[head].ends[receiver].resetPassed = Mark(segment)
    table[head].ends[receiver].resetHorizon = sender.sendNext
  }

  /// A dial answers with RST what acknowledges nothing of it (RFC 9293 section 3.10.7.3), where an
  /// open connection answers with ACK: the SYN/ACK that had passed towards it has not arrived.
  private mutating func doubtDial(_ segment: Segment, head: UInt32, fromLow: Bool) {
    guard segment.flags.contains(.rst), !segment.flags.contains(.ack) else { return }
    let role = table[head].role(ofLow: fromLow)
    let sent = table[head].ends[role].sent
    guard sent.contains(.syn), sent.isDisjoint(with: [.synACK, .plain]) else { return }
    table[head].ends[role].handshakeDoubted = table[head].ends[role].handshakePassed.isSet
  }

  /// TIME_WAIT belongs to the ports: a segment of an older incarnation restarts that of the newest
  /// (tcp_timewait_state_process).
  private mutating func restartTimeWait(_ segment: Segment, head: UInt32, fromLow: Bool) {
    let receiver = table[head].role(ofLow: !fromLow)
    guard !segment.flags.contains(.rst),
      segment.flags.contains(.ack) || table[head].ends[receiver.peer].isTimestampOlder(segment)
    else { return }
    let claim = table[head].claim(receiver, at: segment.time, profile: options.profile)
    table[head].ends[receiver].restartTimeWait(Mark(segment), before: claim)
  }

  private func chooseForSYN(_ segment: Segment, head: UInt32, fromLow: Bool) -> UInt32? {
    for slot in chain(from: head) {
      let end = table[slot].ends[table[slot].role(ofLow: fromLow)]
      if end.dialled(with: segment.sequenceNumber) { return slot }
      // The SYN, or one that was sent again, can stand behind what it opened.
      if slot == head, segment.time < end.lastSent.time { return slot }
      if end.sent.isDisjoint(with: [.initialSequence, .anything]) {
        let peer = table[slot].ends[table[slot].role(ofLow: !fromLow)]
        let isAnswered =
          peer.sent.contains(.acknowledgment) && peer.ackSent == segment.sequenceNumber + 1
        if isAnswered { return slot }
      } else if !end.sent.contains(.initialSequence), end.initial == segment.sequenceNumber + 1 {
        return slot
      }
    }
    // The other end dialled too and nobody has answered: a simultaneous open.
    let newest = table[head]
    let dialler = newest.ends.initiator.sent
    let isCrossing =
      newest.role(ofLow: fromLow) == .responder && newest.ends.responder.sent.isEmpty
      && dialler.contains(.syn) && dialler.isDisjoint(with: [.plain, .synACK])
    guard isCrossing, newest.older == ConnectionTable.noSlot, !newest.isRefused else { return nil }
    let dial = newest.claim(.initiator, at: segment.time, profile: options.profile)
    return dial.state == .closed ? nil : head
  }

  private func chooseForSYNACK(_ segment: Segment, head: UInt32, fromLow: Bool) -> UInt32? {
    var repeated: UInt32?
    for slot in chain(from: head) {
      let role = table[slot].role(ofLow: fromLow)
      let (own, peer) = (table[slot].ends[role], table[slot].ends[role.peer])
      guard own.sent.contains(.initialSequence), own.initial == segment.sequenceNumber else {
        continue
      }
      let isAnswer =
        peer.sent.contains(.initialSequence) && segment.acknowledgmentNumber == peer.initial + 1
      if isAnswer { return slot }
      repeated = repeated ?? slot
    }
    for slot in chain(from: head) {
      let role = table[slot].role(ofLow: fromLow)
      let own = table[slot].ends[role]
      let peer = table[slot].ends[role.peer]
      if repeated != nil, own.sent.contains(.initialSequence) || own.ownReset.isSet { continue }
      guard peer.sent.contains(.initialSequence),
        segment.acknowledgmentNumber == peer.initial + 1
          || (peer.sent.contains(.fastOpenData) && segment.acknowledgmentNumber == peer.sendNext)
      else { continue }
      // The answer, or another one by a SYN cookie; unless the connection that came of the first
      // is over: then a listener took an old duplicate of the SYN for a new one.
      let hasAnswered =
        own.sent.isSuperset(of: [.initialSequence, .acknowledgment]) && table[slot].isClosing
      let hasOpened =
        own.established.isSet
        && (own.sent.contains(.initialSequence)
          || peer.established.isSet && !own.isFollowing(segment.sequenceNumber))
      let isOver = hasAnswered || hasOpened
      return isOver ? nil : slot
    }
    if let repeated { return repeated }
    // That of a connection which has left memory, once more: noteForeign tells.
    if tombstones.find(digest: table[head].key.digest)?.began(with: segment, fromLow) ?? false {
      return head
    }
    // It acknowledges no SYN on this key: what a dial takes for an unacceptable ACK, and on an open
    // connection the answer of an end that has left to an old duplicate.
    let newest = table[head]
    let sent = newest.ends[newest.role(ofLow: fromLow)].sent
    return newest.isClosing || sent.isSuperset(of: [.initialSequence, .plain]) ? nil : head
  }
}

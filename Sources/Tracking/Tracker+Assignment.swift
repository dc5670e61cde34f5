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
    table[head].conversation = conversation
    let slot =
      choose(segment, head: head, fromLow: fromLow)
      ?? succeed(head, segment, key: key, hash: hash, fromLow: fromLow, at: now)
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
      showsItself(segment, slot: slot, fromLow: fromLow)
    {
      supersedeOlder(than: slot, fromLow: !fromLow, by: Mark(segment))
    } else if slot == head, isRefusal(segment, slot: slot, fromLow: fromLow) {
      supersedeOlder(than: slot, fromLow: fromLow, by: Mark(segment))
    }
    return Assignment(slot: slot, stream: conversation.current)
  }

  /// Whether an acknowledgment shows its sender in this incarnation for the first time: whoever
  /// dialled acknowledges nothing but a SYN/ACK, seen or not, and the other end the newest dial.
  private func showsItself(_ segment: Segment, slot: UInt32, fromLow: Bool) -> Bool {
    guard table[slot].rolesKnown else { return false }
    let role = table[slot].role(ofLow: fromLow)
    if role == .initiator { return !table[slot].ends.initiator.established.isSet }
    let dialler = table[slot].ends.initiator
    return table[slot].ends.responder.sent.isEmpty && dialler.sent.contains(.syn)
      && segment.acknowledgmentNumber == dialler.initial + 1
  }

  /// Whether a dial is refused by an end that has no socket: one in any state but SYN_RECEIVED would
  /// answer with ACK, and that ends with it (RFC 9293 section 3.10.7.4, fourth check).
  private func isRefusal(_ segment: Segment, slot: UInt32, fromLow: Bool) -> Bool {
    let role = table[slot].role(ofLow: fromLow)
    guard segment.flags.isSuperset(of: [.rst, .ack]), role == .responder,
      table[slot].ends.responder.sent.isEmpty, table[slot].ends.initiator.sent.contains(.syn)
    else { return false }
    return segment.acknowledgmentNumber == table[slot].ends.initiator.initial + 1
  }

  private mutating func takeStream() -> Int {
    nextStream += 1
    return nextStream - 1
  }

  // MARK: The chain of incarnations

  /// How many incarnations of one key are held: who dials without end pushes out the oldest.
  private static let longestChain = 8

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
    return table[slot].claim(role, at: segment.time, profile: options.profile).state != .closed
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

  /// A request is ended by a RST that is exact there, whatever connection that was for (tcp_check_req).
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
    return isCrossing && newest.older == ConnectionTable.noSlot && !newest.isRefused ? head : nil
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
        && (own.sent.contains(.initialSequence) || !own.isFollowing(segment.sequenceNumber))
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

  // MARK: New incarnations

  /// The first segment on a key, as far as memory goes.
  private mutating func begin(
    _ segment: Segment, key: ConnectionKey, hash: UInt64, fromLow: Bool, at now: Timestamp
  ) -> Assignment {
    let stone = tombstones.find(digest: key.digest)
    var conversation = stone.map { StreamIndex($0) }
    if conversation?.isSplit(by: segment, fromLow: fromLow) ?? true {
      conversation = StreamIndex(first: takeStream())
    }
    guard var conversation else { preconditionFailure("a conversation was just made") }
    conversation.note(segment, fromLow: fromLow)
    var connection = makeConnection(
      segment, key: key, fromLow: fromLow, conversation: conversation)
    let isStray = stone.map { !segment.flags.contains(.syn) && $0.fits(segment, fromLow) } ?? false
    if isStray { connection.ghosts = Pair(initiator: true, responder: true) }
    if !segment.flags.contains(.ack), stone?.began(with: segment, fromLow) ?? false {
      connection.ghosts.initiator = true
    }
    let slot = insert(connection, hash: hash, at: now)
    if isStray, let stone { noteStray(segment, slot: slot, of: stone) }
    return Assignment(slot: slot, stream: conversation.current)
  }

  /// A new incarnation on a key that has one: whoever sent the SYN, or answered one, has left the
  /// others; the other end stands until it answers.
  private mutating func succeed(
    _ head: UInt32, _ segment: Segment, key: ConnectionKey, hash: UInt64, fromLow: Bool,
    at now: Timestamp
  ) -> UInt32 {
    let mark = Mark(segment)
    let standing = chain(from: head)
    let isOld = tombstones.find(digest: key.digest)?.began(with: segment, fromLow) ?? false
    if !isOld { for slot in standing { supersede(slot, fromLow: fromLow, by: mark) } }
    if standing.count > Self.longestChain, let oldest = standing.last { overflow.append(oldest) }
    var connection = makeConnection(
      segment, key: key, fromLow: fromLow, conversation: table[head].conversation)
    if segment.flags.contains(.ack) {
      // An old duplicate SYN was answered: whoever sent that SYN is not dialling.
      connection.ghosts.initiator = true
    }
    if isOld { connection.ghosts.initiator = true }
    let slot = insert(connection, hash: hash, at: now)
    if !segment.flags.contains(.ack) {
      noteSYNInTimeWait(segment, dial: slot, standing: head, fromLow: fromLow)
    }
    return slot
  }

  /// Whoever answers a dial is in no other incarnation: neither in older ones nor, if the answer is
  /// a new one, in newer ones that it has left by then.
  private mutating func answerDial(
    _ segment: Segment, slot: UInt32, head: UInt32, fromLow: Bool
  ) {
    let role = table[slot].role(ofLow: fromLow)
    let own = table[slot].ends[role]
    let isKnown =
      own.sent.isSuperset(of: [.synACK, .initialSequence])
      && own.initial == segment.sequenceNumber
    let newer = chain(from: head).prefix { $0 != slot }
    if !isKnown, newer.allSatisfy({ isLeft($0, by: segment, fromLow: fromLow) }) {
      table[slot].ends[role].superseded = .none
      for other in newer { supersede(other, fromLow: fromLow, by: Mark(segment)) }
    } else if !isKnown {
      table[slot].ends[role].superseded = .none
      table[slot].ghosts[role] = true
    }
    // A dial that crossed another goes on with its number (RFC 9293 section 3.5, figure 7).
    let crossing = chain(from: head).first {
      let end = table[$0].ends[table[$0].role(ofLow: fromLow)]
      return $0 != slot && end.sent.contains(.syn) && end.initial == segment.sequenceNumber
    }
    if let crossing {
      table[slot].ends[role].sent.formUnion([.syn, .initialSequence])
      table[slot].ends[role].initial = segment.sequenceNumber
      table[crossing].ghosts[table[crossing].role(ofLow: fromLow)] = true
    }
    if isKnown { return }
    supersedeOlder(than: slot, fromLow: fromLow, by: Mark(segment))
  }

  /// Whether an end is no longer in an incarnation when it sends a SYN/ACK that belongs to another:
  /// it is closed, gave a dial of its own up, or accepted the SYN in TIME_WAIT, where Linux goes on
  /// beyond the old numbers (tcp_minisocks.c tcp_timewait_state_process).
  private func isLeft(_ slot: UInt32, by synACK: Segment, fromLow: Bool) -> Bool {
    let role = table[slot].role(ofLow: fromLow)
    if table[slot].ghosts[role.peer] { return true }
    let own = table[slot].ends[role]
    switch table[slot].claim(role, at: synACK.time, profile: options.profile).state {
    case .closed, .synSent: return true
    case .timeWait: return synACK.sequenceNumber == own.sendNext + 65_537
    case .listen, .synReceived, .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck:
      return false
    }
  }

  private func isInitial(
    _ number: SequenceNumber, ofOlderThan slot: UInt32, low: Bool
  ) -> Bool {
    chain(from: slot).dropFirst().contains {
      let end = table[$0].ends[table[$0].role(ofLow: low)]
      return end.sent.contains(.initialSequence) && end.initial == number
    }
  }

  /// A ghost that dials after all, the file being out of order: its SYN, of no older incarnation,
  /// turns up behind the SYN/ACK; or it acknowledges that.
  mutating func reviveGhost(_ slot: UInt32, _ sender: Role, _ segment: Segment) {
    let peer = table[slot].ends[sender.peer]
    guard peer.sent.contains(.synACK), !segment.flags.contains(.rst) else { return }
    if segment.flags.contains(.syn) {
      let fromLow = segment.source == table[slot].key.low
      table[slot].ghosts[sender] =
        isInitial(segment.sequenceNumber, ofOlderThan: slot, low: fromLow)
    } else if segment.flags.contains(.ack) {
      let ack = segment.acknowledgmentNumber
      table[slot].ghosts[sender] = !(ack.isAfter(peer.initial) && ack.isAtOrBefore(peer.sendNext))
    }
    guard !table[slot].ghosts[sender] else { return }
    supersedeOlder(
      than: slot, fromLow: segment.source == table[slot].key.low, by: Mark(segment))
  }

  /// An end that goes on in an older incarnation has not left it for a dial of which it has sent no
  /// more than the SYN: that was an old duplicate. What it says now may be late itself, so that nothing is certain.
  mutating func reclaim(_ slot: UInt32, _ sender: Role, _ segment: Segment, key: ConnectionKey) {
    guard segment.flags.contains(.ack), segment.flags.isDisjoint(with: [.syn, .rst]),
      let head = table.find(key, hash: table.hash(key)), head != slot
    else { return }
    let role = table[head].role(ofLow: segment.source == key.low)
    let own = table[slot].ends[sender]
    guard !own.ownReset.isSet else { return }
    let says =
      segment.sequenceEnd.isAfter(own.sendNext) || !own.sent.contains(.acknowledgment)
      || segment.acknowledgmentNumber.isAfter(own.ackSent)
    let dial = table[head].ends[role]
    guard says, !dial.sent.contains(.plain),
      !dial.sent.contains(.synACK) || !dial.handshakePassed.isSet
    else { return }
    table[slot].ends[sender].superseded = .none
    table[slot].ends[sender].resetMaybe = Mark(segment)
    table[slot].ends[sender].resetHorizon = table[slot].ends[sender.peer].sendNext
    table[head].ghosts[role] = true
  }

  private mutating func supersede(_ slot: UInt32, fromLow: Bool, by mark: Mark) {
    let role = table[slot].role(ofLow: fromLow)
    table[slot].isClosing = true
    if !table[slot].ends[role].superseded.isSet { table[slot].ends[role].superseded = mark }
  }

  /// The end that answers a dial has left its older incarnations.
  mutating func supersedeOlder(than slot: UInt32, fromLow: Bool, by mark: Mark) {
    var older = table[slot].older
    while older != ConnectionTable.noSlot {
      supersede(older, fromLow: fromLow, by: mark)
      older = table[older].older
    }
  }

  private mutating func makeConnection(
    _ segment: Segment, key: ConnectionKey, fromLow: Bool, conversation: StreamIndex
  ) -> Connection {
    connectionCount += 1
    let isSYNACK = segment.flags.isSuperset(of: [.syn, .ack])
    var connection = Connection(
      number: connectionCount, key: key, initiatorIsLow: isSYNACK ? !fromLow : fromLow,
      rolesKnown: segment.flags.contains(.syn), first: Mark(segment), conversation: conversation)
    if let refusal, refusal.answers(segment, key: key) {
      connection.ends.initiator.resetPassed = refusal.mark
      connection.isClosing = true
    }
    return connection
  }

  private mutating func insert(
    _ connection: Connection, hash: UInt64, at now: Timestamp
  ) -> UInt32 {
    let slot = table.insert(connection, hash: hash)
    enqueue(slot, at: now)
    return slot
  }
}

/// A RST that answers a SYN, kept since in a file out of order it can stand before that.
struct Refusal {
  private let key: ConnectionKey
  private let acknowledgment: SequenceNumber
  let mark: Mark

  init?(_ segment: Segment, key: ConnectionKey) {
    guard segment.flags.isSuperset(of: [.rst, .ack]), segment.sequenceNumber.value == 0 else {
      return nil
    }
    self.key = key
    acknowledgment = segment.acknowledgmentNumber
    mark = Mark(segment)
  }

  func answers(_ syn: Segment, key: ConnectionKey) -> Bool {
    key == self.key && syn.flags.contains(.syn) && acknowledgment == syn.sequenceNumber + 1
      && mark.time >= syn.time && mark.time.since(syn.time) < .milliseconds(10)
  }
}

extension Tombstones.Stone {
  /// Whether the segment is the SYN or SYN/ACK with which the connection that lies here began, once
  /// more.
  func began(with segment: Segment, _ fromLow: Bool) -> Bool {
    segment.flags.contains(.syn) && segment.sequenceNumber == (fromLow ? lowBase : highBase)
  }

  /// Whether the segment is of the connection that lies here.
  func owns(_ segment: Segment, _ fromLow: Bool) -> Bool {
    segment.flags.contains(.syn) ? began(with: segment, fromLow) : fits(segment, fromLow)
  }

  /// Whether the segment can be one of the connection that lies here: its numbers are near the end
  /// of what its sender had sent.
  func fits(_ segment: Segment, _ fromLow: Bool) -> Bool {
    let end = fromLow ? lowEnd : highEnd
    return abs(Int64(segment.sequenceNumber.distance(from: end))) <= 1 << 20
  }
}

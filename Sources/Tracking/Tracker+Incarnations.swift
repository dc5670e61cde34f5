import Dissection

/// How incarnations begin on one key, and what that says of the older ones.
extension Tracker {
  /// The first segment on a key, as far as memory goes.
  mutating func begin(
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
    if !earlierFINs.isEmpty { takeUpEarlierFINs(of: &connection, segment) }
    let slot = insert(connection, hash: hash, at: now)
    if isStray, let stone { noteStray(segment, slot: slot, of: stone) }
    return Assignment(slot: slot, stream: conversation.current)
  }

  /// How many incarnations of one key are held: who dials without end pushes out the oldest.
  private static let longestChain = 8

  /// A new incarnation on a key that has one: whoever sent the SYN, or answered one, has left the
  /// others; the other end stands until it answers.
  mutating func succeed(
    _ head: UInt32, _ segment: Segment, conversation: StreamIndex, hash: UInt64, fromLow: Bool,
    at now: Timestamp
  ) -> UInt32 {
    let key = table[head].key
    let mark = Mark(segment)
    let standing = chain(from: head)
    let isOld = tombstones.find(digest: key.digest)?.began(with: segment, fromLow) ?? false
    if !isOld { for slot in standing { supersede(slot, fromLow: fromLow, by: mark) } }
    if standing.count > Self.longestChain, let oldest = standing.last { overflow.append(oldest) }
    var connection = makeConnection(
      segment, key: key, fromLow: fromLow, conversation: conversation)
    // Who sent an old duplicate SYN, seen or shown by its answer, is not dialling.
    connection.ghosts.initiator = isOld || segment.flags.contains(.ack)
    let slot = insert(connection, hash: hash, at: now)
    if !segment.flags.contains(.ack) {
      noteSYNInTimeWait(segment, dial: slot, standing: head, fromLow: fromLow)
    }
    return slot
  }

  /// Whoever answers a dial is in no other incarnation: neither in older ones nor, if the answer is
  /// a new one, in newer ones that it has left by then.
  mutating func answerDial(
    _ segment: Segment, slot: UInt32, head: UInt32, fromLow: Bool
  ) {
    let role = table[slot].role(ofLow: fromLow)
    let own = table[slot].ends[role]
    let isKnown =
      own.sent.isSuperset(of: [.synACK, .initialSequence])
      && own.initial == segment.sequenceNumber
    guard !isKnown else { return }
    let newer = chain(from: head).prefix { $0 != slot }
    table[slot].ends[role].superseded = .none
    if newer.allSatisfy({ isLeft($0, by: segment, fromLow: fromLow) }) {
      for other in newer where !isDial(other, of: segment, fromLow: fromLow) {
        supersede(other, fromLow: fromLow, by: Mark(segment))
      }
    } else {
      // As far as is known it stands in a newer one: nothing is certain.
      table[slot].ghosts[role] = true
    }
    crossDial(segment, slot: slot, head: head, fromLow: fromLow)
    supersedeOlder(than: slot, fromLow: fromLow, by: Mark(segment))
  }

  /// Whether an end is no longer in an incarnation when it sends a SYN/ACK that belongs to another:
  /// it is closed, dials no more, or accepted the SYN in TIME_WAIT, where Linux goes on beyond the
  /// old numbers (tcp_minisocks.c tcp_timewait_state_process).
  private func isLeft(_ slot: UInt32, by synACK: Segment, fromLow: Bool) -> Bool {
    let role = table[slot].role(ofLow: fromLow)
    if table[slot].ghosts[role.peer] { return true }
    switch table[slot].claim(role, at: synACK.time, profile: options.profile).state {
    case .closed, .synSent: return true
    case .timeWait: return synACK.sequenceNumber == table[slot].ends[role].sendNext + 65_537
    case .listen, .synReceived, .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck:
      return false
    }
  }

  private func isDial(_ slot: UInt32, of synACK: Segment, fromLow: Bool) -> Bool {
    let end = table[slot].ends[table[slot].role(ofLow: fromLow)]
    return end.sent.contains(.syn) && end.initial == synACK.sequenceNumber
  }

  /// A dial that crossed another goes on with its number and its timer (RFC 9293 section 3.5,
  /// figure 7), although it was counted in an incarnation of its own.
  private mutating func crossDial(
    _ segment: Segment, slot: UInt32, head: UInt32, fromLow: Bool
  ) {
    for crossing in chain(from: head) where crossing != slot {
      guard isDial(crossing, of: segment, fromLow: fromLow) else { continue }
      let dialler = table[crossing].role(ofLow: fromLow)
      let dial = table[crossing].ends[dialler]
      let role = table[slot].role(ofLow: fromLow)
      table[slot].ends[role].sent.formUnion([.syn, .initialSequence])
      table[slot].ends[role].initial = dial.initial
      table[slot].ends[role].opening = dial.opening
      table[crossing].ghosts[dialler] = true
      return
    }
  }

  /// Whether an older incarnation of that end began with this number.
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
  /// more than the SYN: that was an old duplicate. What it says now may be late itself, so that
  /// nothing is certain.
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
    if !isOver(table[slot], at: mark.time) { table[slot].stoodUntil = mark.time }
    table[slot].isClosing = true
    if !table[slot].ends[role].superseded.isSet { table[slot].ends[role].superseded = mark }
    // One that was open waits for no timer, and none of its own segments may come any more.
    if table[slot].due == 0 { enqueue(Place(.full, slot), after: mark.time) }
  }

  /// The end that answers a dial has left its older incarnations.
  mutating func supersedeOlder(than slot: UInt32, fromLow: Bool, by mark: Mark) {
    var older = table[slot].older
    while older != ConnectionTable.noSlot {
      supersede(older, fromLow: fromLow, by: mark)
      older = table[older].older
    }
  }

  mutating func takeStream() -> Int {
    nextStream += 1
    return nextStream - 1
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
      let refused = connection.role(ofLow: fromLow)
      connection.ends[refused].resetPassed = refusal.mark
      connection.ends[refused].resetHorizon = segment.acknowledgmentNumber
      connection.isClosing = true
    }
    return connection
  }

  private mutating func insert(
    _ connection: Connection, hash: UInt64, at now: Timestamp
  ) -> UInt32 {
    let slot = table.insert(connection, hash: hash)
    enqueue(Place(.full, slot), after: now)
    return slot
  }
}

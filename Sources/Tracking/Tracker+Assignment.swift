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
    if segment.flags.isSuperset(of: [.syn, .ack]) {
      supersedeOlder(than: slot, fromLow: fromLow, by: Mark(segment))
    }
    return Assignment(slot: slot, stream: conversation.current)
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
      if distance < bestDistance || isOld { (best, bestDistance) = (slot, distance) }
    }
    if best != head { noteRefusal(segment, head: head, fromLow: fromLow) }
    return best
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

  private func chooseForSYN(_ segment: Segment, head: UInt32, fromLow: Bool) -> UInt32? {
    for slot in chain(from: head) {
      let end = table[slot].ends[table[slot].role(ofLow: fromLow)]
      if end.sent.contains(.initialSequence), end.initial == segment.sequenceNumber { return slot }
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
    for slot in chain(from: head) {
      let role = table[slot].role(ofLow: fromLow)
      let own = table[slot].ends[role]
      let peer = table[slot].ends[role.peer]
      if own.sent.contains(.initialSequence), own.initial == segment.sequenceNumber { return slot }
      guard peer.sent.contains(.initialSequence),
        segment.acknowledgmentNumber == peer.initial + 1
          || (peer.sent.contains(.fastOpenData) && segment.acknowledgmentNumber == peer.sendNext)
      else { continue }
      // The answer, or another one by a SYN cookie; unless the connection that came of the first
      // is over: then a listener took an old duplicate of the SYN for a new one.
      let isOver = own.sent.contains(.anything) && table[slot].isClosing
      return isOver ? nil : slot
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
    for slot in standing { supersede(slot, fromLow: fromLow, by: mark) }
    if standing.count > Self.longestChain, let oldest = standing.last { overflow.append(oldest) }
    var connection = makeConnection(
      segment, key: key, fromLow: fromLow, conversation: table[head].conversation)
    if segment.flags.contains(.ack) {
      // An old duplicate SYN was answered: whoever sent that SYN is not dialling.
      connection.ghosts.initiator = true
    }
    let slot = insert(connection, hash: hash, at: now)
    if !segment.flags.contains(.ack) {
      noteSYNInTimeWait(segment, dial: slot, standing: head, fromLow: fromLow)
    }
    return slot
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
    return Connection(
      number: connectionCount, key: key, initiatorIsLow: isSYNACK ? !fromLow : fromLow,
      rolesKnown: segment.flags.contains(.syn), first: Mark(segment), conversation: conversation)
  }

  private mutating func insert(
    _ connection: Connection, hash: UInt64, at now: Timestamp
  ) -> UInt32 {
    let slot = table.insert(connection, hash: hash)
    enqueue(slot, at: now)
    return slot
  }
}

extension Tombstones.Stone {
  /// Whether the segment can be one of the connection that lies here: its numbers are near the end
  /// of what its sender had sent.
  func fits(_ segment: Segment, _ fromLow: Bool) -> Bool {
    let end = fromLow ? lowEnd : highEnd
    return abs(Int64(segment.sequenceNumber.distance(from: end))) <= 1 << 20
  }
}

import Dissection

/// Connections that go by the book, for as long as they do.
extension Tracker {
  /// No timer has a say in a close that stands still for less.
  static func patience(_ profile: HostProfile) -> Interval {
    min(.seconds(30), profile.timeWait, profile.finWait2 ?? .seconds(30))
  }

  /// Takes a segment that begins an orderly connection or is the next of one; nil when it is of
  /// another, which it may just have become.
  mutating func follow(
    _ segment: Segment, key: ConnectionKey, hash: UInt64, fromLow: Bool,
    verdict: CopyFilter.Verdict, at now: Timestamp
  ) -> Receipt? {
    guard let place = table.occupant(of: key, hash: hash) else {
      return verdict == .original
        ? begin(segment, key: key, hash: hash, fromLow: fromLow, at: now) : nil
    }
    if place.form == .full { return nil }
    if verdict == .original,
      let receipt = take(segment, at: place, hash: hash, fromLow: fromLow, now)
    {
      return receipt
    }
    leaveOrder(place, hash: hash, at: now)
    return nil
  }

  private mutating func begin(
    _ segment: Segment, key: ConnectionKey, hash: UInt64, fromLow: Bool, at now: Timestamp
  ) -> Receipt? {
    guard options.followsOrderly, segment.controls == .syn,
      tombstones.find(digest: key.digest) == nil,
      !(refusal?.answers(segment, key: key) ?? false),
      let connection = OpeningConnection(
        segment, fromLow: fromLow, number: connectionCount + 1, stream: nextStream,
        key: table.fold(key))
    else { return nil }
    connectionCount += 1
    nextStream += 1
    enqueue(table.insert(connection, hash: hash), after: now)
    return Receipt(connection: connectionCount, sender: .initiator, isCopy: false, late: nil)
  }

  /// Nil when the segment is out of the ordinary.
  private mutating func take(
    _ segment: Segment, at place: Place, hash: UInt64, fromLow: Bool, _ now: Timestamp
  ) -> Receipt? {
    let slot = place.slot
    let number = table.number(at: place)
    let sender: Role
    switch place.form {
    case .opening:
      if let role = table.opening[slot].take(segment, fromLow: fromLow) {
        sender = role
      } else if let open = OrderlyConnection(
        table.opening[slot], completedBy: segment, fromLow: fromLow)
      {
        sender = .initiator
        count(open)
        _ = table.succeed(place, by: open, hash: hash)
      } else {
        return nil
      }
    case .orderly:
      if let role = table.orderly[slot].take(segment, fromLow: fromLow, within: patience) {
        sender = role
        let isToBeQueued = table.orderly[slot].due == 0 && table.orderly[slot].phase != .open
        if isToBeQueued { enqueue(place, after: now) }
      } else if let settled = SettledConnection(
        table.orderly[slot], by: segment, fromLow: fromLow, within: patience)
      {
        sender = settled.closer
        enqueue(table.succeed(place, by: settled, hash: hash), after: now)
      } else {
        return nil
      }
    case .full, .settled: return nil
    }
    return Receipt(connection: number, sender: sender, isCopy: false, late: nil)
  }

  /// An orderly handshake tells where the tap is.
  private mutating func count(_ connection: borrowing OrderlyConnection) {
    vote.add(
      toResponder: options.tap == .responder ? .zero : connection.toResponder,
      toInitiator: connection.toInitiator)
  }

  /// Goes on with an orderly connection as with any other.
  mutating func leaveOrder(_ place: Place, hash: UInt64, at now: Timestamp) {
    let connection = inFull(place)
    let slot = table.succeed(place, by: connection, hash: hash)
    if let fin = connection.unansweredFIN(options.profile) { late[slot] = [fin] }
    enqueue(Place(.full, slot), after: now)
  }

  /// A connection in a small form as it would be held if it were not orderly.
  func inFull(_ place: Place) -> Connection {
    let slot = place.slot
    switch place.form {
    case .full: return table[slot]
    case .opening:
      let key = table.key(of: table.opening[slot].key)
      return table.opening[slot].inFull(key: key, tap: options.tap)
    case .orderly:
      let key = table.key(of: table.orderly[slot].key)
      return table.orderly[slot].inFull(key: key, tap: options.tap)
    case .settled:
      let key = table.key(of: table.settled[slot].key)
      return table.settled[slot].inFull(key: key, tap: options.tap)
    }
  }

  /// A connection in a small form has no late segments, and one stream.
  func report(small connection: borrowing Connection, at instant: Timestamp) -> ConnectionReport {
    connection.report(at: instant, profile: options.profile, late: [], mergedStreams: [])
  }
}

extension Connection {
  /// The second FIN of an orderly connection, where it came to an end that had been in FIN_WAIT_2
  /// and has not answered within the time in which it would have answered with RST: such a segment
  /// is looked at as if it might be late.
  func unansweredFIN(_ profile: HostProfile) -> LateSegment? {
    guard profile.finWait2 != nil, ends.initiator.fin.isSent, ends.responder.fin.isSent else {
      return nil
    }
    let closer: Role =
      ends.initiator.fin.firstFrame < ends.responder.fin.firstFrame ? .initiator : .responder
    let (fin, acked) = (ends[closer.peer].fin, ends[closer].fin.acked)
    guard acked.frame != fin.firstFrame else { return nil }
    if fin.acked.isSet,
      fin.acked.time.since(fin.first.time) <= answerTime(closer) + Tracker.busy
    {
      return nil
    }
    return LateSegment(
      connection: number, stream: stream, frame: fin.first.frame, time: fin.first.time,
      kind: .dataAfterClose, from: address(of: closer.peer), to: address(of: closer),
      afterClose: nil, effect: .none, replyFrame: nil, replyExpected: .rst,
      reachesNewConnection: nil, awaitsReset: true, sequence: fin.end - 1,
      acknowledgment: fin.ack)
  }
}

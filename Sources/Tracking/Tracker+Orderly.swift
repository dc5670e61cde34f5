import Dissection

/// Connections that go by the book, for as long as they do.
extension Tracker {
  /// No timer has a say in a close that stands still for less.
  static func patience(_ profile: HostProfile) -> Interval {
    min(.seconds(30), profile.timeWait, profile.finWait2 ?? .seconds(30))
  }

  /// Takes a segment that begins an orderly connection or is the next of one; nil when it is of
  /// another, which it may just have become.
  @inline(__always)
  mutating func follow(
    _ segment: borrowing Segment, _ label: SegmentLabel, at now: Timestamp
  ) -> Receipt? {
    guard let place = table.occupant(of: segment, label) else {
      return label.verdict == .original ? begin(segment, label, at: now) : nil
    }
    if place.form == .full { return nil }
    if label.verdict == .original, let receipt = take(segment, label, at: place, now) {
      return receipt
    }
    leaveOrder(place, hash: label.hash, at: now)
    return nil
  }

  /// Takes the next segment of an orderly connection that goes on as such.
  ///
  /// - Parameter place: where the connection was a moment ago, which may be another's by now.
  /// - Returns: false when it is something else, and then nothing has changed.
  @inline(__always)
  mutating func followOrderly(
    _ segment: borrowing Segment, _ label: SegmentLabel, at place: Place, _ now: Timestamp
  ) -> Bool {
    guard place != .none, place.form == .orderly, label.verdict == .original,
      let key = label.key, table.orderly[place.slot].isHeld(by: key),
      let taken = table.orderly[place.slot].take(
        segment, fromLow: label.fromLow, within: patience)
    else { return false }
    if taken.isToBeQueued { enqueue(place, after: now) }
    return true
  }

  private mutating func begin(
    _ segment: borrowing Segment, _ label: SegmentLabel, at now: Timestamp
  ) -> Receipt? {
    guard options.followsOrderly, !options.closesOnly, segment.controls == .syn else { return nil }
    let key = ConnectionKey(copy segment)
    guard isUnrelated(segment, fromLow: label.fromLow, toStoneOf: key),
      !(refusal?.answers(copy segment, key: key) ?? false),
      let connection = OpeningConnection(
        segment, fromLow: label.fromLow, number: connectionCount + 1, stream: nextStream,
        key: table.fold(key))
    else { return nil }
    connectionCount += 1
    nextStream += 1
    enqueue(table.insert(connection, hash: label.hash), after: now)
    return Receipt(connection: connectionCount, sender: .initiator, isCopy: false, late: nil)
  }

  /// Whether a SYN begins as if no connection of its key had left memory: not one that dials once
  /// more what lies there, but one that uses its ports again.
  @inline(__always)
  private func isUnrelated(
    _ segment: borrowing Segment, fromLow: Bool, toStoneOf key: ConnectionKey
  ) -> Bool {
    guard let stone = tombstones.find(digest: key.digest) else { return true }
    return StreamIndex(stone).isSplit(by: copy segment, fromLow: fromLow)
  }

  /// Nil when the segment is out of the ordinary.
  @inline(__always)
  private mutating func take(
    _ segment: borrowing Segment, _ label: SegmentLabel, at place: Place, _ now: Timestamp
  ) -> Receipt? {
    switch place.form {
    case .orderly: takeOrderly(segment, label, at: place, now)
    case .opening: takeOpening(segment, label, at: place, now)
    case .full, .settled: nil
    }
  }

  @inline(__always)
  private mutating func takeOrderly(
    _ segment: borrowing Segment, _ label: SegmentLabel, at place: Place, _ now: Timestamp
  ) -> Receipt? {
    guard
      let taken = table.orderly[place.slot].take(
        segment, fromLow: label.fromLow, within: patience)
    else { return settle(segment, label, at: place, now) }
    if taken.isToBeQueued { enqueue(place, after: now) }
    return Receipt(
      connection: Int(taken.number), sender: taken.sender, isCopy: false, late: nil)
  }

  private mutating func settle(
    _ segment: borrowing Segment, _ label: SegmentLabel, at place: Place, _ now: Timestamp
  ) -> Receipt? {
    guard
      let settled = SettledConnection(
        table.orderly[place.slot], by: segment, fromLow: label.fromLow, within: patience)
    else { return nil }
    enqueue(table.succeed(place, by: settled, hash: label.hash), after: now)
    return Receipt(
      connection: Int(settled.number), sender: settled.closer, isCopy: false, late: nil)
  }

  private mutating func takeOpening(
    _ segment: borrowing Segment, _ label: SegmentLabel, at place: Place, _ now: Timestamp
  ) -> Receipt? {
    let number = Int(table.opening[place.slot].number)
    if let role = table.opening[place.slot].take(segment, fromLow: label.fromLow) {
      return Receipt(connection: number, sender: role, isCopy: false, late: nil)
    }
    guard
      let open = OrderlyConnection(
        table.opening[place.slot], completedBy: segment, fromLow: label.fromLow)
    else { return nil }
    count(open)
    _ = table.succeed(place, by: open, hash: label.hash)
    return Receipt(connection: number, sender: .initiator, isCopy: false, late: nil)
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
    // A settled one has a time to leave, as it would have in full.
    enqueue(Place(.full, slot), after: place.form == .settled ? connection.lastMark.time : now)
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

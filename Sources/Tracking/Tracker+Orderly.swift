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
    switch table.occupant(of: key, hash: hash) {
    case .connection: return nil
    case .orderly(let slot):
      guard verdict == .original,
        let step = table.orderly[slot].take(segment, fromLow: fromLow, within: patience)
      else {
        leaveOrder(slot, hash: hash)
        return nil
      }
      if step.hasOpened { count(table.orderly[slot].progress) }
      if step.isToBeQueued { enqueue(orderly: slot, at: now) }
      return Receipt(
        connection: step.connection, sender: step.sender, isCopy: false, late: nil)
    case nil:
      return begin(segment, key: key, hash: hash, verdict: verdict, at: now)
    }
  }

  private mutating func begin(
    _ segment: Segment, key: ConnectionKey, hash: UInt64, verdict: CopyFilter.Verdict,
    at now: Timestamp
  ) -> Receipt? {
    guard options.followsOrderly, options.maximumConnections == nil, verdict == .original,
      segment.controls == .syn, tombstones.find(digest: key.digest) == nil,
      !(refusal?.answers(segment, key: key) ?? false),
      let connection = OrderlyConnection(
        segment, key: key, number: connectionCount + 1, stream: nextStream)
    else { return nil }
    connectionCount += 1
    nextStream += 1
    let slot = table.insert(connection, hash: hash)
    enqueue(orderly: slot, at: now)
    return Receipt(connection: connection.number, sender: .initiator, isCopy: false, late: nil)
  }

  /// An orderly handshake tells where the tap is.
  private mutating func count(_ progress: OrderlyConnection.Progress) {
    vote.add(
      toResponder: options.tap == .responder ? .zero : progress.toResponder,
      toInitiator: progress.toInitiator)
  }

  /// Goes on with an orderly connection as with any other.
  mutating func leaveOrder(_ slot: UInt32, hash: UInt64) {
    let orderly = table.orderly[slot]
    let connection = orderly.inFull(tap: options.tap)
    let successor = table.succeed(orderly: slot, by: connection, hash: hash)
    if let fin = orderly.unansweredFIN(connection, profile: options.profile) {
      late[successor] = [fin]
    }
    // The slot is needed until its entry in the retirement queue is due.
    if orderly.dueAt == nil { table.release(orderly: slot) }
  }

  func report(orderly slot: UInt32, at instant: Timestamp) -> ConnectionReport {
    report(orderly: table.orderly[slot].inFull(tap: options.tap), at: instant)
  }

  /// An orderly connection has no late segments, and one stream.
  func report(orderly connection: Connection, at instant: Timestamp) -> ConnectionReport {
    connection.report(at: instant, profile: options.profile, late: [], mergedStreams: [])
  }
}

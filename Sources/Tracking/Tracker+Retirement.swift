import Dissection

/// A connection that ended well leaves memory once its 2MSL are over in capture time.
extension Tracker {
  /// Queues a connection that has moved at `time` to be looked at when it may be over.
  mutating func enqueue(_ place: Place, after time: Timestamp) {
    let due = wheel.due(after: time)
    table[dueAt: place] = due
    wheel.append(place, due: due)
  }

  mutating func retire(at now: Timestamp, onFinal: (ConnectionReport) -> Void) {
    let tick = wheel.tick(now)
    for place in wheel.take(until: tick) where table.number(at: place) != 0 {
      let due = table[dueAt: place]
      if due > tick {
        if wheel.isOfLaterTurn(due, at: tick) { wheel.append(place, due: due) }
      } else if due != 0 || place.form == .settled {
        look(place, at: now, onFinal)
      }
    }
  }

  /// Lets a connection leave that is over, or queues it anew if a timer can still end it.
  private mutating func look(
    _ place: Place, at now: Timestamp, _ onFinal: (ConnectionReport) -> Void
  ) {
    let last = lastTime(place)
    if wheel.due(after: last) > wheel.tick(now) {
      // It has moved since. A settled one that has is another, which has its own turn.
      if place.form != .settled { enqueue(place, after: last) }
      return
    }
    table[dueAt: place] = 0
    let isLeaving =
      switch place.form {
      case .full: leave(place.slot, at: now, onFinal)
      case .settled: leave(settled: place, at: now, onFinal)
      case .opening, .orderly: leave(small: place, at: now, onFinal)
      }
    if !isLeaving, mayEndByTimer(place) { enqueue(place, after: now) }
  }

  /// When the last segment of a connection passed, or it was found to have stood until then: what
  /// still comes of it is late from there on.
  func lastTime(_ place: Place) -> Timestamp {
    switch place.form {
    case .full: max(table[place.slot].lastMark.time, table[place.slot].stoodUntil)
    case .opening:
      table.opening[place.slot].last.time.time(from: table.opening[place.slot].first.time)
    case .orderly:
      table.orderly[place.slot].last.time.time(from: table.orderly[place.slot].first.time)
    case .settled: table.settled[place.slot].time(table.settled[place.slot].lastACK)
    }
  }

  /// Whether a timer, rather than a packet, can end the connection.
  private func mayEndByTimer(_ place: Place) -> Bool {
    switch place.form {
    case .full:
      table[place.slot].isClosing || !table[place.slot].ends.initiator.established.isSet
    case .opening: true
    case .orderly: table.orderly[place.slot].phase != .open
    case .settled: false
    }
  }

  // MARK: Leaving

  private mutating func leave(
    _ slot: UInt32, at now: Timestamp, _ onFinal: (ConnectionReport) -> Void
  ) -> Bool {
    guard isOver(table[slot], at: now) else { return false }
    tell(Place(.full, slot), at: now, onFinal)
    bury(table[slot])
    drop(slot)
    return true
  }

  private mutating func leave(
    small place: Place, at now: Timestamp, _ onFinal: (ConnectionReport) -> Void
  ) -> Bool {
    // No timer ends what is open.
    guard mayEndByTimer(place) else { return false }
    let connection = inFull(place)
    guard isOver(connection, at: now) else { return false }
    tell(place, at: now, onFinal)
    bury(connection)
    table.remove(place)
    return true
  }

  private mutating func leave(
    settled place: Place, at now: Timestamp, _ onFinal: (ConnectionReport) -> Void
  ) -> Bool {
    let key = table.key(of: table.settled[place.slot].key)
    tell(place, at: now, onFinal)
    tombstones.add(table.settled[place.slot].stone, digest: key.digest)
    table.remove(place)
    return true
  }

  func isOver(_ connection: borrowing Connection, at now: Timestamp) -> Bool {
    guard connection.claim(.initiator, at: now, profile: options.profile).state == .closed
    else { return false }
    return connection.claim(.responder, at: now, profile: options.profile).state == .closed
  }

  /// Leaves a tombstone, by which a straggler is known.
  private mutating func bury(_ connection: borrowing Connection) {
    let low = connection.role(ofLow: true)
    tombstones.add(
      Tombstones.Stone(
        connection: connection.number, stream: connection.conversation.current,
        bases: connection.conversation.bases, lowEnd: connection.ends[low].sendNext,
        highEnd: connection.ends[low.peer].sendNext),
      digest: connection.key.digest)
  }

  mutating func drop(_ slot: UInt32) {
    table.remove(slot)
    late[slot] = nil
    mergedStreams[slot] = nil
  }
}

extension SettledConnection {
  fileprivate var stone: Tombstones.Stone {
    let low = ends[role(ofLow: true)]
    let high = ends[role(ofLow: false)]
    return Tombstones.Stone(
      connection: Int(number), stream: Int(stream), bases: (low.initial, high.initial),
      lowEnd: low.sendNext, highEnd: high.sendNext)
  }
}

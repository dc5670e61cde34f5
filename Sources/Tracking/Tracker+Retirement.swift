import Dissection

/// A connection that ended well leaves memory once its 2MSL are over in capture time.
extension Tracker {
  /// How long after its last segment a connection whose ends are closed leaves.
  private var rest: Interval { options.profile.timeWait + Inference.timerSlack }

  /// A connection that keeps moving is queued anew at most once in this time.
  private static let grain = Interval.seconds(1)

  /// Queues a connection to be looked at when it may be over; an earlier entry no longer counts.
  mutating func enqueue(_ slot: UInt32, at now: Timestamp) {
    guard let due = nextLook(after: table[slot].dueAt, at: now) else { return }
    table[slot].dueAt = due
    queue.append(
      RetirementQueue.Entry(
        slot: slot, isOrderly: false, number: table[slot].number, due: due))
  }

  mutating func enqueue(orderly slot: UInt32, at now: Timestamp) {
    guard let due = nextLook(after: table.orderly[slot].dueAt, at: now) else { return }
    table.orderly[slot].dueAt = due
    queue.append(
      RetirementQueue.Entry(
        slot: slot, isOrderly: true, number: table.orderly[slot].number, due: due))
  }

  /// Nil when a look that is queued already comes late enough.
  private func nextLook(after queued: Timestamp?, at now: Timestamp) -> Timestamp? {
    let due = now.advanced(by: rest + Self.grain)
    if let queued, due.since(queued) < Self.grain { return nil }
    return due
  }

  /// Looks at an orderly connection, or else tells where it went on.
  private mutating func retire(
    orderly entry: RetirementQueue.Entry, at now: Timestamp,
    _ onFinal: (ConnectionReport) -> Void
  ) -> UInt32? {
    let slot = entry.slot
    guard table.orderly[slot].number == entry.number, table.orderly[slot].dueAt == entry.due
    else { return nil }
    if let successor = table.orderly[slot].successor {
      table.release(orderly: slot)
      return successor
    }
    table.orderly[slot].dueAt = nil
    let hasRested = now.since(table.orderly[slot].last.time) >= rest
    let connection = hasRested ? table.orderly[slot].inFull(tap: options.tap) : nil
    let isClosed = table.orderly[slot].progress.phase == .closed
    if let connection, isClosed || isOver(connection, at: now) {
      onFinal(report(orderly: connection, at: now))
      bury(connection)
      table.remove(orderly: slot)
    } else if table.orderly[slot].mayEndByTimer {
      enqueue(orderly: slot, at: now)
    }
    return nil
  }

  mutating func retire(at now: Timestamp, onFinal: (ConnectionReport) -> Void) {
    while let entry = queue.next(dueAt: now) {
      guard let slot = entry.isOrderly ? retire(orderly: entry, at: now, onFinal) : entry.slot
      else { continue }
      guard table[slot].number == entry.number, table[slot].dueAt == entry.due else { continue }
      table[slot].dueAt = nil
      if isOver(slot, at: now) {
        onFinal(report(slot, at: now))
        bury(table[slot])
        drop(slot)
      } else if stillEnds(slot) {
        enqueue(slot, at: now)
      }
    }
  }

  /// Both ends are closed, and nothing has moved for as long as TIME_WAIT lasts.
  private func isOver(_ slot: UInt32, at now: Timestamp) -> Bool {
    now.since(table[slot].lastMark.time) >= rest && isOver(table[slot], at: now)
  }

  private func isOver(_ connection: borrowing Connection, at now: Timestamp) -> Bool {
    guard connection.claim(.initiator, at: now, profile: options.profile).state == .closed
    else { return false }
    return connection.claim(.responder, at: now, profile: options.profile).state == .closed
  }

  /// Whether a timer, rather than a packet, can end the connection.
  private func stillEnds(_ slot: UInt32) -> Bool {
    table[slot].isClosing || !table[slot].ends.initiator.established.isSet
  }

  /// Leaves a tombstone, by which a straggler is known.
  private mutating func bury(_ connection: Connection) {
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

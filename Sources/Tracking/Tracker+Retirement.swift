import Dissection

/// A connection that ended well leaves memory once its 2MSL are over in capture time.
extension Tracker {
  /// How long after its last segment a connection whose ends are closed leaves.
  private var rest: Interval { options.profile.timeWait + Inference.timerSlack }

  /// A connection that keeps moving is queued anew at most once in this time.
  private static let grain = Interval.seconds(1)

  /// Queues a connection to be looked at when it may be over; an earlier entry no longer counts.
  mutating func enqueue(_ slot: UInt32, at now: Timestamp) {
    let due = now.advanced(by: rest + Self.grain)
    if let queued = table[slot].dueAt, due.since(queued) < Self.grain { return }
    table[slot].dueAt = due
    queue.append(RetirementQueue.Entry(slot: slot, number: table[slot].number, due: due))
  }

  mutating func retire(at now: Timestamp, onFinal: (ConnectionReport) -> Void) {
    while let entry = queue.next(dueAt: now) {
      let slot = entry.slot
      guard table[slot].number == entry.number, table[slot].dueAt == entry.due else { continue }
      table[slot].dueAt = nil
      if isOver(slot, at: now) {
        onFinal(report(slot, at: now))
        bury(slot)
        drop(slot)
      } else if stillEnds(slot) {
        enqueue(slot, at: now)
      }
    }
  }

  /// Both ends are closed, and nothing has moved for as long as TIME_WAIT lasts.
  private func isOver(_ slot: UInt32, at now: Timestamp) -> Bool {
    guard now.since(table[slot].lastMark.time) >= rest else { return false }
    return Role.allCases.allSatisfy {
      table[slot].claim($0, at: now, profile: options.profile).state == .closed
    }
  }

  /// Whether a timer, rather than a packet, can end the connection.
  private func stillEnds(_ slot: UInt32) -> Bool {
    table[slot].isClosing || !table[slot].ends.initiator.established.isSet
  }

  /// Leaves a tombstone, by which a straggler is known.
  private mutating func bury(_ slot: UInt32) {
    let connection = table[slot]
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

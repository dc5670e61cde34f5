import Dissection

/// A connection that ended well leaves memory once its 2MSL are over in capture time.
extension Tracker {
  private var delay: Interval { options.profile.timeWait + Inference.timerSlack }

  mutating func enqueue(_ slot: UInt32, at now: Timestamp) {
    table[slot].isQueued = true
    queue.append(
      RetirementQueue.Entry(
        slot: slot, number: table[slot].number, due: now.advanced(by: delay)))
  }

  mutating func retire(at now: Timestamp, onFinal: (ConnectionReport) -> Void) {
    while let entry = queue.next(dueAt: now) {
      guard table[entry.slot].number == entry.number else { continue }
      if isOver(entry.slot, at: now) {
        onFinal(report(entry.slot, at: now))
        bury(entry.slot)
        drop(entry.slot)
      } else {
        table[entry.slot].isQueued = false
        if stillEnds(entry.slot) { enqueue(entry.slot, at: now) }
      }
    }
  }

  /// Both ends are closed, and nothing has moved for as long as TIME_WAIT lasts.
  private func isOver(_ slot: UInt32, at now: Timestamp) -> Bool {
    guard now.since(table[slot].lastMark.time) >= delay else { return false }
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
      hash: table.hash(connection.key))
  }

  mutating func drop(_ slot: UInt32) {
    table.remove(slot)
    late[slot] = nil
    mergedStreams[slot] = nil
  }
}

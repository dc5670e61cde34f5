import Dissection

/// Why a connection left memory although it may go on.
public enum Eviction: String, CaseIterable, Hashable, Sendable {
  /// Its handshake was never completed, and no older one was in memory.
  case halfOpen = "half_open"
  /// Nothing of it was heard of for longer than of any other.
  case idle
}

/// A limit on memory: when it is reached, the oldest half-open connections go first, then those
/// longest idle, and each is counted.
extension Tracker {
  mutating func makeRoom(at now: Timestamp, onFinal: (ConnectionReport) -> Void) {
    guard let limit = options.maximumConnections, table.count > limit else { return }
    // A sixteenth at a time, so that the order is not sought for every segment.
    let surplus = table.count - limit + limit / 16
    let ranked = table.slots().sorted { rank($0, at: now) < rank($1, at: now) }
    for slot in ranked.prefix(surplus) {
      evicted[isHalfOpen(slot, at: now) ? .halfOpen : .idle, default: 0] += 1
      onFinal(report(slot, at: now))
      drop(slot)
    }
  }

  /// A handshake that has not moved for a second: a younger one is on its way.
  private func isHalfOpen(_ slot: UInt32, at now: Timestamp) -> Bool {
    now.since(table[slot].lastMark.time) >= .seconds(1)
      && Role.allCases.allSatisfy { !table[slot].ends[$0].established.isSet }
  }

  private func rank(_ slot: UInt32, at now: Timestamp) -> (Int, Timestamp, Int) {
    isHalfOpen(slot, at: now)
      ? (0, table[slot].firstMark.time, table[slot].number)
      : (1, table[slot].lastMark.time, table[slot].number)
  }
}

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
  /// Whether the options allow no more connections in memory than there are, or fewer.
  @inline(__always)
  var isFull: Bool {
    if let limit = options.maximumConnections, table.count > limit { return true }
    if let limit = options.maximumMemory, table.memory > limit { return true }
    return false
  }

  mutating func makeRoom(at now: Timestamp, onFinal: (ConnectionReport) -> Void) {
    // A sixteenth at a time, so that the order is not sought for every segment.
    let limit = min(options.maximumConnections ?? .max, table.count - 1)
    let surplus = table.count - limit + limit / 16
    var (halfOpen, others) = candidates(at: now)
    halfOpen.sort()
    for candidate in halfOpen.prefix(surplus) {
      evict(candidate.place, as: .halfOpen, at: now, onFinal)
    }
    guard halfOpen.count < surplus else { return }
    others.sort()
    for candidate in others.prefix(surplus - halfOpen.count) {
      evict(candidate.place, as: .idle, at: now, onFinal)
    }
  }

  private mutating func evict(
    _ place: Place, as reason: Eviction, at now: Timestamp, _ onFinal: (ConnectionReport) -> Void
  ) {
    evicted[reason, default: 0] += 1
    tell(place, at: now, onFinal)
    switch place.form {
    case .full: drop(place.slot)
    case .opening, .orderly, .settled: table.remove(place)
    }
  }

  /// The earlier `time` is, the sooner a connection goes.
  private struct Candidate: Comparable {
    let time: Timestamp
    let number: UInt32
    let place: Place

    static func < (left: Self, right: Self) -> Bool {
      (left.time, left.number) < (right.time, right.number)
    }
  }

  /// Those that are half-open, with the time when they began, and the others, with when they were
  /// last heard of.
  private func candidates(at now: Timestamp) -> (halfOpen: [Candidate], others: [Candidate]) {
    var halfOpen: [Candidate] = []
    var others: [Candidate] = []
    table.forEachPlace { place, number in
      let number = UInt32(clamping: number)
      let last = lastTime(place)
      // A handshake that has not moved for a second: a younger one is on its way.
      if !hasOpened(place), now.since(last) >= .seconds(1) {
        halfOpen.append(Candidate(time: firstTime(place), number: number, place: place))
      } else {
        others.append(Candidate(time: last, number: number, place: place))
      }
    }
    return (halfOpen, others)
  }

  private func hasOpened(_ place: Place) -> Bool {
    switch place.form {
    case .full:
      table[place.slot].ends.initiator.established.isSet
        || table[place.slot].ends.responder.established.isSet
    case .opening: false
    case .orderly, .settled: true
    }
  }

  private func firstTime(_ place: Place) -> Timestamp {
    switch place.form {
    case .full: table[place.slot].firstMark.time
    case .opening: table.opening[place.slot].first.time
    case .orderly: table.orderly[place.slot].first.time
    case .settled: table.settled[place.slot].first.time
    }
  }
}

import Dissection

/// Connections by the time at which they are looked at, since they may be over by then.
///
/// A wheel: a place for each tick until the delay is over, and then the first again. What moves
/// meanwhile stays where it is, and is queued again when it is looked at.
struct RetirementWheel {
  /// A connection is looked at when this many ticks since 1970 are over; 0: not at all.
  typealias Tick = UInt32

  private let delay: Interval
  private let length: Interval
  private var places: [[Place]]
  /// All before were looked at.
  private var next = Tick.max
  private var nextTime = Timestamp.distantFuture

  /// - Parameter delay: how long after it has moved last a connection may be over.
  init(delay: Interval) {
    self.delay = delay
    length = max(.seconds(1), Interval(nanoseconds: delay.nanoseconds / 128))
    places = Array(repeating: [], count: Int(delay.nanoseconds / length.nanoseconds) + 3)
  }

  /// When to look at a connection that has moved last at `time`.
  func due(after time: Timestamp) -> Tick {
    let (due, isLast) = tick(time.advanced(by: delay)).addingReportingOverflow(1)
    return isLast ? .max : due
  }

  /// How many ticks are over at `time`.
  func tick(_ time: Timestamp) -> Tick { Tick(clamping: time.nanoseconds / length.nanoseconds) }

  /// Queues a place, of which it is noted that it is due then.
  mutating func append(_ place: Place, due: Tick) {
    places[Int(due) % places.count].append(place)
    if due < next { wait(for: due) }
  }

  private mutating func wait(for tick: Tick) {
    next = tick
    let (time, isBeyond) = length.nanoseconds.multipliedReportingOverflow(by: Int64(tick))
    nextTime = isBeyond ? .distantFuture : Timestamp(nanoseconds: time)
  }

  @inline(__always)
  func hasDue(at now: Timestamp) -> Bool { now >= nextTime }

  /// Whether a place whose time has not come lies where it does for a later turn of the wheel: the
  /// first frame's time was far ahead of others.
  func isOfLaterTurn(_ due: Tick, at now: Tick) -> Bool { due - now >= places.count }

  /// Hands over all places that were queued until now, those among them that have been queued anew
  /// since and those that are empty.
  mutating func take(until now: Tick) -> [Place] {
    var due: [Place] = []
    for turned in 0..<min(places.count, Int(now) - Int(next) + 1) {
      let index = (Int(next) + turned) % places.count
      if due.isEmpty {
        swap(&due, &places[index])
      } else {
        due += places[index]
        places[index] = []
      }
    }
    wait(for: now + 1)
    return due
  }
}

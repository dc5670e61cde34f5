import Dissection

/// What happens next: in order of time, and at one time in the order it was put in.
struct EventQueue<Event: Sendable>: Sendable {
  private struct Entry: Sendable {
    let time: Timestamp
    let order: Int
    let event: Event

    func isBefore(_ other: Entry) -> Bool {
      time == other.time ? order < other.order : time < other.time
    }
  }

  /// The last is next: runs are short, and most of what is put in happens soon.
  private var entries: [Entry] = []
  private var count = 0

  var nextTime: Timestamp? { entries.last?.time }

  mutating func insert(_ event: Event, at time: Timestamp) {
    count += 1
    let entry = Entry(time: time, order: count, event: event)
    var place = entries.count
    while place > 0, entries[place - 1].isBefore(entry) { place -= 1 }
    entries.insert(entry, at: place)
  }

  mutating func popNext() -> (time: Timestamp, event: Event)? {
    entries.popLast().map { ($0.time, $0.event) }
  }
}

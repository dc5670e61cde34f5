import Dissection

/// Connections whose time to leave the table is checked when their 2MSL may be over.
///
/// The delay is the same for all, so that a queue in order of arrival is in order of due time.
struct RetirementQueue {
  struct Entry: Sendable {
    let slot: UInt32
    /// The slot is that of an orderly connection.
    let isOrderly: Bool
    /// Guards against a slot that has been given to another connection meanwhile.
    let number: Int
    let due: Timestamp
  }

  private var entries: [Entry] = []
  private var head = 0

  mutating func append(_ entry: Entry) { entries.append(entry) }

  mutating func next(dueAt now: Timestamp) -> Entry? {
    guard head < entries.count, entries[head].due <= now else { return nil }
    head += 1
    let entry = entries[head - 1]
    if head > 1024, head * 2 > entries.count {
      entries.removeFirst(head)
      head = 0
    }
    return entry
  }
}

/// In which form the table holds a connection, and in which of the places for that.
struct Place: Equatable, Sendable {
  enum Form: Sendable { case full, opening, orderly, settled }

  private let bits: UInt32

  private static let slotBits: UInt32 = 30
  static let none = Place(bits: .max)

  private init(bits: UInt32) { self.bits = bits }

  init(_ form: Form, _ slot: UInt32) {
    // One less, for `none`.
    precondition(slot < 1 << Self.slotBits - 1)
    let number: UInt32 =
      switch form {
      case .full: 0
      case .opening: 1
      case .orderly: 2
      case .settled: 3
      }
    bits = number << Self.slotBits | slot
  }

  var slot: UInt32 { bits & (1 << Self.slotBits - 1) }

  var form: Form {
    switch bits >> Self.slotBits {
    case 0: .full
    case 1: .opening
    case 2: .orderly
    default: .settled
    }
  }
}

/// From the hash of a key to a connection's place: open addressing with linear probing.
///
/// It is divided by hash, and each part grows on its own and by half: nothing stands still while
/// all is copied, nor is there ever twice as much of it. An entry has all the hash that its part
/// needs, so that growth and deletion look at no connection.
struct ConnectionIndex {
  fileprivate struct Entry {
    var place = Place.none
    var tag: UInt32 = 0
  }

  fileprivate struct Part {
    var entries: [Entry] = []
    var count = 0
  }

  /// An entry, until the next one is added or removed.
  struct Position {
    fileprivate let part: Int
    fileprivate let entry: Int
  }

  private var parts = [Part](repeating: Part(), count: 64)

  private static func part(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & 63 }
  private static func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

  subscript(position: Position) -> Place {
    get { parts[position.part].entries[position.entry].place }
    set { parts[position.part].entries[position.entry].place = newValue }
  }

  /// - Parameter holds: whether the key of what is at a place is the one sought.
  @inline(__always)
  func find(_ hash: UInt64, where holds: (Place) -> Bool) -> Position? {
    let part = Self.part(hash)
    let size = parts[part].entries.count
    guard size > 0 else { return nil }
    let tag = Self.tag(hash)
    var entry = Part.home(of: tag, size)
    while true {
      let found = parts[part].entries[entry]
      if found.place == .none { return nil }
      if found.tag == tag, holds(found.place) { return Position(part: part, entry: entry) }
      entry = entry + 1 == size ? 0 : entry + 1
    }
  }

  /// The place in the entry that `find` finds.
  @inline(__always)
  func place(_ hash: UInt64, where holds: (Place) -> Bool) -> Place? {
    let part = Self.part(hash)
    return parts[part].place(Self.tag(hash), where: holds)
  }

  /// Adds an entry for a key that has none.
  mutating func insert(_ place: Place, _ hash: UInt64) {
    parts[Self.part(hash)].insert(place, Self.tag(hash))
  }

  mutating func remove(_ position: Position) { parts[position.part].remove(position.entry) }
}

extension ConnectionIndex.Part {
  @inline(__always)
  func place(_ tag: UInt32, where holds: (Place) -> Bool) -> Place? {
    let entries = entries.span
    guard !entries.isEmpty else { return nil }
    var entry = Self.home(of: tag, entries.count)
    while true {
      let found = entries[entry]
      if found.place == .none { return nil }
      if found.tag == tag, holds(found.place) { return found.place }
      entry = entry + 1 == entries.count ? 0 : entry + 1
    }
  }

  /// Where an entry is sought first: tags are spread over the whole.
  @inline(__always)
  static func home(of tag: UInt32, _ size: Int) -> Int {
    Int(truncatingIfNeeded: (UInt64(tag) &* UInt64(truncatingIfNeeded: size)) >> 32)
  }

  mutating func insert(_ place: Place, _ tag: UInt32) {
    // At most four of five entries are in use.
    if (count + 1) * 5 > entries.count * 4 { grow() }
    var entry = Self.home(of: tag, entries.count)
    while entries[entry].place != .none { entry = entry + 1 == entries.count ? 0 : entry + 1 }
    entries[entry] = ConnectionIndex.Entry(place: place, tag: tag)
    count += 1
  }

  private mutating func grow() {
    let old = entries
    entries = Array(
      repeating: ConnectionIndex.Entry(), count: max(16, old.count + old.count / 2))
    count = 0
    for entry in old where entry.place != .none { insert(entry.place, entry.tag) }
  }

  /// Deletion without a tombstone: later entries of the run move up.
  mutating func remove(_ entry: Int) {
    let size = entries.count
    func distance(from start: Int, to end: Int) -> Int {
      end >= start ? end - start : end - start + size
    }
    var hole = entry
    var next = entry + 1 == size ? 0 : entry + 1
    while entries[next].place != .none {
      let home = Self.home(of: entries[next].tag, size)
      if distance(from: home, to: next) >= distance(from: hole, to: next) {
        entries[hole] = entries[next]
        hole = next
      }
      next = next + 1 == size ? 0 : next + 1
    }
    entries[hole] = ConnectionIndex.Entry()
    count -= 1
  }
}

import CMemory

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
@safe
struct ConnectionIndex: ~Copyable {
  fileprivate struct Entry {
    var place = Place.none
    var tag: UInt32 = 0
  }

  /// An entry, until the next one is added or removed.
  struct Position {
    fileprivate let part: Int
    fileprivate let entry: Int
  }

  private static let partCount = 64
  /// So many, from the first to the last; theirs until the index goes.
  private let parts: UnsafeMutablePointer<Part>

  init() {
    unsafe parts = .allocate(capacity: Self.partCount)
    for part in 0..<Self.partCount { unsafe (parts + part).initialize(to: Part()) }
  }

  deinit {
    unsafe parts.deinitialize(count: Self.partCount)
    unsafe parts.deallocate()
  }

  private static func part(_ hash: UInt64) -> Int {
    Int(truncatingIfNeeded: hash) & (partCount - 1)
  }
  private static func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) }

  subscript(position: Position) -> Place {
    get { unsafe parts[position.part][position.entry].place }
    set { unsafe parts[position.part][position.entry].place = newValue }
  }

  /// - Parameter holds: whether the key of what is at a place is the one sought.
  @inline(__always)
  func find(_ hash: UInt64, where holds: (Place) -> Bool) -> Position? {
    let part = Self.part(hash)
    return unsafe parts[part].find(Self.tag(hash), where: holds).map {
      Position(part: part, entry: $0)
    }
  }

  /// The place in the entry that `find` finds.
  @inline(__always)
  func place(_ hash: UInt64, where holds: (Place) -> Bool) -> Place? {
    let part = Self.part(hash)
    return unsafe parts[part].find(Self.tag(hash), where: holds).map {
      unsafe parts[part][$0].place
    }
  }

  /// Has the entry where a hash is sought first fetched into the processor's cache.
  @inline(__always)
  func prefetch(_ hash: UInt64) { unsafe parts[Self.part(hash)].prefetch(Self.tag(hash)) }

  /// Adds an entry for a key that has none.
  mutating func insert(_ place: Place, _ hash: UInt64) {
    unsafe parts[Self.part(hash)].insert(Entry(place: place, tag: Self.tag(hash)))
  }

  mutating func remove(_ position: Position) {
    unsafe parts[position.part].remove(position.entry)
  }
}

/// A part: `size` entries, of which at most four of five are in use.
@safe
private struct Part: ~Copyable {
  typealias Entry = ConnectionIndex.Entry

  private var entries: UnsafeMutablePointer<Entry>
  private var size = 16
  private var count = 0

  init() { unsafe entries = Self.vacant(size) }

  deinit { unsafe entries.deallocate() }

  private static func vacant(_ size: Int) -> UnsafeMutablePointer<Entry> {
    let entries = UnsafeMutablePointer<Entry>.allocate(capacity: size)
    unsafe entries.initialize(repeating: Entry(), count: size)
    return unsafe entries
  }

  /// One that `find` has found.
  subscript(entry: Int) -> Entry {
    get {
      precondition(entry < size)
      return unsafe entries[entry]
    }
    set {
      precondition(entry < size)
      unsafe entries[entry] = newValue
    }
  }

  /// Where an entry is sought first, below `size`: tags are spread over the whole.
  @inline(__always)
  private func home(of tag: UInt32) -> Int {
    Int(truncatingIfNeeded: (UInt64(tag) &* UInt64(truncatingIfNeeded: size)) >> 32)
  }

  @inline(__always)
  private func next(_ entry: Int) -> Int { entry &+ 1 == size ? 0 : entry &+ 1 }

  // Right below since each entry is `home` or `next`, both below `size`.

  @inline(__always)
  func find(_ tag: UInt32, where holds: (Place) -> Bool) -> Int? {
    var entry = home(of: tag)
    while true {
      let found = unsafe entries[entry]
      if found.place == .none { return nil }
      if found.tag == tag, holds(found.place) { return entry }
      entry = next(entry)
    }
  }

  @inline(__always)
  func prefetch(_ tag: UInt32) { unsafe finwait_prefetch(entries + home(of: tag)) }

  mutating func insert(_ new: Entry) {
    if (count + 1) * 5 > size * 4 { grow() }
    put(new)
    count += 1
  }

  private mutating func put(_ new: Entry) {
    var entry = home(of: new.tag)
    while unsafe entries[entry].place != .none { entry = next(entry) }
    unsafe entries[entry] = new
  }

  private mutating func grow() {
    let (old, oldSize) = unsafe (entries, size)
    size += size / 2
    unsafe entries = Self.vacant(size)
    for entry in 0..<oldSize where unsafe old[entry].place != .none { unsafe put(old[entry]) }
    unsafe old.deallocate()
  }

  /// Deletion without a tombstone: later entries of the run move up.
  mutating func remove(_ entry: Int) {
    precondition(entry < size)
    func distance(from start: Int, to end: Int) -> Int {
      end >= start ? end - start : end - start + size
    }
    var hole = entry
    var later = next(entry)
    while unsafe entries[later].place != .none {
      let home = home(of: unsafe entries[later].tag)
      if distance(from: home, to: later) >= distance(from: hole, to: later) {
        unsafe entries[hole] = entries[later]
        hole = later
      }
      later = next(later)
    }
    unsafe entries[hole] = Entry()
    count -= 1
  }
}

import Dissection

/// Connections, orderly ones and others, found by key.
///
/// The index grows by doubling. Keys are hashed with a secret seed, since whoever sends packets
/// chooses the keys.
struct ConnectionTable {
  static let noSlot = UInt32.max
  /// Set in the index where the slot is that of an orderly connection.
  private static let orderlyBit: UInt32 = 1 << 31

  private var connections = Slab<Connection>()
  var orderly = Slab<OrderlyConnection>()
  /// Open addressing with linear probing; `hash` spares a look at the connection.
  private var index: [Entry]
  private var indexed = 0
  /// Orderly connections that have gone on as others.
  private var succeeded = 0
  private let seed: (UInt64, UInt64)

  private struct Entry {
    var slot = ConnectionTable.noSlot
    var hash: UInt32 = 0
  }

  /// What stands on a key.
  enum Occupant {
    case orderly(UInt32)
    /// The newest incarnation.
    case connection(UInt32)
  }

  init() {
    index = Array(repeating: Entry(), count: 64)
    var generator = SystemRandomNumberGenerator()
    seed = (generator.next() | 1, generator.next() | 1)
  }

  /// Connections in memory, older incarnations included.
  var count: Int { connections.count + orderly.count - succeeded }

  /// A connection that `insert` has put there and `remove` has not taken away.
  subscript(slot: UInt32) -> Connection {
    _read { yield connections[slot] }
    _modify { yield &connections[slot] }
  }

  // MARK: Keys

  func hash(_ key: ConnectionKey) -> UInt64 {
    var value = Self.fold(key.low.address.low ^ seed.0, key.low.address.high ^ seed.1)
    value = Self.fold(value ^ key.high.address.low, key.high.address.high ^ seed.1)
    let ports = UInt64(key.low.port) << 16 | UInt64(key.high.port)
    return Self.fold(value ^ ports, seed.0)
  }

  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low ^ left
  }

  func occupant(of key: ConnectionKey, hash: UInt64) -> Occupant? {
    guard let place = place(of: key, hash: hash) else { return nil }
    let slot = index[place].slot
    return slot & Self.orderlyBit != 0 ? .orderly(slot & ~Self.orderlyBit) : .connection(slot)
  }

  /// The newest incarnation on `key`, unless that is orderly.
  func find(_ key: ConnectionKey, hash: UInt64) -> UInt32? {
    switch occupant(of: key, hash: hash) {
    case .connection(let slot): slot
    case .orderly, nil: nil
    }
  }

  /// Whether an entry of the index stands for `key`; asked for every segment, and so without
  /// copying that out.
  @inline(__always)
  private func holds(_ slot: UInt32, _ key: ConnectionKey) -> Bool {
    slot & Self.orderlyBit != 0
      ? orderly[slot & ~Self.orderlyBit].key == key : connections[slot].key == key
  }

  /// The key of what an entry of the index stands for.
  private func key(of slot: UInt32) -> ConnectionKey {
    slot & Self.orderlyBit != 0 ? orderly[slot & ~Self.orderlyBit].key : self[slot].key
  }

  private func place(of key: ConnectionKey, hash: UInt64) -> Int? {
    let mask = index.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    while index[place].slot != Self.noSlot {
      if index[place].hash == tag, holds(index[place].slot, key) { return place }
      place = (place + 1) & mask
    }
    return nil
  }

  /// Puts a new incarnation in front of those already on its key.
  mutating func insert(_ connection: Connection, hash: UInt64) -> UInt32 {
    let slot = connections.insert(connection)
    if let place = place(of: connection.key, hash: hash) {
      self[slot].older = index[place].slot
      index[place].slot = slot
    } else {
      self[slot].older = Self.noSlot
      enter(slot, hash: hash)
    }
    return slot
  }

  /// Puts an orderly connection on a key that has none.
  mutating func insert(_ connection: OrderlyConnection, hash: UInt64) -> UInt32 {
    let slot = orderly.insert(connection)
    enter(slot | Self.orderlyBit, hash: hash)
    return slot
  }

  /// Puts a connection in the place of an orderly one, whose slot leads there from now on.
  mutating func succeed(
    orderly slot: UInt32, by connection: Connection, hash: UInt64
  ) -> UInt32 {
    let new = connections.insert(connection)
    if let place = place(of: connection.key, hash: hash) { index[place].slot = new }
    orderly[slot].successor = new
    succeeded += 1
    return new
  }

  private mutating func enter(_ slot: UInt32, hash: UInt64) {
    if (indexed + 1) * 4 > index.count * 3 { growIndex() }
    let mask = index.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while index[place].slot != Self.noSlot { place = (place + 1) & mask }
    index[place] = Entry(slot: slot, hash: UInt32(truncatingIfNeeded: hash >> 32))
    indexed += 1
  }

  private mutating func growIndex() {
    let old = index
    index = Array(repeating: Entry(), count: old.count * 2)
    indexed = 0
    for entry in old where entry.slot != Self.noSlot {
      enter(entry.slot, hash: hash(key(of: entry.slot)))
    }
  }

  /// Forgets one incarnation: its number becomes 0, its slot is free for another.
  mutating func remove(_ slot: UInt32) {
    let key = self[slot].key
    let older = self[slot].older
    self[slot].number = 0
    connections.release(slot)
    guard let place = place(of: key, hash: hash(key)) else { return }
    if index[place].slot == slot {
      guard older != Self.noSlot else { return vacate(place) }
      index[place].slot = older
      // Wireshark's conversation is the key's, whichever incarnation is the newest left.
      self[older].conversation = self[slot].conversation
      return
    }
    var newer = index[place].slot
    while self[newer].older != slot, self[newer].older != Self.noSlot {
      newer = self[newer].older
    }
    if self[newer].older == slot { self[newer].older = older }
  }

  /// Gives back the slot of an orderly connection that is no longer in the index.
  mutating func release(orderly slot: UInt32) {
    if orderly[slot].successor != nil { succeeded -= 1 }
    orderly[slot].number = 0
    orderly.release(slot)
  }

  /// Forgets an orderly connection.
  mutating func remove(orderly slot: UInt32) {
    let key = orderly[slot].key
    release(orderly: slot)
    if let place = place(of: key, hash: hash(key)) { vacate(place) }
  }

  /// Deletion without a tombstone: later entries of the run move up.
  private mutating func vacate(_ place: Int) {
    let mask = index.count - 1
    var hole = place
    var next = (place + 1) & mask
    while index[next].slot != Self.noSlot {
      let home = Int(truncatingIfNeeded: hash(key(of: index[next].slot))) & mask
      if (next &- home) & mask >= (next &- hole) & mask {
        index[hole] = index[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    index[hole] = Entry()
    indexed -= 1
  }

  /// Every slot in use, in no particular order, but for those of orderly connections.
  func slots() -> [UInt32] {
    (0..<connections.bound).filter { self[$0].number != 0 }
  }

  /// The slots of orderly connections.
  func orderlySlots() -> [UInt32] {
    (0..<orderly.bound).filter { orderly[$0].number != 0 && orderly[$0].successor == nil }
  }
}

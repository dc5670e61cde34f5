import Dissection

/// Connections in a slab, found by key.
///
/// The slab grows by chunks, so that connections are never moved; the index grows by doubling. Keys
/// are hashed with a secret seed, since whoever sends packets chooses the keys.
struct ConnectionTable {
  static let noSlot = UInt32.max
  private static let chunkBits: UInt32 = 10
  private static let chunkSize = 1 << chunkBits

  private var chunks: [[Connection]] = []
  private var free: [UInt32] = []
  private var used: UInt32 = 0
  /// Open addressing with linear probing; `hash` spares a look at the connection.
  private var index: [Entry]
  private var indexed = 0
  private let seed: (UInt64, UInt64)

  private struct Entry {
    var slot = ConnectionTable.noSlot
    var hash: UInt32 = 0
  }

  init() {
    index = Array(repeating: Entry(), count: 64)
    var generator = SystemRandomNumberGenerator()
    seed = (generator.next() | 1, generator.next() | 1)
  }

  /// Connections in memory, older incarnations included.
  var count: Int { Int(used) - free.count }

  // MARK: Slots

  /// The connection in a slot that `insert` returned and `remove` has not taken back.
  subscript(slot: UInt32) -> Connection {
    _read { yield chunks[Int(slot >> Self.chunkBits)][Int(slot) & (Self.chunkSize - 1)] }
    _modify { yield &chunks[Int(slot >> Self.chunkBits)][Int(slot) & (Self.chunkSize - 1)] }
  }

  private mutating func allocate(_ connection: Connection) -> UInt32 {
    if let slot = free.popLast() {
      self[slot] = connection
      return slot
    }
    let slot = used
    used += 1
    let chunk = Int(slot >> Self.chunkBits)
    if chunk == chunks.count {
      chunks.append([])
      chunks[chunk].reserveCapacity(Self.chunkSize)
    }
    chunks[chunk].append(connection)
    return slot
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

  /// The newest incarnation on `key`.
  func find(_ key: ConnectionKey, hash: UInt64) -> UInt32? {
    guard let place = place(of: key, hash: hash) else { return nil }
    return index[place].slot
  }

  private func place(of key: ConnectionKey, hash: UInt64) -> Int? {
    let mask = index.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    while index[place].slot != Self.noSlot {
      if index[place].hash == tag, self[index[place].slot].key == key { return place }
      place = (place + 1) & mask
    }
    return nil
  }

  /// Puts a new incarnation in front of those already on its key.
  mutating func insert(_ connection: Connection, hash: UInt64) -> UInt32 {
    let slot = allocate(connection)
    if let place = place(of: connection.key, hash: hash) {
      self[slot].older = index[place].slot
      index[place].slot = slot
    } else {
      self[slot].older = Self.noSlot
      if (indexed + 1) * 4 > index.count * 3 { growIndex() }
      enter(slot, hash: hash)
    }
    return slot
  }

  private mutating func enter(_ slot: UInt32, hash: UInt64) {
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
      enter(entry.slot, hash: hash(self[entry.slot].key))
    }
  }

  /// Forgets one incarnation: its number becomes 0, its slot is free for another.
  mutating func remove(_ slot: UInt32) {
    let key = self[slot].key
    let older = self[slot].older
    self[slot].number = 0
    free.append(slot)
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

  /// Deletion without a tombstone: later entries of the run move up.
  private mutating func vacate(_ place: Int) {
    let mask = index.count - 1
    var hole = place
    var next = (place + 1) & mask
    while index[next].slot != Self.noSlot {
      let home = Int(truncatingIfNeeded: hash(self[index[next].slot].key)) & mask
      if (next &- home) & mask >= (next &- hole) & mask {
        index[hole] = index[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    index[hole] = Entry()
    indexed -= 1
  }

  /// Every slot in use, in no particular order.
  func slots() -> [UInt32] {
    (0..<used).filter { self[$0].number != 0 }
  }
}

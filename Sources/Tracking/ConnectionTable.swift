import Dissection

/// Connections, orderly ones and others, found by key.
struct ConnectionTable: ~Copyable {
  static let noSlot = UInt32.max

  private var connections = Slab<Connection>()
  var opening = Slab<OpeningConnection>()
  var orderly = Slab<OrderlyConnection>()
  var settled = Slab<SettledConnection>()
  private var keys = KeyFolder()
  private var index = ConnectionIndex()
  let secret = HashSecret()

  /// Connections in memory, older incarnations included.
  @inline(__always)
  var count: Int { connections.count + opening.count + orderly.count + settled.count }

  /// About how many octets they take, each with its entries in the index and in the wheel.
  @inline(__always)
  var memory: Int {
    let entries = 24
    return connections.count * (Slab<Connection>.octets + entries)
      + opening.count * (Slab<OpeningConnection>.octets + entries)
      + orderly.count * (Slab<OrderlyConnection>.octets + entries)
      + settled.count * (Slab<SettledConnection>.octets + entries)
  }

  /// A connection that `insert` has put there and `remove` has not taken away.
  subscript(slot: UInt32) -> Connection {
    @inline(__always) _read { yield connections[slot] }
    @inline(__always) _modify { yield &connections[slot] }
  }

  // MARK: Keys

  func hash(_ key: ConnectionKey) -> UInt64 { secret.hash(key) }

  /// What stands on a key: its newest incarnation.
  func occupant(of key: ConnectionKey, hash: UInt64) -> Place? {
    position(of: key, hash: hash).map { index[$0] }
  }

  /// What stands on the key of a segment.
  ///
  /// It changes nothing: were it not said to, the whole table's head would be copied for it.
  @inline(__always)
  mutating func occupant(of segment: borrowing Segment, _ label: SegmentLabel) -> Place? {
    guard let key = label.key else {
      return occupant(of: ConnectionKey(copy segment), hash: label.hash)
    }
    return index.place(label.hash) { isHeld($0, by: key) }
  }

  /// Whether the connection at a place has a key that folds.
  @inline(__always)
  private func isHeld(_ place: Place, by key: FoldedKey) -> Bool {
    switch place.form {
    case .full: key.isOf(connections[place.slot].key)
    case .opening: opening[place.slot].key == key
    case .orderly: orderly[place.slot].key == key
    case .settled: settled[place.slot].key == key
    }
  }

  /// Has the place in the index fetched where the connection of a segment is sought.
  @inline(__always)
  func prefetchEntry(_ label: SegmentLabel) { index.prefetch(label.hash) }

  /// Has the connection fetched that a segment is likely to be of, by an entry that was.
  ///
  /// - Returns: its place.
  @inline(__always)
  func prefetchConnection(_ label: SegmentLabel) -> Place {
    guard let place = index.place(label.hash, where: { _ in true }) else { return .none }
    switch place.form {
    case .full: connections.prefetch(place.slot)
    case .opening: opening.prefetch(place.slot)
    case .orderly: orderly.prefetch(place.slot)
    case .settled: settled.prefetch(place.slot)
    }
    return place
  }

  /// The newest incarnation on `key`, unless that is held in a small form.
  func find(_ key: ConnectionKey, hash: UInt64) -> UInt32? {
    guard let place = occupant(of: key, hash: hash), place.form == .full else { return nil }
    return place.slot
  }

  @inline(__always)
  private func position(of key: ConnectionKey, hash: UInt64) -> ConnectionIndex.Position? {
    index.find(hash) { place in
      switch place.form {
      case .full: connections[place.slot].key == key
      case .opening: keys.holds(opening[place.slot].key, key)
      case .orderly: keys.holds(orderly[place.slot].key, key)
      case .settled: keys.holds(settled[place.slot].key, key)
      }
    }
  }

  mutating func fold(_ key: ConnectionKey) -> FoldedKey { keys.fold(key) }

  // MARK: Connections in full

  /// Puts a new incarnation in front of those already on its key.
  mutating func insert(_ connection: Connection, hash: UInt64) -> UInt32 {
    let slot = connections.insert(connection)
    if let position = position(of: connection.key, hash: hash) {
      connections[slot].older = index[position].slot
      index[position] = Place(.full, slot)
    } else {
      connections[slot].older = Self.noSlot
      index.insert(Place(.full, slot), hash)
    }
    return slot
  }

  /// Forgets one incarnation: its number becomes 0, its slot is free for another.
  mutating func remove(_ slot: UInt32) {
    let key = connections[slot].key
    let older = connections[slot].older
    connections[slot].number = 0
    connections.release(slot)
    guard let position = position(of: key, hash: hash(key)) else { return }
    var newer = index[position].slot
    if newer == slot {
      guard older != Self.noSlot else { return index.remove(position) }
      index[position] = Place(.full, older)
      // Wireshark's conversation is the key's, whichever incarnation is the newest left.
      connections[older].conversation = connections[slot].conversation
      return
    }
    while connections[newer].older != slot, connections[newer].older != Self.noSlot {
      newer = connections[newer].older
    }
    if connections[newer].older == slot { connections[newer].older = older }
  }

  // MARK: Small forms

  /// The key of a connection in a small form.
  func key(of folded: FoldedKey) -> ConnectionKey { keys.unfold(folded) }

  /// Puts an opening connection on a key that has none.
  mutating func insert(_ connection: OpeningConnection, hash: UInt64) -> Place {
    let place = Place(.opening, opening.insert(connection))
    index.insert(place, hash)
    return place
  }

  /// Puts a connection in the place of the one that it was until now, whose key it takes over.
  mutating func succeed(_ old: Place, by connection: OrderlyConnection, hash: UInt64) -> Place {
    replace(old, by: Place(.orderly, orderly.insert(connection)), hash: hash)
  }

  mutating func succeed(_ old: Place, by connection: SettledConnection, hash: UInt64) -> Place {
    replace(old, by: Place(.settled, settled.insert(connection)), hash: hash)
  }

  /// Puts a connection in full in the place of one in a small form.
  mutating func succeed(_ old: Place, by connection: Connection, hash: UInt64) -> UInt32 {
    let folded = foldedKey(of: old)
    let new = replace(old, by: Place(.full, connections.insert(connection)), hash: hash)
    if let folded { keys.release(folded) }
    return new.slot
  }

  private mutating func replace(_ old: Place, by new: Place, hash: UInt64) -> Place {
    if let position = index.find(hash, where: { $0 == old }) { index[position] = new }
    release(old)
    return new
  }

  /// Forgets a connection in a small form.
  mutating func remove(_ place: Place) {
    guard let folded = foldedKey(of: place) else { return remove(place.slot) }
    let key = keys.unfold(folded)
    if let position = index.find(hash(key), where: { $0 == place }) { index.remove(position) }
    keys.release(folded)
    release(place)
  }

  private func foldedKey(of place: Place) -> FoldedKey? {
    switch place.form {
    case .full: nil
    case .opening: opening[place.slot].key
    case .orderly: orderly[place.slot].key
    case .settled: settled[place.slot].key
    }
  }

  /// Gives a slot back: its number becomes 0.
  private mutating func release(_ place: Place) {
    switch place.form {
    case .full: connections.release(place.slot)
    case .opening:
      opening[place.slot].number = 0
      opening.release(place.slot)
    case .orderly:
      orderly[place.slot].number = 0
      orderly.release(place.slot)
    case .settled:
      settled[place.slot].number = 0
      settled.release(place.slot)
    }
  }

  // MARK: All

  /// The number of the connection at a place; 0 where there is none.
  func number(at place: Place) -> Int {
    switch place.form {
    case .full: connections[place.slot].number
    case .opening: Int(opening[place.slot].number)
    case .orderly: Int(orderly[place.slot].number)
    case .settled: Int(settled[place.slot].number)
    }
  }

  /// When the connection at a place is looked at; a settled one once, when its time has come.
  subscript(dueAt place: Place) -> RetirementWheel.Tick {
    get {
      switch place.form {
      case .full: connections[place.slot].due
      case .opening: opening[place.slot].due
      case .orderly: orderly[place.slot].due
      case .settled: 0
      }
    }
    set {
      switch place.form {
      case .full: connections[place.slot].due = newValue
      case .opening: opening[place.slot].due = newValue
      case .orderly: orderly[place.slot].due = newValue
      case .settled: break
      }
    }
  }

  /// Every slot in use of a connection in full, in no particular order.
  func slots() -> [UInt32] { (0..<connections.bound).filter { connections[$0].number != 0 } }

  /// Calls a body with every place in use and the number of the connection there, as they lie in
  /// memory. As a rule the oldest of those that are open come first, and the latest of those that are
  /// settled: what reports keep comes before what they drop.
  @inline(__always)
  func forEachPlace(_ body: (_ place: Place, _ number: Int) -> Void) {
    for slot in 0..<connections.bound where connections[slot].number != 0 {
      body(Place(.full, slot), connections[slot].number)
    }
    for slot in 0..<opening.bound where opening[slot].number != 0 {
      body(Place(.opening, slot), Int(opening[slot].number))
    }
    for slot in 0..<orderly.bound where orderly[slot].number != 0 {
      body(Place(.orderly, slot), Int(orderly[slot].number))
    }
    for slot in (0..<settled.bound).reversed() where settled[slot].number != 0 {
      body(Place(.settled, slot), Int(settled[slot].number))
    }
  }
}

import Dissection

/// What a table is kept by: a value that addresses make up.
public protocol AddressKey: Equatable, Sendable {
  /// Mixes all that it is equal by into a hash.
  func mix(into hash: inout AddressHash)
}

/// A hash of a few words.
///
/// Every connection is looked up once or more, and SipHash would cost more than all else that is
/// counted of it. Whoever sends packets chooses the addresses, so that it begins with a secret.
public struct AddressHash: Sendable {
  private(set) var value = UInt64.random(in: 0 ... .max)
  private let factor = UInt64.random(in: 0 ... .max) | 1

  public mutating func mix(_ word: UInt64) {
    let product = (value ^ word).multipliedFullWidth(by: factor)
    value = product.high ^ product.low
  }
}

/// Values by address, in the order in which their keys came.
public struct AddressTable<Key: AddressKey, Value> {
  private var rows: [(key: Key, value: Value)] = []
  private let emptyHash = AddressHash()
  /// Places of rows, one up, found by probing one after the other; 0: none. Half of them are free.
  private var index = [UInt32](repeating: 0, count: 16)

  public init() {}

  public subscript(key: Key) -> Value? {
    let row = index[position(of: key)]
    return row == 0 ? nil : rows[Int(row) - 1].value
  }

  subscript(key: Key, default initial: @autoclosure () -> Value) -> Value {
    get { self[key] ?? initial() }
    _modify {
      var position = position(of: key)
      if index[position] == 0 {
        if (rows.count + 1) * 2 > index.count {
          grow()
          position = self.position(of: key)
        }
        rows.append((key, initial()))
        index[position] = UInt32(rows.count)
      }
      yield &rows[Int(index[position]) - 1].value
    }
  }

  /// Where in the index a key is, or would be.
  private func position(of key: Key) -> Int {
    var hash = emptyHash
    key.mix(into: &hash)
    var position = Int(truncatingIfNeeded: hash.value) & (index.count - 1)
    while index[position] != 0, rows[Int(index[position]) - 1].key != key {
      position = (position + 1) & (index.count - 1)
    }
    return position
  }

  private mutating func grow() {
    index = [UInt32](repeating: 0, count: index.count * 2)
    for row in rows.indices { index[position(of: rows[row].key)] = UInt32(row + 1) }
  }
}

extension AddressTable: Sequence {
  public func makeIterator() -> some IteratorProtocol<(key: Key, value: Value)> {
    rows.makeIterator()
  }
}

extension AddressTable: Sendable where Value: Sendable {}

extension IPAddress: AddressKey {
  public func mix(into hash: inout AddressHash) {
    hash.mix(high)
    hash.mix(low)
  }
}

extension SocketAddress: AddressKey {
  public func mix(into hash: inout AddressHash) {
    address.mix(into: &hash)
    hash.mix(UInt64(port))
  }
}

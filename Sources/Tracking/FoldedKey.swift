import Dissection

extension SocketAddress {
  /// An IPv4 address and a port in one word, which is in their order.
  struct Version4: Comparable {
    let bits: UInt64

    static func < (left: Self, right: Self) -> Bool { left.bits < right.bits }

    var address: UInt32 { UInt32(truncatingIfNeeded: bits >> 16) }
    var port: UInt16 { UInt16(truncatingIfNeeded: bits) }
  }

  /// Nil for IPv6.
  @inline(__always)
  var version4: Version4? {
    address.version4.map { Version4(bits: UInt64($0) << 16 | UInt64(port)) }
  }
}

/// A connection's key in a quarter of the space: two IPv4 addresses, or where other ones are kept.
struct FoldedKey: Equatable, Sendable {
  fileprivate let low: UInt32
  fileprivate let high: UInt32
  fileprivate let ports: UInt32
  fileprivate let isKept: Bool
}

extension FoldedKey {
  /// That of two ends with IPv4 addresses.
  @inline(__always)
  init(_ low: SocketAddress.Version4, _ high: SocketAddress.Version4) {
    self.low = low.address
    self.high = high.address
    ports = UInt32(low.port) << 16 | UInt32(high.port)
    isKept = false
  }

  /// Whether it is that of a key; it holds two addresses itself.
  func isOf(_ key: ConnectionKey) -> Bool {
    guard ports == key.ports, let (low, high) = key.version4 else { return false }
    return self.low == low && self.high == high
  }
}

/// Folds keys, and keeps what does not fold.
struct KeyFolder: ~Copyable {
  private var kept = Slab<ConnectionKey>()

  mutating func fold(_ key: ConnectionKey) -> FoldedKey {
    let ports = key.ports
    guard let (low, high) = key.version4 else {
      return FoldedKey(low: kept.insert(key), high: 0, ports: ports, isKept: true)
    }
    return FoldedKey(low: low, high: high, ports: ports, isKept: false)
  }

  func unfold(_ folded: FoldedKey) -> ConnectionKey {
    if folded.isKept { return kept[folded.low] }
    return ConnectionKey(
      low: SocketAddress(
        address: IPAddress(version4: folded.low),
        port: UInt16(truncatingIfNeeded: folded.ports >> 16)),
      high: SocketAddress(
        address: IPAddress(version4: folded.high),
        port: UInt16(truncatingIfNeeded: folded.ports)))
  }

  @inline(__always)
  func holds(_ folded: FoldedKey, _ key: ConnectionKey) -> Bool {
    guard folded.ports == key.ports else { return false }
    if folded.isKept { return kept[folded.low] == key }
    guard let (low, high) = key.version4 else { return false }
    return folded.low == low && folded.high == high
  }

  /// Gives the place back in which a key was kept.
  mutating func release(_ folded: FoldedKey) {
    if folded.isKept { kept.release(folded.low) }
  }
}

extension ConnectionKey {
  /// Both ports in one word, the lower end's first.
  @inline(__always)
  var ports: UInt32 { UInt32(low.port) << 16 | UInt32(high.port) }

  /// The two addresses, where both are IPv4's.
  @inline(__always)
  var version4: (low: UInt32, high: UInt32)? {
    guard let low = low.address.version4, let high = high.address.version4 else { return nil }
    return (low, high)
  }
}

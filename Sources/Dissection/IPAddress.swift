/// An IPv4 or IPv6 address as 16 bytes.
///
/// IPv4 lives inside ff..ff:a.b.c.d. That is an IPv6 multicast address with a reserved scope, so
/// no TCP endpoint can have it, and an IPv6 packet that really carries ::ffff:a.b.c.d stays apart
/// from the IPv4 host a.b.c.d.
public struct IPAddress: Hashable, Sendable {
  /// The two halves in network order: `high` is the network prefix of an IPv6 address.
  public let high: UInt64
  public let low: UInt64

  @inlinable
  static var version4Low: UInt64 { 0xFFFF_FFFF_0000_0000 }

  @inlinable
  public init(version6High high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  @inlinable
  public init(version4 address: UInt32) {
    high = .max
    low = Self.version4Low | UInt64(address)
  }

  /// The IPv4 address in host byte order, or nil for IPv6.
  @inlinable public var version4: UInt32? {
    high == .max && low & Self.version4Low == Self.version4Low
      ? UInt32(truncatingIfNeeded: low) : nil
  }
}

/// IPv4 first, then by value: the order of reports.
extension IPAddress: Comparable {
  @inlinable
  public static func < (left: IPAddress, right: IPAddress) -> Bool {
    let leftIs6 = left.version4 == nil
    let rightIs6 = right.version4 == nil
    if leftIs6 != rightIs6 { return rightIs6 }
    return (left.high, left.low) < (right.high, right.low)
  }
}

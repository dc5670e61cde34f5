/// A TCP sequence number: arithmetic modulo 2^32 (RFC 9293 section 3.4).
///
/// Deliberately not `Comparable`: "before" is no total order on a circle.
public struct SequenceNumber: Hashable, Sendable {
  public let value: UInt32

  @inlinable
  public init(_ value: UInt32) { self.value = value }

  /// Forward by `count` octets of sequence space.
  @inlinable
  public static func + (number: SequenceNumber, count: UInt32) -> SequenceNumber {
    SequenceNumber(number.value &+ count)
  }

  /// Back by `count` octets of sequence space.
  @inlinable
  public static func - (number: SequenceNumber, count: UInt32) -> SequenceNumber {
    SequenceNumber(number.value &- count)
  }

  /// The signed distance from `other` to this number: positive when this one is ahead.
  @inlinable
  public func distance(from other: SequenceNumber) -> Int32 {
    Int32(bitPattern: value &- other.value)
  }

  @inlinable
  public func isBefore(_ other: SequenceNumber) -> Bool { distance(from: other) < 0 }
  @inlinable
  public func isAfter(_ other: SequenceNumber) -> Bool { distance(from: other) > 0 }
  @inlinable
  public func isAtOrBefore(_ other: SequenceNumber) -> Bool { distance(from: other) <= 0 }
  @inlinable
  public func isAtOrAfter(_ other: SequenceNumber) -> Bool { distance(from: other) >= 0 }

  /// The one of the two that is further ahead.
  @inlinable
  public func later(_ other: SequenceNumber) -> SequenceNumber {
    isAfter(other) ? self : other
  }
}

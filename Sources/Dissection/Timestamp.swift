/// A point in capture time: nanoseconds since 1970-01-01T00:00:00Z, from 1677 to 2262.
public struct Timestamp: Hashable, Comparable, Sendable {
  public let nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// - Returns: nil when the time lies outside what 64-bit nanoseconds can hold.
  public init?(seconds: Int64, nanoseconds: Int64) {
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = scaled.addingReportingOverflow(nanoseconds)
    guard !overflow, !carry else { return nil }
    self.nanoseconds = sum
  }

  @inlinable public static var distantPast: Timestamp { Timestamp(nanoseconds: .min) }
  @inlinable public static var distantFuture: Timestamp { Timestamp(nanoseconds: .max) }

  @inlinable
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// Saturates at both ends of the range.
  @inlinable
  public func advanced(by interval: Interval) -> Timestamp {
    let (sum, overflow) = nanoseconds.addingReportingOverflow(interval.nanoseconds)
    if !overflow { return Timestamp(nanoseconds: sum) }
    return interval.nanoseconds < 0 ? .distantPast : .distantFuture
  }

  /// The time from `earlier` to this instant; negative when `earlier` is later. Saturates.
  @inlinable
  public func since(_ earlier: Timestamp) -> Interval {
    let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
    if !overflow { return Interval(nanoseconds: difference) }
    return Interval(nanoseconds: nanoseconds < earlier.nanoseconds ? .min : .max)
  }
}

/// A length of capture time, in nanoseconds.
public struct Interval: Hashable, Comparable, Sendable {
  public let nanoseconds: Int64

  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  @inlinable public static var zero: Interval { Interval(nanoseconds: 0) }

  @inlinable
  public static func seconds(_ seconds: Int64) -> Interval {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return Interval(nanoseconds: overflow ? (seconds < 0 ? .min : .max) : product)
  }

  @inlinable
  public static func milliseconds(_ milliseconds: Int64) -> Interval {
    let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
    return Interval(nanoseconds: overflow ? (milliseconds < 0 ? .min : .max) : product)
  }

  /// In seconds, for display and JSON.
  public var seconds: Double { Double(nanoseconds) / 1e9 }

  @inlinable
  public static func < (left: Interval, right: Interval) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  /// Saturates.
  @inlinable
  public static func * (interval: Interval, factor: Int64) -> Interval {
    let (product, overflow) = interval.nanoseconds.multipliedReportingOverflow(by: factor)
    if !overflow { return Interval(nanoseconds: product) }
    return Interval(nanoseconds: (interval.nanoseconds < 0) == (factor < 0) ? .max : .min)
  }

  /// Saturates.
  @inlinable
  public static func + (left: Interval, right: Interval) -> Interval {
    let (sum, overflow) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
    if !overflow { return Interval(nanoseconds: sum) }
    return Interval(nanoseconds: right.nanoseconds < 0 ? .min : .max)
  }
}

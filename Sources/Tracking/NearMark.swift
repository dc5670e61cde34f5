import Dissection

/// A time counted from the first segment of its connection: nanoseconds in six octets, 78 hours.
///
/// Of words of two octets, so that it fits between others without a gap.
struct NearTime: Equatable, Sendable {
  private let low: UInt16
  private let middle: UInt16
  private let high: UInt16

  static let zero = NearTime(nanoseconds: 0)

  private init(nanoseconds: UInt64) {
    low = UInt16(truncatingIfNeeded: nanoseconds)
    middle = UInt16(truncatingIfNeeded: nanoseconds >> 16)
    high = UInt16(truncatingIfNeeded: nanoseconds >> 32)
  }

  /// Nil when that is before the first segment, or too long after it.
  init?(_ time: Timestamp, from first: Timestamp) { self.init(time.since(first)) }

  init?(_ interval: Interval) {
    let nanoseconds = UInt64(bitPattern: interval.nanoseconds)
    guard nanoseconds >> 48 == 0 else { return nil }
    self.init(nanoseconds: nanoseconds)
  }

  var interval: Interval {
    Interval(nanoseconds: Int64(high) << 32 | Int64(middle) << 16 | Int64(low))
  }

  func time(from first: Timestamp) -> Timestamp { first.advanced(by: interval) }

  func since(_ earlier: NearTime) -> Interval {
    Interval(nanoseconds: interval.nanoseconds - earlier.interval.nanoseconds)
  }
}

/// A mark counted from the first one of its connection, in ten octets.
struct NearMark: Equatable, Sendable {
  private let low: UInt16
  private let high: UInt16
  let time: NearTime

  static let first = NearMark(frames: 0, time: .zero)

  private init(frames: UInt32, time: NearTime) {
    low = UInt16(truncatingIfNeeded: frames)
    high = UInt16(truncatingIfNeeded: frames >> 16)
    self.time = time
  }

  /// Nil when that is before the first one, or too far behind it.
  init?(_ segment: borrowing Segment, from first: FirstMark) {
    guard let frames = UInt32(exactly: segment.frame - first.frame),
      let time = NearTime(segment.time, from: first.time)
    else { return nil }
    self.init(frames: frames, time: time)
  }

  /// How many frames after the first one.
  var frames: UInt32 { UInt32(high) << 16 | UInt32(low) }

  func mark(from first: FirstMark) -> Mark {
    Mark(frame: first.frame + Int(frames), time: time.time(from: first.time))
  }
}

/// The mark from which the others of a connection are counted: frames up to 2⁴⁰.
struct FirstMark: Sendable {
  let time: Timestamp
  private let low: UInt32
  private let high: UInt8

  init?(_ segment: borrowing Segment) {
    guard segment.frame >> 40 == 0 else { return nil }
    time = segment.time
    low = UInt32(truncatingIfNeeded: segment.frame)
    high = UInt8(truncatingIfNeeded: segment.frame >> 32)
  }

  var frame: Int { Int(high) << 32 | Int(low) }
  var mark: Mark { Mark(frame: frame, time: time) }

  /// The number of a frame that came so many later.
  func frame(_ frames: UInt32) -> Int { frame + Int(frames) }
}

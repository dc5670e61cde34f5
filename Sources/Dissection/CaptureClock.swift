/// The time of a capture as it passes: the latest stamp that two frames in a row have reached.
///
/// Stamps run backwards a little in every multi-queue capture, and single frames are stamped
/// decades off in some. Neither may make a timer fire.
public struct CaptureClock: Sendable {
  @usableFromInline
  var previous: Timestamp?
  @usableFromInline
  var reached: Timestamp?

  @inlinable
  public init() {}

  /// - Returns: the time that it is now.
  @inlinable
  @discardableResult
  public mutating func tick(_ time: Timestamp) -> Timestamp {
    defer { previous = time }
    guard let previous else { return time }
    let both = min(previous, time)
    let now = max(reached ?? both, both)
    reached = now
    return now
  }

  /// Nil before the first frame.
  @inlinable public var now: Timestamp? { reached ?? previous }

  /// The end of the capture after its last frame, which no other confirms.
  @inlinable public var end: Timestamp? {
    guard let previous, let reached else { return previous }
    return max(reached, previous)
  }
}

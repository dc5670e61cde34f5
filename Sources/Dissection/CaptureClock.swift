/// The time of a capture as it passes: the latest stamp that two frames in a row have reached.
///
/// Stamps run backwards a little in every multi-queue capture, and single frames are stamped
/// decades off in some. Neither may make a timer fire.
public struct CaptureClock: Sendable {
  // No optionals, which cost more than the clock itself: before any frame both are distantPast.
  @usableFromInline
  var previous = Timestamp.distantPast
  @usableFromInline
  var reached = Timestamp.distantPast

  @inlinable
  public init() {}

  /// - Returns: the time that it is now.
  @inlinable
  @discardableResult
  public mutating func tick(_ time: Timestamp) -> Timestamp {
    let confirmed = min(previous, time)
    let isFirst = previous == .distantPast
    previous = time
    if isFirst { return time }
    reached = max(reached, confirmed)
    return reached
  }

  /// Nil before the first frame.
  @inlinable public var now: Timestamp? {
    if reached != .distantPast { return reached }
    return end
  }

  /// The end of the capture after its last frame, which no other confirms; nil before the first.
  @inlinable public var end: Timestamp? {
    let latest = max(previous, reached)
    return latest == .distantPast ? nil : latest
  }
}

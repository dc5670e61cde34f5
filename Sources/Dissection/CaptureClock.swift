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

  @inlinable
  public mutating func tick(_ time: Timestamp) {
    if let previous {
      let both = min(previous, time)
      reached = max(reached ?? both, both)
    }
    previous = time
  }

  /// Nil before the first frame.
  public var now: Timestamp? { reached ?? previous }

  /// The end of the capture after its last frame, which no other confirms.
  public var end: Timestamp? {
    guard let previous, let reached else { return previous }
    return max(reached, previous)
  }
}

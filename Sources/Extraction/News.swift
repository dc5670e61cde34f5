import Dissection

/// What one frame tells the tracker.
public enum News: Sendable {
  case segment(Segment)
  case error(ICMPError)

  /// Whose connection it is about.
  public var ends: ConnectionEnds {
    switch self {
    case .segment(let segment): ConnectionEnds(segment.source, segment.destination)
    case .error(let error): ConnectionEnds(error.source, error.destination)
    }
  }

  /// - Returns: nil when it tells nothing.
  public init?(_ dissected: Dissected) {
    switch dissected {
    case .segment(let segment): self = .segment(segment)
    case .icmpError(let error): self = .error(error)
    case .skipped: return nil
    }
  }
}

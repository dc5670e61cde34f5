/// The chosen connections between two ends: what has to be told of them, and by which frames.
public struct Subject: Sendable {
  /// How much is kept of them.
  public enum Extent: Sendable {
    /// Nothing that could be left out.
    case smallest
    /// All packets of the connections.
    case connections
    /// All packets between the two ends.
    case ends
    /// All packets of the capture.
    case capture
  }

  public let ends: ConnectionEnds
  /// Of the chosen connections, in order.
  public let required: [Account]
  /// Of all connections of these ends that something was found of: nothing else may be found.
  let known: [Account]
  /// Places of the frames between these ends.
  let frames: [Int]
  public internal(set) var extent: Extent
  /// Places of the frames that are kept.
  public internal(set) var kept: [Int]

  public init(ends: ConnectionEnds, required: [Account], known: [Account], frames: [Int]) {
    self.ends = ends
    self.required = required
    self.known = known
    self.frames = frames
    extent = .ends
    kept = frames
  }

  /// Whether these accounts tell what is required, and of nothing else.
  func isTold(by accounts: [Account]) -> Bool {
    var rest = accounts[...]
    for account in required {
      guard let place = rest.firstIndex(of: account) else { return false }
      rest = rest[(place + 1)...]
    }
    return accounts.allSatisfy { !$0.isFound || known.contains($0) }
  }

  /// Keeps more than before.
  ///
  /// - Parameter own: tells which frames belong to the chosen connections.
  /// - Returns: false when there is no more.
  mutating func keepMore(own: (Subject) -> [Int]) -> Bool {
    switch extent {
    case .smallest: (extent, kept) = (.connections, own(self))
    case .connections: (extent, kept) = (.ends, frames)
    case .ends, .capture: return false
    }
    return true
  }
}

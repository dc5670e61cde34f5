import Dissection

/// What the tracker is told from outside.
public struct TrackerOptions: Sendable {
  public var profile: HostProfile
  /// Where the tap sits; nil: estimate it from the handshakes.
  public var tap: TapPosition?

  public init(profile: HostProfile = HostProfile(.linux), tap: TapPosition? = nil) {
    self.profile = profile
    self.tap = tap
  }
}

/// What became of one segment.
public struct Receipt: Equatable, Sendable {
  /// The incarnation it was assigned to, and which end sent it.
  public var connection: Int
  public var sender: Role
  /// A second capture of a packet already seen.
  public var isCopy: Bool
  public var late: LateKind?
}

/// The tracking floor's one door: segments in, connections with both endpoints' states out.
///
/// Feed segments in file order. A connection that ended well is handed to `onFinal` and leaves
/// memory once its 2MSL are over in capture time; `finish` hands over all others, in order of their
/// numbers.
public struct Tracker: ~Copyable {
  public init(options: TrackerOptions = TrackerOptions()) {}

  /// Takes one segment, and hands over what it makes final.
  @discardableResult
  public mutating func receive(
    _ segment: Segment, onFinal: (ConnectionReport) -> Void
  ) -> Receipt {
    Receipt(connection: 0, sender: .initiator, isCopy: false, late: nil)
  }

  /// Every connection still in memory at `instant`, in order of their numbers.
  public func forEachConnection(at instant: Timestamp, _ body: (ConnectionReport) -> Void) {}

  /// One connection still in memory at `instant`.
  public func connection(_ number: Int, at instant: Timestamp) -> ConnectionReport? { nil }

  /// The latest time seen; nil before the first segment.
  public var clock: Timestamp? { nil }

  /// How many connections were numbered so far.
  public var connectionCount: Int { 0 }

  /// Where the capture was taken, by majority of the handshakes seen so far.
  public var tap: TapPosition { .unknown }
}

import Dissection

/// What deserves a reader's attention; the raw value is the JSON `kind`.
public enum FindingKind: String, CaseIterable, Hashable, Sendable {
  case closeWait = "close_wait"
  case timeWait = "time_wait"
  case latePackets = "late_packets"
  case finWait1 = "fin_wait_1"
  case finWait2 = "fin_wait_2"
  case lastAck = "last_ack"
  case closing
  case halfOpen = "half_open"
  case reset
}

/// One finding: which endpoint of which connection, since when, by which frames.
public struct Finding: Equatable, Sendable {
  public var kind: FindingKind
  public var connection: Int
  public var role: Role
  /// How long the state has lasted at the instant of the report; nil where that has no meaning.
  public var age: Interval?
  public var evidence: [Int]
}

extension ConnectionReport {
  /// The findings of this connection at `instant`, worst first.
  ///
  /// - Parameter minimumAge: a state younger than this is work in progress, not a finding
  ///   (TIME_WAIT, late packets and resets are facts at any age).
  public func findings(at instant: Timestamp, minimumAge: Interval) -> [Finding] {
    []
  }
}

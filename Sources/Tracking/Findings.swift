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

  /// Whether the state is so young that the other side may just not have answered yet.
  public func isInProgress(below minimumAge: Interval) -> Bool {
    guard let age, kind != .timeWait else { return false }
    return age < minimumAge
  }
}

extension ConnectionReport {
  /// The findings of this connection at `instant`, worst first.
  ///
  /// - Parameter minimumAge: a state younger than this is work in progress, not a finding
  ///   (TIME_WAIT, late packets and resets are facts at any age).
  public func findings(at instant: Timestamp, minimumAge: Interval) -> [Finding] {
    var found: [Finding] = []
    if let finding = stateFinding(.initiator, at: instant) { found.append(finding) }
    if let finding = stateFinding(.responder, at: instant) { found.append(finding) }
    if minimumAge > .zero { found.removeAll { $0.isInProgress(below: minimumAge) } }
    if let reset = resetFinding { found.append(reset) }
    if let late = lateFinding { found.append(late) }
    if found.count > 1 { found.sort { $0.kind.severity > $1.kind.severity } }
    return found
  }

  private func stateFinding(_ role: Role, at instant: Timestamp) -> Finding? {
    let claim = endpoints[role].claim
    let peer = endpoints[role.peer].claim
    guard let kind = FindingKind(claim.state, isAlone: peer.isOver) else { return nil }
    let since = kind == .halfOpen && claim.state == .established ? peer.since : claim.since
    return Finding(
      kind: kind, connection: number, role: role,
      age: since.map { max(instant.since($0), .zero) }, evidence: claim.evidence.frames)
  }

  /// A reset that lost data, or that somebody has to understand.
  private var resetFinding: Finding? {
    switch resetCause {
    case .unreadData, .lingerZero, .dataToOrphan, .keepAliveRace, .timeWaitAssassination,
      .refusedReuse:
      break
    case .closedPort, .answerToStray, .afterBothFINs, .unknown, nil:
      return nil
    }
    let resets = Role.allCases.compactMap { role in
      endpoints[role].rstFrame.map { (role: role, frame: $0) }
    }
    guard let first = resets.min(by: { $0.frame < $1.frame }) else { return nil }
    return Finding(
      kind: .reset, connection: number, role: first.role, age: nil, evidence: [first.frame])
  }

  private var lateFinding: Finding? {
    guard let first = late.first else { return nil }
    let role: Role = first.to == endpoints.initiator.local ? .initiator : .responder
    return Finding(
      kind: .latePackets, connection: number, role: role, age: nil,
      evidence: late.prefix(8).map(\.frame))
  }
}

extension Claim {
  /// The endpoint has left the connection for good, by its own packets or by an accepted RST.
  fileprivate var isOver: Bool {
    state == .closed && (ground == .sentRST || ground == .acceptedRST || ground == .newIncarnation)
  }
}

extension FindingKind {
  /// - Parameter isAlone: the other end has left (RFC 9293 section 3.5.1: half-open).
  fileprivate init?(_ state: TCPState, isAlone: Bool) {
    switch state {
    case .closeWait: self = .closeWait
    case .timeWait: self = .timeWait
    case .finWait1: self = .finWait1
    case .finWait2: self = .finWait2
    case .lastAck: self = .lastAck
    case .closing: self = .closing
    case .synReceived: self = .halfOpen
    case .established:
      guard isAlone else { return nil }
      self = .halfOpen
    case .closed, .listen, .synSent: return nil
    }
  }

  /// The order of reports: what somebody has to mend comes first.
  public var severity: Int {
    switch self {
    case .closeWait: 9
    case .halfOpen: 8
    case .lastAck: 7
    case .closing: 6
    case .finWait1: 5
    case .finWait2: 4
    case .reset: 3
    case .latePackets: 2
    case .timeWait: 1
    }
  }
}

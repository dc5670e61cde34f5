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

/// One finding: which endpoint of a connection, and for how long.
public struct Finding: Equatable, Sendable {
  /// How long the state has lasted at the instant of the report; nil where that has no meaning.
  public var age: Interval?
  public var kind: FindingKind
  public var role: Role

  public init(kind: FindingKind, role: Role, age: Interval? = nil) {
    self.kind = kind
    self.role = role
    self.age = age
  }

  /// Whether the state is so young that the other side may just not have answered yet.
  public func isInProgress(below minimumAge: Interval) -> Bool {
    guard let age, kind != .timeWait else { return false }
    return age < minimumAge
  }
}

/// The findings of one connection without a heap allocation, worst first: at most one for the state
/// of each end, one for a reset and one for late packets.
public struct Findings: RandomAccessCollection, Sendable {
  /// Of these, `count` are findings.
  private var places = InlineArray<4, Finding>(
    repeating: Finding(kind: .timeWait, role: .initiator))
  public private(set) var count = 0

  public init() {}

  public var startIndex: Int { 0 }
  public var endIndex: Int { count }
  public subscript(position: Int) -> Finding { places[position] }

  /// Puts it behind those that are as bad.
  ///
  /// - Precondition: there are fewer than four.
  public mutating func insert(_ finding: Finding) {
    var place = count
    while place > 0, places[place - 1].kind.severity < finding.kind.severity {
      places[place] = places[place - 1]
      place -= 1
    }
    places[place] = finding
    count += 1
  }
}

extension ConnectionReport {
  /// The findings of this connection at `instant`, worst first.
  ///
  /// - Parameter minimumAge: a state younger than this is work in progress, not a finding
  ///   (TIME_WAIT, late packets and resets are facts at any age).
  public func findings(at instant: Timestamp, minimumAge: Interval = .zero) -> Findings {
    var found = Findings()
    func insert(_ finding: Finding?) {
      guard let finding, !finding.isInProgress(below: minimumAge) else { return }
      found.insert(finding)
    }
    insert(
      Finding(.initiator, endpoints.initiator, peer: endpoints.responder, at: instant))
    insert(
      Finding(.responder, endpoints.responder, peer: endpoints.initiator, at: instant))
    if resetCause != nil { insert(resetFinding) }
    if !late.isEmpty { insert(lateFinding) }
    return found
  }

  /// The frames that a finding rests on: of late segments, the first eight.
  public func evidence(of finding: Finding) -> [Int] {
    switch finding.kind {
    case .reset: endpoints[finding.role].rstFrame.map { [$0] } ?? []
    case .latePackets: late.prefix(8).map(\.frame)
    case .closeWait, .timeWait, .finWait1, .finWait2, .lastAck, .closing, .halfOpen:
      endpoints[finding.role].claim.evidence.frames
    }
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
    return Finding(kind: .reset, role: first.role)
  }

  private var lateFinding: Finding? {
    guard let first = late.first else { return nil }
    let role: Role = first.to == endpoints.initiator.local ? .initiator : .responder
    return Finding(kind: .latePackets, role: role)
  }
}

extension Finding {
  /// What the state of one end is to somebody who looks for unfinished closes.
  @inline(__always)
  fileprivate init?(
    _ role: Role, _ end: EndpointReport, peer: EndpointReport, at instant: Timestamp
  ) {
    guard let kind = FindingKind(end.claim.state, isAlone: peer.claim.isOver) else { return nil }
    let isLeft = kind == .halfOpen && end.claim.state == .established
    let since = isLeft ? peer.claim.since : end.claim.since
    self.init(kind: kind, role: role, age: since.map { max(instant.since($0), .zero) })
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
  fileprivate init?(_ state: TCPState, isAlone: @autoclosure () -> Bool) {
    switch state {
    case .closeWait: self = .closeWait
    case .timeWait: self = .timeWait
    case .finWait1: self = .finWait1
    case .finWait2: self = .finWait2
    case .lastAck: self = .lastAck
    case .closing: self = .closing
    case .synReceived: self = .halfOpen
    case .established:
      guard isAlone() else { return nil }
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

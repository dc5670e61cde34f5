import Dissection
import Tracking

/// What of the capture the user wants to see.
public struct Selection: Equatable, Sendable {
  /// Only this host's ends; nil: both.
  public var host: IPAddress?
  /// A state that has lasted for less is work in progress.
  public var minimumAge: Interval
  /// Every connection, not only those with findings.
  public var all: Bool

  public init(host: IPAddress? = nil, minimumAge: Interval = .zero, all: Bool = false) {
    self.host = host
    self.minimumAge = minimumAge
    self.all = all
  }

  /// What of `connection` is selected; nothing when it isn't the host's.
  public func apply(to connection: ConnectionReport, at instant: Timestamp) -> Selected {
    var selected = Selected(
      shown: Pair(
        initiator: includes(connection.endpoints.initiator.local),
        responder: !connection.isUnseen && includes(connection.endpoints.responder.local)))
    for finding in connection.findings(at: instant) where selected.shown[finding.role] {
      if finding.isInProgress(below: minimumAge) {
        selected.young += 1
      } else {
        selected.findings.insert(finding)
      }
    }
    selected.hasLate = connection.late.contains { includes($0.to) }
    return selected
  }

  /// Whether a report tells of a connection more than that it is counted.
  func shows(_ selected: Selected) -> Bool { selected.isFound || all }

  /// Whether an end with this address is of the chosen host.
  public func includes(_ end: SocketAddress) -> Bool { host == nil || end.address == host }
}

/// The selected part of one connection.
public struct Selected: Sendable {
  /// Which ends are to be shown.
  public let shown: Pair<Bool>
  public internal(set) var findings = Findings()
  /// States left out because they have lasted for less than the minimum.
  public internal(set) var young = 0
  /// A late segment came to one of these ends.
  public internal(set) var hasLate = false

  public var isNothing: Bool { !shown.initiator && !shown.responder }
  public var isFound: Bool { !findings.isEmpty || hasLate }

  /// Whether a late segment came to one of these ends.
  func includes(_ late: LateSegment, of connection: ConnectionReport) -> Bool {
    shown[late.to == connection.endpoints.initiator.local ? .initiator : .responder]
  }
}

extension ConnectionReport {
  /// The end that offers the service: the responder, or where the capture began mid-stream the end
  /// with the lower port.
  public var serviceRole: Role {
    if rolesKnown { return .responder }
    return endpoints.initiator.local.port < endpoints.responder.local.port
      ? .initiator : .responder
  }
}

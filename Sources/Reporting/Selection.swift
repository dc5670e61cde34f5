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

  /// What of `connection` is selected; nil when it isn't the host's.
  public func apply(to connection: ConnectionReport, at instant: Timestamp) -> Selected? {
    var found = connection.findings(at: instant, minimumAge: .zero)
    guard host != nil || minimumAge > .zero else {
      // Nothing to leave out.
      return Selected(
        connection: connection, roles: Self.bothRoles, findings: found, young: 0,
        late: connection.late)
    }
    let roles = Self.bothRoles.filter { includes(connection.endpoints[$0].local) }
    if roles.isEmpty { return nil }
    found.removeAll { !roles.contains($0.role) }
    let findings = found.filter { !$0.isInProgress(below: minimumAge) }
    let late = connection.late.filter { includes($0.to) }
    return Selected(
      connection: connection, roles: roles, findings: findings,
      young: found.count - findings.count, late: late)
  }

  private static let bothRoles = Role.allCases

  /// Whether an end with this address is of the chosen host.
  public func includes(_ end: SocketAddress) -> Bool { host == nil || end.address == host }
}

/// The selected part of one connection.
public struct Selected: Sendable {
  public let connection: ConnectionReport
  /// The ends to be shown.
  public let roles: [Role]
  public let findings: [Finding]
  /// States left out because they have lasted for less than the minimum.
  public let young: Int
  public let late: [LateSegment]

  public var isFound: Bool { !findings.isEmpty || !late.isEmpty }
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

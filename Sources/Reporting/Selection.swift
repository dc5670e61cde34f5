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
    let found = connection.findings(at: instant, minimumAge: .zero)
    guard host != nil else {
      return Selected(
        connection: connection, roles: Self.bothRoles, found: found, minimumAge: minimumAge,
        late: connection.late)
    }
    let roles = Self.bothRoles.filter { includes(connection.endpoints[$0].local) }
    if roles.isEmpty { return nil }
    return Selected(
      connection: connection, roles: roles, found: found.filter { roles.contains($0.role) },
      minimumAge: minimumAge, late: connection.late.filter { includes($0.to) })
  }

  /// Whether a report tells of a connection more than that it is counted.
  func shows(_ selected: Selected) -> Bool { selected.isFound || all }

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

  /// - Parameter minimumAge: states that have lasted for less are left out.
  fileprivate init(
    connection: ConnectionReport, roles: [Role], found: [Finding], minimumAge: Interval,
    late: [LateSegment]
  ) {
    let isAllOld = !found.contains { $0.isInProgress(below: minimumAge) }
    self.init(
      connection: connection, roles: roles,
      findings: isAllOld ? found : found.filter { !$0.isInProgress(below: minimumAge) },
      late: late, found: found.count)
  }

  /// - Parameter found: how many findings there were before the young were left out.
  init(
    connection: ConnectionReport, roles: [Role], findings: [Finding], late: [LateSegment],
    found: Int
  ) {
    self.connection = connection
    self.roles = roles
    self.findings = findings
    young = found - findings.count
    self.late = late
  }

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

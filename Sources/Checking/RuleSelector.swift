import Dissection
import Reporting
import Tracking

/// Which connections a rule is about, and which of their ends; an empty list is all.
///
/// Where the handshake was not captured, the end with the lower port is taken to be the responder.
public struct RuleSelector: Equatable, Sendable {
  /// A connection by its number, or by its two ends.
  public enum Connection: Equatable, Sendable {
    case number(Int)
    case ends(initiator: SocketPattern, responder: SocketPattern)
  }

  /// The responder's socket, and the initiator's.
  public var services: [SocketPattern] = []
  public var initiators: [SocketPattern] = []
  /// An address of either end.
  public var networks: [NetworkPattern] = []
  /// A port of either end.
  public var ports: [PortPattern] = []
  public var connection: Connection?
  /// Of connections that began from the one time to the other.
  public var times: TimeWindow?
  /// Only ends with these addresses, and in this role.
  public var hosts: [NetworkPattern] = []
  public var role: Role?

  public init() {}

  /// - Parameter start: the time of the capture's first packet.
  func selects(_ connection: ConnectionReport, start: Timestamp) -> Bool {
    let (initiator, responder) = (connection.client, connection.service)
    switch self.connection {
    case .number(let number): guard connection.number == number else { return false }
    case .ends(let one, let other):
      guard one.contains(initiator), other.contains(responder) else { return false }
    case nil: break
    }
    return Self.holds(services) { $0.contains(responder) }
      && Self.holds(initiators) { $0.contains(initiator) }
      && Self.holds(networks) { $0.contains(initiator.address) || $0.contains(responder.address) }
      && Self.holds(ports) { $0.contains(initiator.port) || $0.contains(responder.port) }
      && Self.holds(hosts) { $0.contains(initiator.address) || $0.contains(responder.address) }
      && begins(connection.firstTime, start: start)
  }

  /// Whether a rule is about this end of a connection that it selects.
  func includes(_ end: Role, of connection: ConnectionReport) -> Bool {
    (role == nil || role == connection.serviceView(of: end))
      && Self.holds(hosts) { $0.contains(connection.endpoints[end].local.address) }
  }

  private static func holds<Pattern>(
    _ patterns: [Pattern], _ matches: (Pattern) -> Bool
  ) -> Bool {
    patterns.isEmpty || patterns.contains(where: matches)
  }

  private func begins(_ time: Timestamp, start: Timestamp) -> Bool {
    guard let times else { return true }
    // A time that no timestamp can hold is after all others.
    let first = times.first.resolved(start: start) ?? .distantFuture
    let last = times.last.resolved(start: start) ?? .distantFuture
    return first <= time && time <= last
  }
}

/// From the one time to the other.
public struct TimeWindow: Equatable, Sendable {
  public var first: TimeArgument
  public var last: TimeArgument

  public init(first: TimeArgument, last: TimeArgument) {
    self.first = first
    self.last = last
  }
}

extension ConnectionReport {
  /// The socket that offers the service, and the one that uses it.
  var service: SocketAddress { endpoints[serviceRole].local }
  var client: SocketAddress { endpoints[serviceRole.peer].local }

  /// The role that an end has for rules: the service's is the responder.
  func serviceView(of role: Role) -> Role { role == serviceRole ? .responder : .initiator }

  /// Who closed first, likewise.
  var serviceViewClosedFirst: ClosedFirst? {
    serviceRole == .initiator ? closedFirst?.turned : closedFirst
  }
}

extension ClosedFirst {
  /// Where the roles are taken the other way round.
  var turned: ClosedFirst {
    switch self {
    case .initiator: .responder
    case .responder: .initiator
    case .both: .both
    }
  }
}

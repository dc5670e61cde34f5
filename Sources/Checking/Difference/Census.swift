import Dissection
import Reporting
import Tracking

/// What a capture holds, as far as another capture of the same test can be compared with it.
public struct Census: Sendable {
  private(set) var services: [SocketAddress: [Outcome]] = [:]
  /// A state that has lasted for less is work in progress.
  private let minimumAge: Interval

  public init(minimumAge: Interval) { self.minimumAge = minimumAge }

  mutating func add(_ outcome: Outcome) {
    services[outcome.service, default: []].append(outcome)
  }

  /// Takes a connection for the last time.
  public mutating func add(_ connection: ConnectionReport, at instant: Timestamp) {
    var traits: [Trait: Interval?] = [:]
    let isDraining = Role.allCases.contains {
      connection.endpoints[$0].activity == .draining
    }
    for finding in connection.findings(at: instant, minimumAge: minimumAge) {
      guard let age = finding.age else { continue }
      let role = connection.serviceView(of: finding.role)
      let trait = Trait.left(finding.kind, role, isDraining: isDraining)
      traits[trait] = max((traits[trait] ?? nil) ?? .zero, age)
    }
    for late in connection.late {
      let end: Role = late.to == connection.endpoints.initiator.local ? .initiator : .responder
      traits[.late(late.kind, connection.serviceView(of: end))] = .some(nil)
    }
    add(
      Outcome(
        number: connection.number, client: connection.client.address,
        service: connection.service, close: connection.close,
        traits: traits.merging(
          Trait.general(
            connection.close, connection.resetCause, connection.serviceViewClosedFirst)
        ) { $1 }))
  }
}

extension Trait {
  /// Those of a connection as a whole.
  static func general(
    _ close: CloseKind, _ cause: ResetCause?, _ closedFirst: ClosedFirst?
  ) -> [Trait: Interval?] {
    var traits: [Trait: Interval?] = [:]
    switch close {
    case .refused: traits[.refused] = .some(nil)
    case .attempt: traits[.unanswered] = .some(nil)
    case .graceful, .simultaneous, .halfClosed, .reset, .unanswered, .open:
      if let cause { traits[.reset(cause)] = .some(nil) }
      if let closedFirst { traits[.closedFirst(closedFirst)] = .some(nil) }
    }
    return traits
  }
}

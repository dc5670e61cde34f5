import Dissection
import Tracking

/// What is counted for one service: the `by_service` object.
public struct ServiceTally: Equatable, Sendable {
  public var connections = 0
  /// Ends in CLOSE_WAIT or TIME_WAIT, on either side of the service's connections.
  public var closeWait = 0
  public var timeWait = 0
  public var oldestCloseWaitAge: Interval?
}

/// The counts over all connections: the `summary` object.
public struct Summary: Equatable, Sendable {
  public private(set) var connections = 0
  public private(set) var endpointsByState: [TCPState: Int] = [:]
  public private(set) var lateByKind: [LateKind: Int] = [:]
  public private(set) var findingsByKind: [FindingKind: Int] = [:]
  public private(set) var services: [SocketAddress: ServiceTally] = [:]
  /// What was dropped from memory for want of room, by what it was.
  public var evicted: [Eviction: Int] = [:]

  public init() {}

  public mutating func add(_ selected: Selected, at instant: Timestamp) {
    connections += 1
    for late in selected.late { lateByKind[late.kind, default: 0] += 1 }
    for finding in selected.findings { findingsByKind[finding.kind, default: 0] += 1 }
    for role in selected.roles {
      endpointsByState[selected.connection.endpoints[role].claim.state, default: 0] += 1
    }
    addService(selected, at: instant)
  }

  private mutating func addService(_ selected: Selected, at instant: Timestamp) {
    let connection = selected.connection
    if connection.close == .attempt || connection.close == .refused { return }
    let service = connection.endpoints[connection.serviceRole].local
    var tally = services[service, default: ServiceTally()]
    tally.connections += 1
    for role in selected.roles {
      let claim = connection.endpoints[role].claim
      if claim.state == .timeWait { tally.timeWait += 1 }
      guard claim.state == .closeWait else { continue }
      tally.closeWait += 1
      guard let since = claim.since else { continue }
      tally.oldestCloseWaitAge = max(tally.oldestCloseWaitAge ?? .zero, instant.since(since))
    }
    services[service] = tally
  }
}

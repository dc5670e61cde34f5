import Dissection
import Tracking

/// What is counted for one service: the `by_service` object.
public struct ServiceTally: Equatable, Sendable {
  public var connections = 0
  /// Ends in CLOSE_WAIT or TIME_WAIT, on either side of the service's connections.
  public var closeWait = 0
  public var timeWait = 0
  public var oldestCloseWaitAge: Interval?

  fileprivate mutating func add(_ selected: Selected, at instant: Timestamp) {
    connections += 1
    for role in selected.roles {
      let claim = selected.connection.endpoints[role].claim
      if claim.state == .timeWait { timeWait += 1 }
      guard claim.state == .closeWait else { continue }
      closeWait += 1
      guard let since = claim.since else { continue }
      oldestCloseWaitAge = max(oldestCloseWaitAge ?? .zero, instant.since(since))
    }
  }
}

/// The counts over all connections: the `summary` object.
public struct Summary: Equatable, Sendable {
  public private(set) var connections = 0
  /// By raw value of the state.
  private var stateCounts = [Int](repeating: 0, count: TCPState.allCases.count)
  public private(set) var lateByKind: [LateKind: Int] = [:]
  public private(set) var findingsByKind: [FindingKind: Int] = [:]
  public private(set) var services: [SocketAddress: ServiceTally] = [:]
  /// What was dropped from memory for want of room, by what it was.
  public var evicted: [Eviction: Int] = [:]

  public init() {}

  public var endpointsByState: [TCPState: Int] {
    let counted = TCPState.allCases.map { ($0, stateCounts[Int($0.rawValue)]) }
    return Dictionary(uniqueKeysWithValues: counted.filter { $0.1 > 0 })
  }

  public mutating func add(_ selected: Selected, at instant: Timestamp) {
    connections += 1
    for late in selected.late { lateByKind[late.kind, default: 0] += 1 }
    for finding in selected.findings { findingsByKind[finding.kind, default: 0] += 1 }
    for role in selected.roles {
      stateCounts[Int(selected.connection.endpoints[role].claim.state.rawValue)] += 1
    }
    addService(selected, at: instant)
  }

  private mutating func addService(_ selected: Selected, at instant: Timestamp) {
    let connection = selected.connection
    if connection.close == .attempt || connection.close == .refused { return }
    let service = connection.endpoints[connection.serviceRole].local
    services[service, default: ServiceTally()].add(selected, at: instant)
  }
}

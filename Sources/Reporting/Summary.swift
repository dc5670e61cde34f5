import Dissection
import Tracking

/// What is counted for one service: the `by_service` object.
public struct ServiceTally: Equatable, Sendable {
  public var connections = 0
  /// Ends in CLOSE_WAIT or TIME_WAIT, on either side of the service's connections.
  public var closeWait = 0
  public var timeWait = 0
  public var oldestCloseWaitAge: Interval?

  fileprivate mutating func add(
    _ selected: Selected, of connection: ConnectionReport, at instant: Timestamp
  ) {
    connections += 1
    if selected.shown.initiator { add(connection.endpoints.initiator.claim, at: instant) }
    if selected.shown.responder { add(connection.endpoints.responder.claim, at: instant) }
  }

  @inline(__always)
  private mutating func add(_ claim: Claim, at instant: Timestamp) {
    if claim.state == .timeWait { timeWait += 1 }
    guard claim.state == .closeWait else { return }
    closeWait += 1
    guard let since = claim.since else { return }
    oldestCloseWaitAge = max(oldestCloseWaitAge ?? .zero, instant.since(since))
  }
}

/// The counts over all connections: the `summary` object.
public struct Summary: Sendable {
  public private(set) var connections = 0
  /// By raw value of the state.
  private var stateCounts = InlineArray<11, Int>(repeating: 0)
  public private(set) var lateByKind: [LateKind: Int] = [:]
  /// By severity of the kind.
  private var findingCounts = InlineArray<10, Int>(repeating: 0)
  public private(set) var services = AddressTable<SocketAddress, ServiceTally>()
  /// What was dropped from memory for want of room, by what it was.
  public var evicted: [Eviction: Int] = [:]

  public init() {}

  public var endpointsByState: [TCPState: Int] {
    let counted = TCPState.allCases.map { ($0, stateCounts[Int($0.rawValue)]) }
    return Dictionary(uniqueKeysWithValues: counted.filter { $0.1 > 0 })
  }

  public var findingsByKind: [FindingKind: Int] {
    let counted = FindingKind.allCases.map { ($0, findingCounts[$0.severity]) }
    return Dictionary(uniqueKeysWithValues: counted.filter { $0.1 > 0 })
  }

  /// - Parameter selected: what is selected of `connection`.
  public mutating func add(
    _ selected: Selected, of connection: ConnectionReport, at instant: Timestamp
  ) {
    // A connection that no packet told of is not one of the capture's.
    if !connection.isUnseen { connections += 1 }
    for late in connection.late where selected.includes(late, of: connection) {
      lateByKind[late.kind, default: 0] += 1
    }
    for finding in selected.findings { findingCounts[finding.kind.severity] += 1 }
    if selected.shown.initiator { count(connection.endpoints.initiator.claim.state) }
    if selected.shown.responder { count(connection.endpoints.responder.claim.state) }
    if connection.close == .attempt || connection.close == .refused { return }
    let service = connection.endpoints[connection.serviceRole].local
    services[service, default: ServiceTally()].add(selected, of: connection, at: instant)
  }

  private mutating func count(_ state: TCPState) { stateCounts[Int(state.rawValue)] += 1 }
}

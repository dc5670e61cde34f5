import Dissection
import Tracking

/// Goes through all connections of a moment, and keeps what a screen can show of them.
public struct ScreenSurvey {
  /// How many rows of each list are kept: what somebody looks for beyond them, a filter finds.
  static let rowLimit = 200

  private let selection: Selection
  private let host: HostEnds?
  private let now: Timestamp
  private var dials: DialCensus
  private var snapshot: ScreenSnapshot

  /// - Parameters:
  ///   - selection: the ends to be shown, and from what age CLOSE_WAIT is worth a row.
  ///   - departed: late packets of connections that have left memory.
  public init(
    _ query: ScreenQuery, selection: Selection, host: HostEnds?, ports: EphemeralPorts?,
    departed: LateMemory, capture: ScreenSnapshot.Capture
  ) {
    self.selection = selection
    self.host = host
    now = capture.now
    dials = DialCensus(ports: ports)
    snapshot = ScreenSnapshot(
      capture: capture, query: query, closeWait: TopList(limit: Self.rowLimit),
      ends: TopList(limit: Self.rowLimit), dials: TopList(limit: 0), ports: ports,
      late: departed.newest(by: query.filter), lateByKind: departed.byKind)
    snapshot.knowsOwn = host.map { !$0.isEmpty } ?? false
  }

  public mutating func add(_ connection: ConnectionReport) {
    let shown = Pair(
      initiator: selection.includes(connection.endpoints.initiator.local),
      responder: !connection.isUnseen
        && selection.includes(connection.endpoints.responder.local))
    for role in Role.allCases where shown[role] { add(role, of: connection) }
    dials.add(connection, shown: shown)
    for late in connection.late where selection.includes(late.to) {
      snapshot.lateByKind[late.kind, default: 0] += 1
      LateMemory.add(late, to: &snapshot.late, by: snapshot.query.filter)
    }
  }

  private mutating func add(_ role: Role, of connection: ConnectionReport) {
    let state = connection.endpoints[role].claim.state
    let isOwn = snapshot.knowsOwn ? host?.isOwn(connection.endpoints[role].local.address) : nil
    if isOwn ?? true {
      snapshot.own[state] += 1
    } else {
      snapshot.others[state] += 1
    }
    if state == .closed || state == .listen { return }
    let query = snapshot.query
    let known = query.needsPrograms ? host?.end(role, of: connection) : nil
    guard query.filter.admits(connection.endpoints[role], known) else { return }
    let since = connection.endpoints[role].claim.since ?? connection.firstTime
    let age = max(now.since(since), .zero)
    let rank = EndRank(
      connection.endpoints[role], of: connection.number, since: since, by: query,
      program: known?.process?.name)
    func end() -> ScreenSnapshot.End {
      let row = TextSections.EndRow(
        role, age: age, connection, known ?? host?.end(role, of: connection))
      return ScreenSnapshot.End(row: row, since: since, isOwn: isOwn)
    }
    if snapshot.ends.admits(rank) { snapshot.ends.insert(end(), rank) }
    guard state == .closeWait, age >= selection.minimumAge else { return }
    if isOwn == false {
      snapshot.otherCloseWaits += 1
    } else if let process = (known ?? host?.end(role, of: connection))?.process {
      snapshot.holders[process, default: 0] += 1
    }
    if connection.endpoints[role].activity == .draining { snapshot.draining += 1 }
    snapshot.oldest = max(snapshot.oldest ?? age, age)
    if snapshot.closeWait.admits(rank) { snapshot.closeWait.insert(end(), rank) }
  }

  /// What is to be shown.
  ///
  /// - Parameter history: of earlier snapshots; this one is noted in it.
  public consuming func finish(_ history: inout ScreenHistory) -> ScreenSnapshot {
    let host = host
    snapshot.timeWaits = dials.timeWaits
    snapshot.dials = dials.rows(snapshot.query.filter) { host?.isOwn($0) ?? false }
    history.note(snapshot)
    snapshot.history = history
    return snapshot
  }
}

import Dissection
import Reporting
import Tracking

/// What was told of connections, so that each change is told once, when it comes.
///
/// A connection is looked at when a packet has moved it, and when a timer or the passing of time can
/// have changed what is to be said: never all of them.
struct ConnectionWatch {
  typealias Tell = (_ event: LiveEvent, _ time: Timestamp) -> Void

  /// The two ends of a connection that is to be looked at, and its number.
  struct Appointment {
    let number: Int
    let ends: Pair<SocketAddress>
    /// A state may have become a finding by its age.
    let isForFinding: Bool
  }

  /// A finding that was told and not withdrawn.
  private struct OpenFinding {
    let finding: Finding
    /// When its age was 0; nil where it has none.
    let since: Timestamp?

    func isSame(as other: Finding) -> Bool {
      finding.kind == other.kind && finding.role == other.role
    }

    func closed(at instant: Timestamp) -> Finding {
      var finding = finding
      finding.age = since.map { max(instant.since($0), .zero) }
      return finding
    }
  }

  private struct Row {
    let ends: Pair<SocketAddress>
    var states = Pair(initiator: TCPState.closed, responder: TCPState.closed)
    /// Nothing that can move an open connection has come.
    var isQuiet = true
    var open: [OpenFinding] = []
    /// The frames of late segments.
    var late: Set<Int> = []
    /// Has a state that becomes a finding if it lasts.
    var hasYoung = false
    /// The turn at which it is looked at; 0: none.
    var due = 0
  }

  /// With more late segments than these a connection is not looked at for each packet.
  private static let crowd = 64
  private static let turn = Interval.milliseconds(100)

  private let selection: Selection
  private var rows: [Int: Row] = [:]
  /// By turn; a row that has another turn by then is not meant.
  private var appointments: [Int: [Int]] = [:]
  private var next: Int?

  /// - Parameter selection: the ends to be told of, and from what age a state is a finding.
  init(selection: Selection) { self.selection = selection }

  /// How many connections are remembered.
  var count: Int { rows.count }

  /// Whether a segment that neither opens nor closes can change nothing that was told.
  func isOpen(_ number: Int) -> Bool {
    guard let row = rows[number] else { return false }
    return row.isQuiet && row.states.initiator == .established
      && row.states.responder == .established
  }

  /// Whether a connection is to be looked at later, since it has got very many late segments.
  mutating func postpones(_ number: Int, at instant: Timestamp) -> Bool {
    guard var row = rows[number], row.late.count > Self.crowd else { return false }
    let later = Self.turn(of: instant.advanced(by: .seconds(1)))
    if row.due == 0 || row.due > later {
      row.due = later
      rows[number] = row
      appointments[later, default: []].append(number)
    }
    return true
  }

  /// Takes a connection as it is at `instant`, and tells what is new.
  ///
  /// - Parameter isMoved: by a segment that opens or closes.
  mutating func update(
    _ connection: ConnectionReport, at instant: Timestamp, isMoved: Bool = false, _ tell: Tell
  ) {
    let number = connection.number
    var row =
      rows[number]
      ?? Row(
        ends: Pair(
          initiator: connection.endpoints.initiator.local,
          responder: connection.endpoints.responder.local))
    if isMoved { row.isQuiet = false }
    let selected = selection.apply(to: connection, at: instant)
    for role in Role.allCases {
      let state = connection.endpoints[role].claim.state
      guard state != row.states[role] else { continue }
      row.states[role] = state
      if selected.shown[role] { tell(.state(role, connection), instant) }
    }
    tellLate(of: connection, &row, tell)
    tellFindings(selected.findings, of: connection, at: instant, &row, tell)
    row.hasYoung = selected.young > 0
    let due = due(of: connection, selected, after: instant)
    if due != row.due {
      row.due = due
      if due > 0 { appointments[due, default: []].append(number) }
    }
    rows[number] = row
  }

  /// Takes a connection for the last time.
  mutating func end(_ connection: ConnectionReport, at instant: Timestamp, _ tell: Tell) {
    update(connection, at: instant, tell)
    guard let row = rows.removeValue(forKey: connection.number) else { return }
    for open in row.open { tell(.findingClosed(open.closed(at: instant), connection), instant) }
  }

  /// Forgets a connection that is not in memory any more.
  mutating func forget(_ number: Int) { rows[number] = nil }

  /// Those that are to be looked at by now.
  mutating func takeDue(at now: Timestamp) -> [Appointment] {
    let turn = Self.turn(of: now)
    defer { next = turn + 1 }
    guard let first = next ?? appointments.keys.min(), first <= turn else { return [] }
    // After a long sleep there are more turns than appointments.
    let turns =
      turn - first < appointments.count
      ? Array(first...turn) : appointments.keys.filter { $0 <= turn }.sorted()
    var due: [Appointment] = []
    for turn in turns {
      for number in appointments.removeValue(forKey: turn) ?? [] {
        guard let row = rows[number], row.due == turn else { continue }
        rows[number]?.due = 0
        due.append(Appointment(number: number, ends: row.ends, isForFinding: row.hasYoung))
      }
    }
    return due
  }

  // MARK: What is new

  private func tellLate(of connection: ConnectionReport, _ row: inout Row, _ tell: Tell) {
    for late in connection.late where row.late.insert(late.frame).inserted {
      if selection.includes(late.to) { tell(.late(late), late.time) }
    }
  }

  private func tellFindings(
    _ findings: Findings, of connection: ConnectionReport, at instant: Timestamp,
    _ row: inout Row, _ tell: Tell
  ) {
    if findings.isEmpty, row.open.isEmpty { return }
    row.open.removeAll { open in
      if findings.contains(where: { open.isSame(as: $0) }) { return false }
      tell(.findingClosed(open.closed(at: instant), connection), instant)
      return true
    }
    for finding in findings where !row.open.contains(where: { $0.isSame(as: finding) }) {
      let since = finding.age.map { instant.advanced(by: $0 * -1) }
      row.open.append(OpenFinding(finding: finding, since: since))
      tell(.findingOpened(finding, connection), instant)
    }
  }

  // MARK: Time

  private static func turn(of time: Timestamp) -> Int {
    Int(time.nanoseconds / turn.nanoseconds)
  }

  /// The turn at which time alone may have changed what is to be said; 0: it will not.
  private func due(
    of connection: ConnectionReport, _ selected: Selected, after instant: Timestamp
  ) -> Int {
    var due = Timestamp.distantFuture
    for role in Role.allCases {
      let claim = connection.endpoints[role].claim
      due = min(due, Self.timer(of: claim, after: instant))
    }
    if selected.young > 0 {
      for finding in connection.findings(at: instant)
      where finding.isInProgress(below: selection.minimumAge) {
        let rest = Interval(
          nanoseconds: selection.minimumAge.nanoseconds - (finding.age?.nanoseconds ?? 0))
        due = min(due, instant.advanced(by: rest))
      }
    }
    if due == .distantFuture { return 0 }
    // A turn later than now at least, so that time goes on.
    let earliest = max(next ?? 0, Self.turn(of: instant) + 1)
    return max(earliest, Self.turn(of: due) + 1)
  }

  /// When a timer may end a state; where it is not known when, it is looked after now and then, at
  /// a sixteenth of its age.
  private static func timer(of claim: Claim, after instant: Timestamp) -> Timestamp {
    switch claim.state {
    case .closed, .listen, .established, .closeWait: return .distantFuture
    case .synSent, .synReceived, .finWait1, .finWait2, .closing, .lastAck, .timeWait: break
    }
    if let until = claim.until { return until }
    let age = claim.since.map { max(instant.since($0), .zero) } ?? .zero
    return instant.advanced(by: max(.seconds(1), Interval(nanoseconds: age.nanoseconds / 16)))
  }
}

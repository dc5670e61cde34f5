import Dissection
import Reporting
import Tracking

/// Follows one connection through the capture and builds its ladder.
struct LadderConsumer: SegmentConsumer {
  let number: Int
  var ladder: Ladder
  /// The connection as it was last seen; nil while it has not begun.
  private(set) var report: ConnectionReport?
  /// It has left the tracker's memory: `report` is its last word.
  private var isFinal = false
  var failure: (any Error)? { nil }
  var followsSegments: Bool { true }

  init(number: Int, ladder: Ladder) {
    self.number = number
    self.ladder = ladder
  }

  mutating func willReceive(_ segment: Segment, _ tracker: borrowing Tracker) {
    guard concerns(segment), !isFinal else { return }
    if let now = tracker.connection(number, on: segment, at: segment.time) {
      noteChanges(to: now, at: segment.time)
    }
  }

  mutating func didReceive(
    _ receipt: Receipt, _ segment: Segment, _ tracker: borrowing Tracker
  ) {
    let isOwn = receipt.connection == number
    guard isOwn || concerns(segment) else { return }
    guard
      let now = isFinal ? report : tracker.connection(number, on: segment, at: segment.time)
    else { return }
    if isOwn {
      ladder.append(
        segment, sender: receipt.sender, isCopy: receipt.isCopy, late: receipt.late,
        claims: now.claims)
      report = now
    } else if !isFinal {
      noteChanges(to: now, at: segment.time)
    }
  }

  mutating func didReceive(
    _ error: ICMPError, of connection: Int, _ tracker: borrowing Tracker
  ) {
    guard connection == number, !isFinal,
      let now = tracker.connection(number, at: error.time)
    else { return }
    ladder.append(error, claims: now.claims)
    report = now
  }

  mutating func take(_ connection: ConnectionReport, at instant: Timestamp) {
    guard connection.number == number else { return }
    noteChanges(to: connection, at: instant)
    report = connection
    isFinal = true
  }

  /// A segment on the same addresses and ports, of whatever incarnation.
  private func concerns(_ segment: Segment) -> Bool {
    guard let ends = report?.endpoints else { return false }
    let (one, other) = (ends.initiator.local, ends.responder.local)
    return segment.source == one && segment.destination == other
      || segment.source == other && segment.destination == one
  }

  /// Rows for what changed without a segment of this connection.
  private mutating func noteChanges(to now: ConnectionReport, at instant: Timestamp) {
    guard let before = report else { return }
    let changes = Role.allCases
      .filter { before.claim(of: $0).state != now.claim(of: $0).state }
      .map { role in
        // The timer's own end, where one ran out; else the frame that caused the change.
        let time = before.claim(of: role).until ?? now.claim(of: role).since ?? instant
        return (role: role, time: min(time, instant))
      }
      .sorted { $0.time < $1.time }
    var claims = before.claims
    for change in changes {
      claims[change.role] = now.claim(of: change.role)
      ladder.appendTimer(
        at: change.time, claims: claims, note: claims[change.role].ground.timerNote)
    }
    report = now
  }
}

extension ConnectionReport {
  fileprivate func claim(of role: Role) -> Claim { endpoints[role].claim }

  fileprivate var claims: Pair<Claim> {
    Pair(initiator: endpoints.initiator.claim, responder: endpoints.responder.claim)
  }
}

import Tracking

/// What closes have led to, counted over connections: of one that goes on, it only grows.
struct CloseTally {
  private(set) var timeWaits = 0
  private(set) var late: [LateKind: Int] = [:]
  private(set) var resets: [ResetCause: Int] = [:]

  mutating func add(_ connection: ConnectionReport) {
    switch connection.close {
    // Who closed first goes into TIME_WAIT, and both where the FINs crossed.
    case .graceful: timeWaits += 1
    case .simultaneous: timeWaits += 2
    case .halfClosed, .reset, .unanswered, .open, .refused, .attempt: break
    }
    if let cause = connection.resetCause { resets[cause, default: 0] += 1 }
    for segment in connection.late { late[segment.kind, default: 0] += 1 }
  }
}

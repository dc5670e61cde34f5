import Dissection
import Reporting
import Tracking

/// How connections closed.
extension Rule {
  /// An unfinished close is judged once it has lasted so long, where no time is told.
  private static let usualWait = Interval.seconds(1)

  func closes(_ condition: CloseCondition, in sight: Sight) -> [Violation] {
    guard condition.kinds.contains(sight.connection.close) else { return [] }
    let duration = duration(of: sight)
    if let least = condition.duration {
      guard let duration, duration >= least else { return [] }
    }
    return [violation(sight, duration)]
  }

  func closedFirst(_ sight: Sight, _ counts: (ClosedFirst) -> Bool) -> [Violation] {
    let connection = sight.connection
    guard let side = connection.serviceViewClosedFirst, counts(side) else { return [] }
    let frames = Role.allCases.compactMap { connection.endpoints[$0].finFrame }.sorted()
    let who: String
    switch side {
    case .initiator: who = "the initiator \(connection.client.text) closed first"
    case .responder: who = "the responder \(connection.service.text) closed first"
    case .both: who = "both closed at once"
    }
    return [
      Violation(
        connection, end: nil, what: side.rawValue,
        seen: "\(who), in the connection of \(connection.client.text) with "
          + connection.service.text,
        frames: side == .both ? frames : Array(frames.prefix(1)))
    ]
  }

  /// What is not as `always` asks for.
  func exceptions(to condition: Condition, in sight: Sight) -> [Violation] {
    switch condition {
    case .close(let close): exceptions(to: close, in: sight)
    case .closedFirst(let sides): closedFirst(sight) { !sides.contains($0) }
    // The reader of rules takes no others.
    case .state, .finding, .reset, .late: []
    }
  }

  private func exceptions(to condition: CloseCondition, in sight: Sight) -> [Violation] {
    let close = sight.connection.close
    guard close.isClose || condition.kinds.contains(close) else { return [] }
    let duration = duration(of: sight)
    if close.isComplete || !close.isClose {
      let isInTime = duration.map { $0 <= condition.duration ?? $0 } ?? true
      return condition.kinds.contains(close) && isInTime ? [] : [violation(sight, duration)]
    }
    // It may just not have been answered yet.
    let wait = condition.duration ?? Self.usualWait
    if condition.kinds.contains(close) || duration ?? wait < wait { return [] }
    return [violation(sight, duration)]
  }

  private func violation(_ sight: Sight, _ duration: Interval?) -> Violation {
    let connection = sight.connection
    let frames = Role.allCases.flatMap { role in
      [connection.endpoints[role].finFrame, connection.endpoints[role].rstFrame].compactMap { $0 }
    }
    let lasted = duration.map { duration in
      connection.close.isComplete
        ? ", after \(duration.words)" : ", unfinished for \(duration.words)"
    }
    return Violation(
      connection, end: nil, what: connection.close.rawValue,
      seen: "the connection of \(connection.client.text) with \(connection.service.text) "
        + connection.close.words + (lasted ?? ""),
      duration: duration, frames: frames.isEmpty ? [connection.firstFrame] : frames.sorted())
  }

  /// Of the close, as far as it went; nil where there is none, or its beginning was not seen.
  private func duration(of sight: Sight) -> Interval? {
    if let history = sight.history {
      return history.closeBegan.map { (history.closeEnded ?? sight.instant).since($0) }
    }
    guard !sight.connection.close.isComplete else { return nil }
    // Whoever has closed has been in a state of closing since.
    let since = Role.allCases.compactMap { role in
      let end = sight.connection.endpoints[role]
      return end.finFrame == nil ? nil : end.claim.since
    }.min()
    return since.map { max(sight.instant.since($0), .zero) }
  }
}

extension CloseKind {
  /// To follow the connection.
  var words: String {
    switch self {
    case .graceful: "closed gracefully"
    case .simultaneous: "closed from both ends at once"
    case .reset: "was reset"
    case .halfClosed: "is closed by one end alone"
    case .unanswered: "has a FIN that is not acknowledged"
    case .open: "is open"
    case .refused: "was refused"
    case .attempt: "got no answer to its SYN"
    }
  }
}

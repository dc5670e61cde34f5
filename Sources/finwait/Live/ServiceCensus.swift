import Dissection
import Reporting
import Tracking

/// How many ends are in which state, by service: a bounded number of them.
struct ServiceCensus {
  /// What is counted by.
  struct Row: Hashable, Comparable {
    /// Nil: all services without a row of their own.
    var port: UInt16?
    var isService: Bool
    var state: TCPState

    static func < (left: Row, right: Row) -> Bool { left.order < right.order }

    private var order: (Int, Int, UInt8) {
      (port.map { Int($0) } ?? .max, isService ? 0 : 1, state.rawValue)
    }
  }

  private let limit: Int
  private var services: Set<UInt16> = []
  /// Rows that have been there stay, with 0.
  private var counts: [Row: Int] = [:]

  init(limit: Int) { self.limit = limit }

  mutating func begin() {
    for row in counts.keys { counts[row] = 0 }
  }

  mutating func count(_ connection: ConnectionReport) {
    let service = connection.serviceRole
    let port = admit(connection.endpoints[service].local.port, for: connection)
    for role in Role.allCases {
      let state = connection.endpoints[role].claim.state
      if state == .closed || state == .listen { continue }
      counts[Row(port: port, isService: role == service, state: state), default: 0] += 1
    }
  }

  /// The first services with a connection are told apart, for good: a port that is only tried, as by
  /// a scan, is none.
  private mutating func admit(_ port: UInt16, for connection: ConnectionReport) -> UInt16? {
    if services.contains(port) { return port }
    guard services.count < limit, connection.wasOpen else { return nil }
    services.insert(port)
    return port
  }

  var samples: [MetricFamily.Sample] {
    counts.keys.sorted().map { row in
      MetricFamily.Sample(
        [
          .init("service", row.port.map { "\($0)" } ?? "other"),
          .init("side", row.isService ? "service" : "client"), .init("state", row.state.name),
        ], Double(counts[row, default: 0]))
    }
  }
}

extension ConnectionReport {
  /// Whether anybody was at the other end.
  fileprivate var wasOpen: Bool {
    switch close {
    case .attempt, .refused: false
    case .reset: resetCause != .closedPort && resetCause != .answerToStray
    case .graceful, .simultaneous, .halfClosed, .unanswered, .open: true
    }
  }
}

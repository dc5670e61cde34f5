import ArgumentParser
import Capture
import Dissection
import Reporting
import Tracking

/// What is measured of a live capture, for the metrics.
struct Meters {
  /// What is not told by connections.
  struct Surroundings {
    var interfaces: [LiveCapture.Interface]
    /// How many were numbered.
    var connections: Int
    var evicted: [Eviction: Int]
    /// Nil: no evidence is asked for.
    var evidencePackets: Int?
    var now: Timestamp
  }

  private static let ageBounds: [Double] = [1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400]

  private let server: MetricsServer
  private let start: Timestamp
  /// Of connections that have left memory.
  private var departed = CloseTally()
  // Of those that are there.
  private var tally = CloseTally()
  private var census: ServiceCensus
  private var closeWaitAges: [Double] = []
  private var findings: [FindingKind: Int] = [:]
  private var connections = 0

  /// - Parameter start: when the process began.
  init(server: MetricsServer, services: Int, start: Timestamp) {
    self.server = server
    self.start = start
    census = ServiceCensus(limit: services)
  }

  /// A connection has left memory.
  mutating func leave(_ connection: ConnectionReport) { departed.add(connection) }

  /// Begins to count all connections in memory.
  mutating func begin() {
    tally = departed
    census.begin()
    closeWaitAges.removeAll(keepingCapacity: true)
    findings.removeAll(keepingCapacity: true)
    connections = 0
  }

  mutating func count(_ connection: ConnectionReport, _ selected: Selected, at now: Timestamp) {
    connections += 1
    tally.add(connection)
    census.count(connection)
    for finding in selected.findings { findings[finding.kind, default: 0] += 1 }
    for role in Role.allCases where connection.endpoints[role].claim.state == .closeWait {
      // Where the FIN was not captured, the state is at least as old as what was.
      let since = connection.endpoints[role].claim.since ?? connection.firstTime
      closeWaitAges.append(max(now.since(since), .zero).seconds)
    }
  }

  /// Hands over what was counted.
  mutating func publish(_ surroundings: Surroundings) {
    server.publish(closes + packets(surroundings) + process(surroundings))
  }

  // MARK: Families

  private var closes: [MetricFamily] {
    [
      MetricFamily(
        "finwait_endpoints", .gauge,
        help: "Ends of connections in each state but CLOSED, by port of the service and side.",
        samples: census.samples),
      MetricFamily(
        "finwait_close_wait_age_seconds", unit: "seconds",
        help: "How long the ends now in CLOSE_WAIT have been there.", of: closeWaitAges,
        bounds: Self.ageBounds),
      MetricFamily(
        "finwait_findings", .gauge,
        help: "Findings that a report would show now, by kind.",
        samples: FindingKind.allCases.map {
          .init([.init("kind", $0.rawValue)], Double(findings[$0, default: 0]))
        }),
      MetricFamily(
        "finwait_time_wait_entered", .counter, help: "Ends that have entered TIME_WAIT.",
        samples: [.init(Double(tally.timeWaits))]),
      MetricFamily(
        "finwait_late_packets", .counter,
        help: "Packets that came after the close they belong to, by kind.",
        samples: LateKind.allCases.map {
          .init([.init("kind", $0.rawValue)], Double(tally.late[$0, default: 0]))
        }),
      MetricFamily(
        "finwait_resets", .counter, help: "Connections with a RST, by its cause.",
        samples: ResetCause.allCases.map {
          .init([.init("cause", $0.rawValue)], Double(tally.resets[$0, default: 0]))
        }),
    ]
  }

  private func packets(_ surroundings: Surroundings) -> [MetricFamily] {
    let interfaces = surroundings.interfaces
    var families = [
      MetricFamily(
        "finwait_packets", .counter, help: "Packets captured, by interface.",
        samples: interfaces.map { .init([.init("interface", $0.name)], Double($0.packets)) }),
      MetricFamily(
        "finwait_dropped_packets", .counter,
        help: "Packets that were lost before finwait saw them, by interface and by whom.",
        samples: interfaces.flatMap { interface in
          [("kernel", interface.dropped), ("interface", interface.droppedByInterface)].map {
            .init(
              [.init("interface", interface.name), .init("by", $0.0)], Double($0.1))
          }
        }),
      MetricFamily(
        "finwait_interface_up", .gauge,
        help: "Whether packets can still come from an interface.",
        samples: interfaces.map {
          .init([.init("interface", $0.name)], $0.failure == nil ? 1 : 0)
        }),
    ]
    if let packets = surroundings.evidencePackets {
      families.append(
        MetricFamily(
          "finwait_evidence_packets", .counter, help: "Packets written as evidence.",
          samples: [.init(Double(packets))]))
    }
    return families
  }

  private func process(_ surroundings: Surroundings) -> [MetricFamily] {
    [
      MetricFamily(
        "finwait_connections_in_memory", .gauge,
        help: "Connections that are followed, or were until lately.",
        samples: [.init(Double(connections))]),
      MetricFamily(
        "finwait_connections_seen", .counter, help: "Connections seen.",
        samples: [.init(Double(surroundings.connections))]),
      MetricFamily(
        "finwait_evicted_connections", .counter,
        help: "Connections given up because of the limit on memory, by reason.",
        samples: Eviction.allCases.map {
          .init(
            [.init("reason", $0.rawValue)], Double(surroundings.evicted[$0, default: 0]))
        }),
      MetricFamily(
        "finwait_snapshot_timestamp_seconds", .gauge, unit: "seconds",
        help: "When these values were taken.",
        samples: [.init(Interval(nanoseconds: surroundings.now.nanoseconds).seconds)]),
      MetricFamily(
        "process_start_time_seconds", .gauge, unit: "seconds", help: "When finwait was started.",
        samples: [.init(Interval(nanoseconds: start.nanoseconds).seconds)]),
      MetricFamily(
        "finwait_build", .info, help: "The version of finwait.",
        samples: [.init([.init("version", Finwait.configuration.version)], 1)]),
    ]
  }
}

import Capture
import Dissection
import Reporting
import Tracking

/// What is made of a live capture beside the report: evidence and metrics.
struct LiveWatch {
  private static let interval = Interval.seconds(1)

  private let selection: Selection
  private var evidence: Evidence?
  private var meters: Meters?
  /// When all connections are looked at next.
  private var next = Timestamp.distantPast

  init(selection: Selection, evidence: Evidence?, meters: Meters?) {
    self.selection = selection
    self.evidence = evidence
    self.meters = meters
  }

  private var isNeeded: Bool { keepsPackets || meters != nil }

  /// Whether packets are evidence, or may turn out to be.
  var keepsPackets: Bool { evidence?.isWritten == true }

  /// Takes a packet that the tracker has assigned to a connection.
  ///
  /// - Parameter bytes: what the packet lies in.
  mutating func take(_ record: FrameRecord, _ bytes: Span<UInt8>, of connection: Int) {
    evidence?.take(record, bytes.extracting(record.range), of: connection)
  }

  /// A connection has left memory, as it was at `instant`.
  mutating func leave(_ connection: ConnectionReport, at instant: Timestamp) {
    evidence?.look(at: connection, selection.apply(to: connection, at: instant))
    evidence?.leave(connection)
    meters?.leave(connection)
  }

  /// Looks at all connections, if it is time to, and writes what is evidence.
  mutating func turn(_ tracker: borrowing Tracker, _ capture: LiveCapture) {
    let now = capture.now
    if isNeeded, now >= next {
      let start = ContinuousClock.now
      survey(tracker, capture)
      // However many connections there are, nine tenths of the time are the packets'.
      let duration = (ContinuousClock.now - start) * 10
      next = now.advanced(by: max(Self.interval, Interval(duration)))
    }
    evidence?.flush()
  }

  private mutating func survey(_ tracker: borrowing Tracker, _ capture: LiveCapture) {
    let now = capture.now
    let roster = tracker.roster()
    meters?.begin()
    for index in 0..<roster.count {
      tracker.connection(at: index, of: roster, at: now) { connection in
        let selected = selection.apply(to: connection, at: now)
        evidence?.look(at: connection, selected)
        meters?.count(connection, selected, at: now)
      }
    }
    meters?.publish(
      Meters.Surroundings(
        interfaces: capture.interfaces, connections: tracker.connectionCount,
        evicted: tracker.evicted, evidencePackets: evidence?.packets, now: now))
  }

  /// Looks a last time, and ends the file.
  mutating func finish(_ tracker: borrowing Tracker, _ capture: LiveCapture) {
    if isNeeded { survey(tracker, capture) }
    evidence?.finish(capture)
  }
}

import Dissection
import Reporting
import Tracking

/// The last segments of all connections, so that one that somebody looks at can be told from its
/// beginning.
///
/// Those that open and close have room of their own: a bulk transfer would soon have pushed them out.
struct SegmentMemory {
  /// About 10 MB each.
  private static let limit = 1 << 16

  private var all = Ring<Segment>(limit: limit)
  private var turns = Ring<Segment>(limit: limit)

  mutating func take(_ segment: Segment) {
    if segment.flags.isDisjoint(with: [.syn, .fin, .rst]) {
      all.append(segment)
    } else {
      turns.append(segment)
    }
  }

  /// A connection as its segments in memory tell it.
  ///
  /// - Parameter options: by which it is followed.
  func ladder(
    of connection: ConnectionReport, options: TrackerOptions, at now: Timestamp,
    minimumAge: Interval
  ) -> ScreenLadder {
    let segments = segments(of: connection)
    let own = segments.filter { $0.frame >= connection.firstFrame }
    let missing = max(0, connection.packets - own.count)
    var options = options
    // What lay between is taken to have gone as it nearly always does.
    if missing > 0 { options.closesOnly = true }
    var consumer = LadderConsumer(
      number: number(of: connection, in: segments, options), ladder: Ladder(isComplete: false))
    var tracker = Tracker(options: options)
    for segment in segments {
      consumer.willReceive(segment, tracker)
      let receipt = tracker.receive(segment) { consumer.take($0, at: segment.time) }
      consumer.didReceive(receipt, segment, tracker)
    }
    return ScreenLadder(
      report: ExplainReport(
        connection: connection, ladder: consumer.ladder, instant: now, minimumAge: minimumAge),
      missing: missing)
  }

  /// Those between its two ends, in order, of whatever incarnation.
  private func segments(of connection: ConnectionReport) -> [Segment] {
    let ends = connection.endpoints
    let (one, other) = (ends.initiator.local, ends.responder.local)
    var found: [Segment] = []
    for ring in [all, turns] {
      ring.forEach { segment in
        if segment.source == one && segment.destination == other
          || segment.source == other && segment.destination == one
        {
          found.append(segment)
        }
      }
    }
    return found.sorted { $0.frame < $1.frame }
  }

  /// The number that its segments get when they alone are followed.
  private func number(
    of connection: ConnectionReport, in segments: [Segment], _ options: TrackerOptions
  ) -> Int {
    var tracker = Tracker(options: options)
    var number = 1
    for segment in segments where segment.frame <= connection.lastFrame {
      let receipt = tracker.receive(segment) { _ in }
      if segment.frame >= connection.firstFrame { number = receipt.connection }
    }
    return number
  }
}

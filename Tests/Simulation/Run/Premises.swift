import Dissection
import Tracking

/// Whether the premises behind every claim about one host hold, instant by instant (MODEL.md
/// section 1): what breaks one for good breaks it until a new socket takes the host's place.
struct Premises {
  /// All that the host sent passed the tap and was captured.
  private var seen: Breaches
  /// All that passed the tap towards the host reached its TCP.
  private var arrived: Breaches
  /// Nothing reached the host that had not passed the tap and been captured, and its socket was not
  /// ended without a packet.
  private var complete: Breaches

  init(_ run: Run, of side: Side) {
    let timeline = run.timelines[side]
    seen = Breaches(Self.unseen(run, side))
    arrived = Breaches(Self.underWay(run, side))
    complete = Breaches(Self.unforeseen(run, side) + Self.silentDeaths(timeline))
  }

  /// At instants that never go back.
  mutating func hold(at instant: Timestamp) -> (seen: Bool, arrived: Bool, complete: Bool) {
    (!seen.last(at: instant), !arrived.last(at: instant), !complete.last(at: instant))
  }

  /// How long an answer is awaited where no handshake has told the round-trip time.
  private static let unmeasured = Interval.milliseconds(126)

  // MARK: What breaks them

  private static func unseen(_ run: Run, _ side: Side) -> [Breaches.Span] {
    var recordedAt = Array(repeating: Timestamp.distantFuture, count: run.packets.count)
    for crossing in run.crossings {
      recordedAt[crossing.packet] = min(recordedAt[crossing.packet], crossing.recordedAt)
    }
    return outOfTurn(run, side)
      + run.packets.indices.filter { run.packets[$0].sender == side }.map { index in
        let sentAt = run.packets[index].sentAt
        let end =
          recordedAt[index] == .distantFuture
          ? run.timelines[side].nextLife(after: sentAt).advanced(by: unmeasured)
          : recordedAt[index]
        return (sentAt, end)
      }
  }

  /// Longer than anything is remembered of a connection: 2MSL and the timer's slack.
  private static let lifetime = Interval.seconds(65)

  /// A dial that passes the tap only after the next one has: the claims are about the one, and the
  /// host is in the other. Or one that outlives 2MSL, which nothing tells from a new one: TCP is
  /// built on that not happening (RFC 9293 section 3.4.1).
  private static func outOfTurn(_ run: Run, _ side: Side) -> [Breaches.Span] {
    var last = 0
    var passed: Set<Int> = []
    return run.crossings.filter { run.packets[$0.packet].sender == side }
      .sorted { $0.recordedAt < $1.recordedAt }.compactMap { crossing in
        let packet = run.packets[crossing.packet]
        let isFirst = passed.insert(crossing.packet).inserted
        guard packet.segment.flags.contains(.syn), crossing.recordedAt < .distantFuture else {
          return nil
        }
        defer { last = max(last, packet.number) }
        let isOutdated = crossing.recordedAt.since(packet.sentAt) > lifetime
        if packet.number > last || !isFirst && !isOutdated { return nil }
        return (crossing.recordedAt, run.timelines[side].nextLife(after: crossing.recordedAt))
      }
  }

  /// What takes longer behind the tap did not arrive as far as the claims' timers go.
  private static let longestWay = Interval.seconds(1)

  private static func underWay(_ run: Run, _ side: Side) -> [Breaches.Span] {
    run.deliveries.filter { $0.receiver == side && !$0.isExtra }.flatMap { delivery in
      let timeline = run.timelines[side]
      let passesAt = run.crossings[delivery.crossing].passesAt
      if let arrivesAt = delivery.arrivesAt, arrivesAt.since(passesAt) < longestWay {
        return [(passesAt, arrivesAt)]
      }
      // Late, it may meet another socket.
      return [passesAt, delivery.arrivesAt ?? passesAt].map { ($0, timeline.nextLife(after: $0)) }
    }
  }

  private static func unforeseen(_ run: Run, _ side: Side) -> [Breaches.Span] {
    run.deliveries.filter { $0.receiver == side }.compactMap { delivery in
      guard let arrivesAt = delivery.arrivesAt else { return nil }
      let recordedAt = run.crossings[delivery.crossing].recordedAt
      if delivery.isExtra || recordedAt == .distantFuture {
        return (arrivesAt, run.timelines[side].nextLife(after: arrivesAt))
      }
      return (arrivesAt, recordedAt)
    }
  }

  private static func silentDeaths(_ timeline: Timeline) -> [Breaches.Span] {
    timeline.moments.indices.filter { timeline.diesSilently($0) }.map { index in
      let time = timeline.moments[index].time
      return (time, timeline.nextLife(after: time))
    }
  }
}

/// The times at which something is broken.
struct Breaches {
  /// From the first on, up to but not including the second.
  typealias Span = (from: Timestamp, to: Timestamp)

  private var changes: [(time: Timestamp, step: Int)] = []
  private var next = 0
  private var depth = 0

  init(_ spans: [Span]) {
    for span in spans where span.from < span.to {
      changes.append((span.from, 1))
      changes.append((span.to, -1))
    }
    changes.sort { $0.time < $1.time }
  }

  /// At instants that never go back.
  mutating func last(at instant: Timestamp) -> Bool {
    while next < changes.count, changes[next].time <= instant {
      depth += changes[next].step
      next += 1
    }
    return depth > 0
  }
}

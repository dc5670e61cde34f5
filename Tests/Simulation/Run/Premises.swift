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
    // A packet counts as seen when it is the first time; a duplicate comes out of its turn.
    var recordedAt = Array(repeating: Timestamp.distantFuture, count: run.packets.count)
    for crossing in run.crossings.sorted(by: { $0.passesAt > $1.passesAt }) {
      recordedAt[crossing.packet] = crossing.recordedAt
    }
    return outOfTurn(run, side)
      + run.packets.indices.filter { run.packets[$0].sender == side }.map { index in
        let packet = run.packets[index]
        let isSeen = recordedAt[index] < .distantFuture
        if isSeen { return (packet.sentAt, recordedAt[index]) }
        var life = run.timelines[side].nextLife(after: packet.sentAt)
        // The RST of a port without a socket tells of the dial that its next socket meets.
        if packet.segment.flags.contains(.rst) { life = run.timelines[side].nextLife(after: life) }
        return (packet.sentAt, life.advanced(by: unmeasured))
      }
  }

  /// Longer than anything is remembered of a connection: 2MSL and the timer's slack.
  private static let lifetime = Interval.seconds(65)

  /// A dial that passes the tap only after the next one has: the claims are about the one, and the
  /// host is in the other. Or whatever outlives 2MSL, which nothing tells from what is new: TCP is
  /// built on that not happening (RFC 9293 section 3.4.1).
  private static func outOfTurn(_ run: Run, _ side: Side) -> [Breaches.Span] {
    var last = 0
    var passed: Set<Int> = []
    return run.crossings.filter { run.packets[$0.packet].sender == side }
      .sorted { $0.recordedAt < $1.recordedAt }.compactMap { crossing in
        let packet = run.packets[crossing.packet]
        let isFirst = passed.insert(crossing.packet).inserted
        let isSYN = packet.segment.flags.contains(.syn)
        let isOutdated = crossing.recordedAt.since(packet.sentAt) > lifetime
        guard crossing.recordedAt < .distantFuture, isSYN || isOutdated else { return nil }
        let isInTurn = packet.number > last || !isFirst
        if isSYN { last = max(last, packet.number) }
        if isInTurn, !isOutdated { return nil }
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

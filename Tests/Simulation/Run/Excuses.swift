import Dissection
import TestSupport
import Tracking

/// Why no packet tells the claimed state from the true one, by what truly happened.
public enum Excuse: String, CaseIterable, Hashable, Sendable {
  /// The program has closed, but the FIN waits behind data or a shut window.
  case finHeldBack = "FIN held back"
  /// Claim and truth are what a timer leaves and makes, and it fires within its slack.
  case timerSlack = "timer slack"
  /// FIN_WAIT_2 past its limit: when close() was called, if at all, leaves no packet.
  case halfClosed = "half-closed or orphaned"
  /// FIN_WAIT_1, CLOSING and LAST_ACK past the earliest end of an orphan.
  case orphanLimit = "orphan limit"
  /// The host's own firewall dropped what passed its tap, and the host has sent nothing that it
  /// would not have sent with it.
  case firewall = "firewall"
}

struct Excuses {
  /// The last twin sought, since a difference lasts for many instants.
  private var lastTwin: (claim: TCPState, truth: TCPState, fed: Int, isFound: Bool)?

  mutating func find(
    _ side: Side, _ claim: TCPState, _ truth: TCPState, _ run: Run, _ fed: Int,
    at instant: Timestamp
  ) -> Excuse? {
    let timeline = run.timelines[side]
    let index = timeline.index(at: instant)
    if timeline.moments[index].isFINHeldBack { return .finHeldBack }
    if isSlack(timeline, index, claim, truth, at: instant) { return .timerSlack }
    if isHalfClosed(run, side, index, claim, truth, at: instant) { return .halfClosed }
    if isOrphan(timeline, index, claim, truth, at: instant) { return .orphanLimit }
    if let last = lastTwin, last.claim == claim, last.truth == truth, last.fed == fed {
      return last.isFound ? .firewall : nil
    }
    let isFound =
      isSilentSinceLoss(run, side, at: instant) || hasTwin(run, side, claim, at: instant)
    lastTwin = (claim, truth, fed, isFound)
    return isFound ? .firewall : nil
  }

  private static let slack = Interval.milliseconds(5200)

  private func isSlack(
    _ timeline: Timeline, _ index: Int, _ claim: TCPState, _ truth: TCPState,
    at instant: Timestamp
  ) -> Bool {
    let moments = timeline.moments
    func fits(_ next: Int, from: TCPState, to: TCPState) -> Bool {
      moments.indices.contains(next) && next > 0 && moments[next].cause == .timer
        && moments[next - 1].state == from && moments[next].state == to
        && max(moments[next].time.since(instant), instant.since(moments[next].time)) <= Self.slack
    }
    return fits(index, from: claim, to: truth) || fits(index + 1, from: truth, to: claim)
  }

  private func isHalfClosed(
    _ run: Run, _ side: Side, _ index: Int, _ claim: TCPState, _ truth: TCPState,
    at instant: Timestamp
  ) -> Bool {
    let moments = run.timelines[side].moments
    if claim == .closed, truth == .finWait2 {
      let limit = run.scenario.settings[side].profile.finWait2 ?? .seconds(60)
      return instant.since(moments[index].time) >= limit
    }
    guard claim == .finWait2, truth == .closed, moments[index].cause == .timer, index > 0,
      moments[index - 1].state == .finWait2
    else { return false }
    // It took data there, as no orphan does.
    return run.deliveries.contains { delivery in
      guard let reception = delivery.reception, let time = delivery.arrivesAt else { return false }
      return delivery.receiver == side && reception.isNews && reception.before == .finWait2
        && reception.after == .finWait2 && time >= moments[index - 1].time && time <= instant
    }
  }

  private func isOrphan(
    _ timeline: Timeline, _ index: Int, _ claim: TCPState, _ truth: TCPState,
    at instant: Timestamp
  ) -> Bool {
    func waits(_ state: TCPState) -> Bool {
      state == .finWait1 || state == .closing || state == .lastAck
    }
    let patience = Interval.milliseconds(102_200)
    if claim == .closed, waits(truth) {
      // Since the FIN was sent: CLOSING comes after FIN_WAIT_1.
      let entry = timeline.moments[...index].last { !waits($0.state) }
      return instant.since(entry?.time ?? .distantPast) >= patience
    }
    guard truth == .closed, waits(claim), index > 0, timeline.moments[index].cause == .timer,
      timeline.moments[index - 1].state == claim
    else { return false }
    return instant.since(timeline.moments[index].time) <= patience + Self.slack
  }

  // MARK: The host's firewall

  /// The host has sent nothing since it lost what passed its tap.
  private func isSilentSinceLoss(_ run: Run, _ side: Side, at instant: Timestamp) -> Bool {
    let lost = run.deliveries.filter { $0.receiver == side && $0.arrivesAt == nil }
    let passed = lost.map { run.crossings[$0.crossing].passesAt }.filter { $0 <= instant }
    guard let last = passed.max() else { return false }
    return !run.packets.contains { $0.sender == side && $0.sentAt > last && $0.sentAt <= instant }
  }

  /// Whether the capture up to now would be the same if some of what was lost behind the tap had
  /// arrived, and the claim the truth.
  private func hasTwin(
    _ run: Run, _ side: Side, _ claim: TCPState, at instant: Timestamp
  ) -> Bool {
    let lost = run.scenario.fates.filter { fate in
      guard fate.sender == side.other else { return false }
      switch fate.event {
      case .lost(.behindTap), .delayed(.behindTap, _): return true
      case .lost(.beforeTap), .delayed(.beforeTap, _), .duplicated, .missed, .copied,
        .recordedLate:
        return false
      }
    }
    guard !lost.isEmpty else { return false }
    let seen = Self.passed(run, until: instant)
    for subset in Self.subsets(of: lost) {
      var scenario = run.scenario
      scenario.fates.removeAll { subset.contains($0) }
      scenario.end = instant
      let twin = Run(scenario)
      if twin.timelines[side][instant].state == claim, Self.passed(twin, until: instant) == seen {
        return true
      }
    }
    return false
  }

  private static func subsets(of fates: [Fate]) -> [[Fate]] {
    if fates.count > 4 {
      return fates.map { [$0] } + fates.indices.dropFirst().map { Array(fates[$0...]) } + [fates]
    }
    return (1..<(1 << fates.count)).map { mask in
      fates.indices.filter { mask >> $0 & 1 == 1 }.map { fates[$0] }
    }
  }

  private static func passed(_ run: Run, until instant: Timestamp) -> [Print] {
    run.capture.filter { $0.recordedAt <= instant }.map { Print($0.segment) }
  }

  /// What a capture shows of a packet.
  private struct Print: Equatable {
    let time: Timestamp
    let source: SocketAddress
    let numbers: [UInt32]
    let flags: TCPFlags
    let options: TCPOptions

    init(_ segment: Segment) {
      time = segment.time
      source = segment.source
      numbers = [
        segment.sequenceNumber.value, segment.acknowledgmentNumber.value, segment.payloadLength,
        UInt32(segment.window), UInt32(segment.ipIdentification),
      ]
      flags = segment.flags
      options = segment.options
    }
  }
}

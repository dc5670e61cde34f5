import Dissection
import TestSupport
import Tracking

@testable import KernelRecordings

/// What finwait says of both ends of one scenario, at one tap, held against the kernel's states
/// before and after every packet.
struct ScenarioComparison {
  enum Fault: String, CaseIterable {
    /// Another state than the kernel's, at the host's own tap.
    case state
    /// The kernel's state is not even possible.
    case possible
    /// A claim said to be proved is wrong.
    case proved
    /// TIME_WAIT ends, by the kernel, at another time.
    case until
  }

  /// Why nothing on the wire can tell what the kernel says.
  enum Reason: String, CaseIterable {
    /// close() or shutdown() while data or a shut window is before the FIN: it has not left.
    case finHeldBack = "fin-held-back"
    /// FIN_WAIT_2 after shutdown() has no timer; nothing tells it from close().
    case halfCloseKept = "half-close-kept"
    /// SO_LINGER 0 ended LAST_ACK or CLOSING: no RST (tcp_disconnect).
    case silentEnd = "silent-end"
    /// A RST that ends an orphan in FIN_WAIT_2 and not a socket, or the other way: no packet has told
    /// which it is.
    case orphanUnknown = "orphan-unknown"
    /// What acknowledges data that was never sent looks like a hole in the capture until the kernel
    /// answers.
    case unanswered
  }

  /// One end at one instant.
  struct Difference: CustomStringConvertible {
    let fault: Fault
    let side: KernelRecording.Side
    let tap: String
    /// What it shows of itself; a scenario must also be expected to be so.
    let reason: Reason?
    let description: String
  }

  let scenario: ScenarioRecording
  let tap: String
  private(set) var compared = 0
  private(set) var uncertain = 0
  private(set) var differences: [Difference] = []
  private var overSince: [Timestamp?] = [nil, nil]

  /// How far the kernel's own word on a timer may be from ours: its ticks, and the asking.
  private static let timerSlack = Interval.milliseconds(100)

  init(_ scenario: ScenarioRecording, tap: String) {
    self.scenario = scenario
    self.tap = tap
    let segments = scenario.segments[tap] ?? []
    var observation = KernelObservation(of: scenario.ends)
    for (index, segment) in segments.enumerated() {
      if index > 0 {
        let last = segments[index - 1].time
        for instant in Self.instants(from: last, to: segment.time) {
          compare(observation.sayings(at: instant), at: instant, after: index)
        }
      }
      observation.receive(segment)
      if segments.indices.contains(index + 1), segments[index + 1].time <= segment.time { continue }
      compare(observation.sayings(at: segment.time), at: segment.time, after: index + 1)
    }
    guard let last = segments.last else { return }
    for instant in Self.instants(from: last.time, to: scenario.recordingEnd) {
      compare(observation.sayings(at: instant), at: instant, after: segments.count)
    }
  }

  /// Between two packets: the middle, then every half second and, after a while, every two
  /// seconds, and just before the second.
  private static func instants(from start: Timestamp, to end: Timestamp) -> [Timestamp] {
    guard start < end else { return [] }
    let step = Interval.milliseconds(500)
    let half = Interval(nanoseconds: min(end.since(start).nanoseconds, step.nanoseconds) / 2)
    var instants: [Timestamp] = []
    var next = start.advanced(by: half)
    while next < end {
      instants.append(next)
      next = next.advanced(by: next.since(start) < .seconds(3) ? step : step * 4)
    }
    return instants + [end.advanced(by: Interval(nanoseconds: -1))]
  }

  private mutating func compare(
    _ sayings: [Saying?], at instant: Timestamp, after frames: Int
  ) {
    for (index, end) in scenario.ends.enumerated() {
      guard let saying = sayings[index] else { continue }
      overSince[index] = saying.isOverByTimer ? overSince[index] ?? instant : nil
      guard let truth = scenario.truths[index].state(at: instant) else {
        uncertain += 1
        continue
      }
      let premises = scenario.premises(of: end.side, at: tap)
      let isOwn = tap == end.side.tap
      let claim = saying.claim
      var faults: [Fault] = []
      if isOwn, claim.state != truth, !isSlack(saying, index, truth, instant) {
        faults.append(.state)
      }
      if claim.certainty == .proved, claim.state != truth, premises.holdForProof(at: instant) {
        faults.append(.proved)
      }
      if !saying.possible.contains(truth), premises.hold(at: instant) { faults.append(.possible) }
      if isOwn, claim.state == .timeWait, truth == .timeWait,
        let expiry = scenario.truths[index].timeWaitExpiry(at: instant)
      {
        let error = claim.until.map { expiry.since($0) }
        if error.map({ max($0, $0 * -1) > Self.timerSlack }) ?? true { faults.append(.until) }
      }
      if isOwn || premises.hold(at: instant) { compared += 1 }
      for fault in faults {
        differences.append(
          Difference(
            fault: fault, side: end.side, tap: tap,
            reason: reason(saying, end, truth, instant),
            description: describe(fault, saying, end, truth, instant, frames)))
      }
    }
  }

  /// Timers of the kernel are late, never early; when it gives up what it sends again and again is
  /// known only roughly.
  private func isSlack(
    _ saying: Saying, _ index: Int, _ truth: TCPState, _ instant: Timestamp
  ) -> Bool {
    guard saying.possible.contains(truth) else { return false }
    if let since = overSince[index] { return instant.since(since) <= KernelComparison.slack }
    guard truth == .closed, let since = saying.claim.since else { return false }
    switch saying.claim.state {
    // tcp_synack_retries, and 8 tries of tcp_orphan_retries (net/ipv4/tcp_timer.c).
    case .synReceived: return instant.since(since) >= .seconds(62)
    case .finWait1, .closing, .lastAck: return instant.since(since) >= .seconds(100)
    case .closed, .listen, .synSent, .established, .finWait2, .closeWait, .timeWait: return false
    }
  }

  private func reason(
    _ saying: Saying, _ end: KernelRecording.End, _ truth: TCPState, _ instant: Timestamp
  ) -> Reason? {
    let claim = saying.claim
    switch (truth, claim.state) {
    case (.closed, .lastAck), (.closed, .closing): return .silentEnd
    case (.closed, .finWait2): return saying.possible.contains(truth) ? .orphanUnknown : nil
    case (.finWait1, .established), (.lastAck, .closeWait), (.closing, .closeWait):
      return saying.possible.contains(truth) && !hasFINLeft(end, instant) ? .finHeldBack : nil
    // When it leaves it acknowledges a FIN that came after close().
    case (.closing, .lastAck), (.timeWait, .closed):
      let isBySecond = claim.ground == .sentFIN || claim.ground == .lastACKPassed
      return isBySecond && saying.possible.contains(truth) ? .finHeldBack : nil
    case (.finWait2, .closed):
      let isLate = claim.ground == .finWait2Over && saying.possible.contains(truth)
      let isByRST = claim.ground == .acceptedRST && saying.possible.contains(truth)
      return isLate ? .halfCloseKept : isByRST ? .orphanUnknown : nil
    case (.synReceived, .established), (.synReceived, .closeWait), (.established, .closeWait):
      return saying.possible.contains(truth) && awaitsAnswer(end, instant) ? .unanswered : nil
    default: return nil  // pairs, most of which have no reason
    }
  }

  /// Since its last SYN, at its own tap.
  private func hasFINLeft(_ end: KernelRecording.End, _ instant: Timestamp) -> Bool {
    let sent = (scenario.segments[end.side.tap] ?? []).filter {
      $0.source == end.local && $0.time <= instant
    }
    let start = sent.lastIndex { $0.flags.contains(.syn) } ?? 0
    return sent.dropFirst(start).contains { $0.flags.contains(.fin) }
  }

  /// Whether its own tap last saw an acknowledgment of what it has not sent, which it is about to
  /// answer.
  private func awaitsAnswer(_ end: KernelRecording.End, _ instant: Timestamp) -> Bool {
    let segments = scenario.segments[end.side.tap] ?? []
    guard let index = segments.lastIndex(where: { $0.time <= instant }),
      let sent = segments[...index].last(where: { $0.source == end.local }),
      segments[index].source == end.remote,
      segments[index].acknowledgmentNumber.isAfter(sent.sequenceEnd),
      segments.indices.contains(index + 1)
    else { return false }
    let answer = segments[index + 1]
    return answer.source == end.local && answer.time.since(segments[index].time) < .milliseconds(5)
  }

  private func describe(
    _ fault: Fault, _ saying: Saying, _ end: KernelRecording.End,
    _ truth: TCPState, _ instant: Timestamp, _ frames: Int
  ) -> String {
    let claim = saying.claim
    let possible = saying.possible.ordered(first: claim.state).map(\.name).joined(separator: " ")
    let segments = scenario.segments[tap] ?? []
    let frame = frames > 0 ? segments[frames - 1].frame : 0
    let time = instant.since(segments.first?.time ?? instant).seconds
    var text =
      "\(scenario.name) host \(end.side.rawValue) tap \(tap) \(fault.rawValue): after packet "
      + "\(frames) (frame \(frame)) at \(time) s: kernel \(truth.name), claim "
      + "\(claim.certainty) [\(possible)] \(claim.ground)"
    if fault == .until,
      let expiry = scenario.truths[end.side == .a ? 0 : 1].timeWaitExpiry(
        at: instant)
    {
      text += ", expiry \(claim.until.map { "\(expiry.since($0).seconds)" } ?? "nil") s after until"
    }
    return text
  }
}

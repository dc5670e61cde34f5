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
    if isHeldBack(timeline, index, claim, truth) { return .finHeldBack }
    if isSlack(timeline, index, claim, truth, at: instant) { return .timerSlack }
    let due = timeline.entry(of: index).advanced(by: run.scenario.settings[side].profile.timeWait)
    if claim == .closed, truth == .timeWait, run.restart(of: side, from: due, to: instant) != nil {
      return .timerSlack
    }
    if isHalfClosed(run, side, index, claim, truth, at: instant) { return .halfClosed }
    if isOrphan(timeline, index, claim, truth, at: instant) { return .orphanLimit }
    if let last = lastTwin, last.claim == claim, last.truth == truth, last.fed == fed {
      return last.isFound ? .firewall : nil
    }
    let firewall = Firewall(run, side, at: instant)
    // A FIN that is sent again shows that the first was not taken, and may be.
    if Set([claim, truth]) == [.established, .closeWait], run.hasRepeatedFIN(to: side, by: instant)
    {
      return .firewall
    }
    let isFound =
      firewall.hasTaken && !firewall.hasSentFINAgain
      && Self.differInOneFact.contains([claim, truth]) || firewall.isStillHidden
      || firewall.hasTakenSeveral
      || firewall.hasTwin(claiming: claim)
    lastTwin = (claim, truth, fed, isFound)
    return isFound ? .firewall : nil
  }

  /// Whether a FIN was taken, or the acknowledgment of one or of the SYN/ACK: what is sent in between shows it
  /// seldom.
  private static let differInOneFact: Set<Set<TCPState>> = [
    [.established, .closeWait], [.finWait1, .closing], [.finWait2, .timeWait],
    [.finWait1, .finWait2], [.closing, .timeWait], [.lastAck, .closed],
    [.synReceived, .established],
  ]

  /// Also when the FIN has left, but the peer's came while it waited: it acknowledges the peer's,
  /// as that of a program does that closed second.
  private func isHeldBack(
    _ timeline: Timeline, _ index: Int, _ claim: TCPState, _ truth: TCPState
  ) -> Bool {
    let moments = timeline.moments
    if moments[index].isFINHeldBack { return true }
    // Given up with what it waited behind.
    if truth == .closed, moments[index].cause == .timer, moments[index - 1].isFINHeldBack {
      return true
    }
    let isTwin =
      (claim == .lastAck && truth == .closing)
      || (claim == .closed && (truth == .timeWait || truth == .closing))
    let crossing = moments[...index].lastIndex { $0.state == .closing }
    guard isTwin, let crossing, moments[crossing].incarnation == moments[index].incarnation else {
      return false
    }
    guard let last = moments[..<crossing].last(where: { $0.state != .closing }) else {
      return false
    }
    // Before the handshake is over, no FIN leaves.
    return last.isFINHeldBack || last.state == .synReceived
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
    if fits(index, from: claim, to: truth) || fits(index + 1, from: truth, to: claim) {
      return true
    }
    // Something else ended it, or restarted its timer, before that fired.
    return (truth == .timeWait || truth == .synReceived) && claim == .closed
      && timeline.nextTimer(at: instant).since(instant) <= Self.slack
  }

  private func isHalfClosed(
    _ run: Run, _ side: Side, _ index: Int, _ claim: TCPState, _ truth: TCPState,
    at instant: Timestamp
  ) -> Bool {
    let moments = run.timelines[side].moments
    if claim == .closed, truth == .finWait2 {
      let limit = run.scenario.settings[side].profile.finWait2 ?? .seconds(60)
      // What brought it there can have been a second one.
      return instant.since(run.timelines[side].entry(of: index)) >= limit + .seconds(-1)
    }
    guard claim == .finWait2, truth == .closed, index > 0, moments[index - 1].state == .finWait2
    else { return false }
    // Any RST in the window ends an orphan, but no socket.
    if moments[index].cause == .packet { return true }
    guard moments[index].cause == .timer else { return false }
    let entry = run.timelines[side].entry(of: index - 1)
    // It acknowledged something there, as no orphan does.
    return run.packets.contains { packet in
      packet.sender == side && packet.sentAt >= entry && packet.sentAt <= moments[index].time
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
    return instant.since(timeline.moments[index].time) <= patience * 2 + Self.slack
  }
}

import Dissection

/// What no packet shows: timers that end a state, and premises that fail.
extension Inference {
  /// Linux rounds a timer up to the next slot of its wheel (kernel/time/timer.c): a 2MSL timer
  /// fires up to one slot late, 1.7 to 5.1 s at the usual HZ, never early.
  static let timerSlack = Interval.milliseconds(5_200)

  /// tcp_orphan_retries = 0 counts as 8 tries (net/ipv4/tcp_timer.c): at least
  /// 511 x 200 ms of exponential backoff.
  static let orphanPatience = Interval.milliseconds(102_200)

  var timeWaitEntry: Mark { own.fin.ackPassed.later(peer.fin.arrival) }

  private var finWait2Entry: Mark {
    own.fin.first.later(own.fin.ackPassed).later(own.finWait2Alive)
  }

  /// When it can have begun at the earliest: not before the FIN was sent for the last time, if not
  /// even that showed the acknowledgment to have arrived.
  private var earliestTimeWait: Timestamp {
    guard own.fin.ackDoubts > 0 else { return timeWaitEntry.time }
    let sentLast = own.fin.transmissions.last
    return min(sentLast.later(peer.fin.arrival).time, timeWaitEntry.time)
  }

  /// When the running 2MSL timer ends, nominally, if all that passed since has arrived.
  private var timeWaitEnd: Timestamp {
    timeWaitEntry.later(own.timeWaitRestart).time.advanced(by: profile.timeWait)
  }

  func applyTimers(_ claim: inout Claim) {
    switch claim.state {
    case .timeWait: applyTimeWait(&claim)
    case .finWait2: applyFinWait2(&claim)
    case .finWait1, .closing, .lastAck: applyOrphanLimit(&claim)
    case .closed: settleLastACK(&claim)
    case .established, .closeWait, .synSent, .synReceived, .listen: break
    }
    if mayBeOver(claim) { claim.possible.insert(.closed) }
  }

  /// Whether a timer can have ended what the end can be besides the state it is taken to be in.
  private func mayBeOver(_ claim: Claim) -> Bool {
    guard claim.state != .closed else { return false }
    if claim.possible.contains(.finWait2), claim.state != .finWait2, let limit = profile.finWait2 {
      let end = finWait2Entry.time.advanced(by: limit)
      if !own.tookDataInFinWait2 || peer.fin.arrival.time >= end { return true }
    }
    if claim.possible.contains(.timeWait), claim.state != .timeWait, timeWaitEntry.isSet,
      now >= max(earliestTimeWait, own.timeWaitConfirmed).advanced(by: profile.timeWait)
    {
      return true
    }
    // A FIN that waits behind text is given up with that.
    guard !own.fin.isSent, own.lastPayload > .distantPast,
      !claim.possible.isDisjoint(with: Self.orphans)
    else { return false }
    let unconfirmed = own.firstUnconfirmed.advanced(by: Self.orphanPatience)
    return now >= own.lastPayload.advanced(by: Self.shortestPatience)
      || now >= max(unconfirmed, firstGivesUp)
  }

  private static let orphans: StateSet = [
    StateSet(.finWait1), StateSet(.closing), StateSet(.lastAck),
  ]
  /// What is left to an orphan whose text has been unacknowledged for long already.
  static let shortestPatience = Interval.seconds(60)

  private func applyTimeWait(_ claim: inout Claim) {
    let end = timeWaitEnd
    let confirmed = max(earliestTimeWait, own.timeWaitConfirmed)
    if now < end {
      claim.until = end
      // Unless the packets that restarted the timer were lost behind the tap.
      if now >= confirmed.advanced(by: profile.timeWait) { claim.possible.insert(.closed) }
      return
    }
    claim.state = .closed
    claim.since = end
    claim.ground = .timeWaitOver
    claim.possible.insert(.closed)
    guard now >= end.advanced(by: Self.timerSlack) else { return }
    // Where the FINs or their acknowledgments did not arrive, that timer does not run.
    claim.possible.remove(StateSet(.timeWait))
    let late = own.timeWaitLate.advanced(by: profile.timeWait).advanced(by: Self.timerSlack)
    if now < late { claim.possible.insert(.timeWait) }
  }

  /// Whether close() or shutdown() sent the FIN shows only when data arrives: until
  /// then the claim follows the orphan's timer, and both stay possible.
  private func applyFinWait2(_ claim: inout Claim) {
    guard let limit = profile.finWait2 else { return }
    let end = finWait2Entry.time.advanced(by: limit)
    if own.tookDataInFinWait2 {
      if now >= end { claim.possible.insert(.closed) }
      return
    }
    // TCP_LINGER2 can make an orphan's life as short as its program likes (tcp(7)).
    claim.possible.insert(.closed)
    guard now >= end else {
      claim.until = end
      return
    }
    claim.state = .closed
    claim.since = end
    claim.ground = .finWait2Over
  }

  private func applyOrphanLimit(_ claim: inout Claim) {
    let (seen, nominal) = own.fin.transmissions.givesUp(patience: Self.orphanPatience)
    // What passed the tap was sent before.
    let earliest = seen.advanced(by: answerTime * -1)
    if !own.dataConfirmed || !own.handshakePassed.isSet, now >= firstGivesUp {
      claim.possible.insert(.closed)
    }
    guard now >= earliest else {
      // Silence where a retransmission is due: its sender may know more than we saw.
      if now >= own.fin.transmissions.overdue { claim.certainty = .presumed }
      return
    }
    claim.possible.insert(.closed)
    // A SYN/ACK that was never acknowledged gives up before.
    let end = own.handshakePassed.isSet ? nominal : max(firstGivesUp, own.opening.due)
    if now >= end {
      claim.state = .closed
      claim.since = end
      claim.ground = .orphanOver
    }
  }

  /// Text or a SYN/ACK before the FIN may have been unacknowledged for long: patience is counted
  /// from the last acknowledgment of something new (tcp_timer.c, retrans_stamp).
  private var firstGivesUp: Timestamp {
    let progress = peer.ackMark.isSet ? peer.ackMark : own.opening.first
    return progress.time.advanced(by: Self.orphanPatience)
  }

  /// The last ACK passed: LAST_ACK stays possible until the orphan would have given up.
  private func settleLastACK(_ claim: inout Claim) {
    let (_, nominal) = own.fin.transmissions.givesUp(patience: Self.orphanPatience)
    if now >= nominal { claim.possible = StateSet(.closed) }
  }

  /// A RST passed towards it, or one that may be its own.
  func applyReset(_ claim: inout Claim) {
    guard claim.ground != .sentRST, claim.ground != .newIncarnation else { return }
    if own.resetPassed.isSet {
      if claim.state == .closed, claim.since ?? .distantFuture <= own.resetPassed.time { return }
      claim.possible.insert(.closed)
      claim.state = .closed
      claim.certainty = .presumed
      claim.since = own.resetPassed.time
      claim.until = nil
      claim.ground =
        own.isEndedByError
        ? .icmpError : own.sent.contains(.sharedReset) ? .sentRST : .acceptedRST
      claim.evidence = Evidence(
        own.isEndedByError ? own.opening.first.frame : 0, own.resetPassed.frame)
    } else if own.resetMaybe.isSet {
      claim.possible.insert(.closed)
    }
  }

  /// Proved is what is left when nothing else is possible and the capture is whole.
  func settleCertainty(_ claim: inout Claim) {
    let byTimer: Bool
    switch claim.ground {
    case .timeWaitOver, .finWait2Over, .orphanOver, .handshakeOver, .lastACKPassed, .nothingSeen,
      .synArrived, .sentSYNACK, .handshakePassed, .midStream, .peerFINPassed:
      byTimer = true
    case .sentSYN, .sentInEstablished, .acknowledgedPeerFIN, .sentFIN, .ackOfFINPassed,
      .ackOfFINLost,
      .ackOfFINConfirmed, .finsCrossed, .timeWaitRuns, .sentRST, .acceptedRST, .icmpError,
      .newIncarnation:
      byTimer = false
    }
    let sole = claim.possible == StateSet(claim.state)
    let isInferred = own.fin.isInferred || peer.fin.isInferred
    if byTimer || !isWhole || !sole || isInferred { claim.certainty = .presumed }
  }
}

extension SentFIN {
  var first: Mark { transmissions.first }

  /// The frame with which the peer can have taken it: in order, or the one that filled the hole.
  var arrival: Mark { passed.isSet ? passed : transmissions.first }
}

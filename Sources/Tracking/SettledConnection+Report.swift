import Dissection

/// What `Inference` comes to where both FINs are acknowledged and nothing came after.
extension SettledConnection {
  @inline(__always)
  func report(
    key: ConnectionKey, at now: Timestamp, profile: HostProfile
  ) -> ConnectionReport {
    ConnectionReport(
      number: Int(number), stream: Int(stream),
      endpoints: Pair(
        initiator: endpointReport(.initiator, key, at: now, profile),
        responder: endpointReport(.responder, key, at: now, profile)),
      rolesKnown: true, firstTime: first.time, lastTime: time(lastACK), firstFrame: first.frame,
      lastFrame: first.frame(lastACK.frames), copies: 0, close: .graceful,
      closedFirst: closer == .initiator ? .initiator : .responder, resetCause: nil,
      oneSided: false, gap: false, late: [])
  }

  private func endpointReport(
    _ role: Role, _ key: ConnectionKey, at now: Timestamp, _ profile: HostProfile
  ) -> EndpointReport {
    let isLow = (role == .initiator) == initiatorIsLow
    let isCloser = role == closer
    return EndpointReport(
      local: isLow ? key.low : key.high, remote: isLow ? key.high : key.low,
      claim: isCloser ? closerClaim(at: now, profile) : secondClaim(role, at: now),
      packets: Int(ends[role].packets), bytesSent: ends[role].bytesSent,
      finFrame: first.frame(isCloser ? firstFIN : secondFIN.frames),
      finAckedFrame: first.frame(isCloser ? firstACK.frames : lastACK.frames), rstFrame: nil,
      finRetransmissions: 0, activity: nil)
  }

  /// Who closed first: what it sent last shows that it has the acknowledgment of its FIN, so that
  /// its 2MSL timer was running.
  func closerClaim(at now: Timestamp, _ profile: HostProfile) -> Claim {
    let entered = time(secondFIN)
    let end = entered.advanced(by: profile.timeWait)
    let evidence = Evidence(
      first.frame(firstFIN), first.frame(firstACK.frames), first.frame(secondFIN.frames),
      first.frame(lastACK.frames))
    if now < end {
      return Claim(
        state: .timeWait, certainty: .proved, possible: StateSet(.timeWait), since: entered,
        until: end, ground: .timeWaitRuns, evidence: evidence)
    }
    var possible = StateSet(.closed)
    if now < end.advanced(by: Inference.timerSlack) { possible.insert(.timeWait) }
    return Claim(
      state: .closed, certainty: .presumed, possible: possible, since: end,
      ground: .timeWaitOver, evidence: evidence)
  }

  /// Who closed second: the last acknowledgment passed towards it, and until it would have given its
  /// FIN up that may not have arrived.
  private func secondClaim(_ role: Role, at now: Timestamp) -> Claim {
    var possible = StateSet(.closed)
    if now < time(secondFIN).advanced(by: Inference.orphanPatience * 2) {
      possible.insert(.lastAck)
      // Or it had closed before it took the first FIN.
      if traits[role].contains(.mayHaveWaited) {
        possible.formUnion([StateSet(.closing), StateSet(.timeWait)])
      }
    }
    return Claim(
      state: .closed, certainty: .presumed, possible: possible, since: time(lastACK),
      ground: .lastACKPassed,
      evidence: Evidence(first.frame(secondFIN.frames), first.frame(lastACK.frames)))
  }
}

import Dissection

/// What `Inference` comes to where both ends are open.
extension OrderlyConnection {
  /// - Precondition: there is no FIN.
  @inline(__always)
  func openReport(key: ConnectionKey, at now: Timestamp) -> ConnectionReport {
    let last = last.mark(from: first)
    return ConnectionReport(
      number: Int(number), stream: Int(stream),
      endpoints: Pair(
        initiator: endpointReport(.initiator, key, at: now),
        responder: endpointReport(.responder, key, at: now)),
      rolesKnown: true, firstTime: first.time, lastTime: last.time, firstFrame: first.frame,
      lastFrame: last.frame, copies: 0, close: .open, closedFirst: nil, resetCause: nil,
      oneSided: false, gap: false, late: [])
  }

  private func endpointReport(
    _ role: Role, _ key: ConnectionKey, at now: Timestamp
  ) -> EndpointReport {
    let isLow = (role == .initiator) == initiatorIsLow
    return EndpointReport(
      local: isLow ? key.low : key.high, remote: isLow ? key.high : key.low,
      claim: claim(role, at: now), packets: Int(ends[role].packets),
      bytesSent: ends[role].sequenceLength - 1, finRetransmissions: 0)
  }

  private func claim(_ role: Role, at now: Timestamp) -> Claim {
    let own = ends[role]
    var claim = openClaim(role)
    guard !own.traits.contains(.dataConfirmed) else { return claim }
    // Its program may have closed: the FIN would wait behind text, and be given up with it.
    claim.possible.insert(.finWait1)
    claim.certainty = .presumed
    let progress = ends[role.peer].ackMark.time.time(from: first.time)
    let unconfirmed = own.firstUnconfirmed.time(from: first.time)
    let givesUp = max(unconfirmed, progress).advanced(by: Inference.orphanPatience)
    let idle = own.lastPayload.time(from: first.time).advanced(by: Inference.shortestPatience)
    if now >= min(idle, givesUp) { claim.possible.insert(.closed) }
    return claim
  }

  private func openClaim(_ role: Role) -> Claim {
    let entered = (role == .initiator ? synACK : handshake).mark(from: first)
    let shown = role == .initiator ? handshake.frames : responderShown
    guard shown != 0 else {
      return Claim(
        state: .established, certainty: .presumed,
        possible: [StateSet(.established), StateSet(.synReceived), StateSet(.closed)],
        since: entered.time, ground: .handshakePassed,
        evidence: Evidence(first.frame(synACK.frames), entered.frame))
    }
    return Claim(
      state: .established, certainty: .proved, possible: StateSet(.established),
      since: entered.time, ground: .sentInEstablished,
      evidence: Evidence(entered.frame, first.frame(shown)))
  }
}

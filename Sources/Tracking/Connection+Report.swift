import Dissection

/// From a connection's evidence to what is said of it.
extension Connection {
  func claim(_ role: Role, at now: Timestamp, profile: HostProfile) -> Claim {
    Inference(self, role, at: now, profile: profile).claim
  }

  func report(
    at now: Timestamp, profile: HostProfile, late: [LateSegment], mergedStreams: [Int]
  ) -> ConnectionReport {
    let close = closeKind
    return ConnectionReport(
      number: number, stream: stream,
      otherStreams: mergedStreams,
      endpoints: Pair(
        initiator: endpointReport(.initiator, at: now, profile: profile),
        responder: endpointReport(.responder, at: now, profile: profile)),
      rolesKnown: rolesKnown, firstTime: firstMark.time, lastTime: lastMark.time,
      firstFrame: firstMark.frame, lastFrame: lastMark.frame, copies: copies, close: close,
      closedFirst: closedFirst, resetCause: resetCause, oneSided: isOneSided, gap: gap != nil,
      late: late)
  }

  private func endpointReport(
    _ role: Role, at now: Timestamp, profile: HostProfile
  ) -> EndpointReport {
    // What is told of an end is read where it lies: an end is large.
    let fin = ends[role].fin
    let claim = claim(role, at: now, profile: profile)
    func frame(_ number: Int) -> Int? { number == 0 ? nil : number }
    return EndpointReport(
      local: address(of: role), remote: address(of: role.peer), claim: claim,
      packets: ends[role].packets, bytesSent: ends[role].bytesSent,
      finFrame: frame(fin.firstFrame), finAckedFrame: frame(fin.firstAckedFrame),
      rstFrame: frame(ends[role].firstRST.frame),
      finRetransmissions: fin.transmissions.retransmissions,
      activity: claim.state == .closeWait ? activity(of: role, at: now) : nil)
  }

  /// An endpoint in CLOSE_WAIT still uses its half while it has sent new payload after the peer's
  /// FIN, lately, or still has some on the way.
  private func activity(of role: Role, at now: Timestamp) -> Activity {
    let (own, peer) = (ends[role], ends[role.peer])
    guard own.lastPayload > peer.fin.arrival.time else { return .idle }
    let isUnacknowledged = own.sendNext.isAfter(peer.ackSent)
    return isUnacknowledged || now.since(own.lastPayload) <= .seconds(10) ? .draining : .idle
  }

  // MARK: How it closed

  private var isFullyAcknowledged: Bool {
    ends.initiator.fin.isSent && ends.initiator.fin.acked.isSet
      && ends.responder.fin.isSent && ends.responder.fin.acked.isSet
  }

  /// A RST that came before both FINs were acknowledged.
  private var isReset: Bool {
    let resets = (ends.initiator.firstRST, ends.responder.firstRST)
    guard resets.0.isSet || resets.1.isSet else { return false }
    guard isFullyAcknowledged else { return true }
    let first =
      resets.0.isSet && resets.1.isSet
      ? min(resets.0.frame, resets.1.frame) : max(resets.0.frame, resets.1.frame)
    return Role.allCases.contains { ends[$0].fin.acked.frame > first }
  }

  private var finsCrossed: Bool {
    let (left, right) = (ends.initiator.fin, ends.responder.fin)
    return left.isSent && right.isSent && left.ack.isBefore(right.end)
      && right.ack.isBefore(left.end)
  }

  var closeKind: CloseKind {
    let answered = ends.responder.sent
    if ends.initiator.sent.contains(.syn), answered.isDisjoint(with: [.syn, .synACK, .plain]) {
      return isRefused || answered.contains(.rst) ? .refused : .attempt
    }
    if isReset { return .reset }
    let (first, second) = (ends.initiator.fin, ends.responder.fin)
    if !first.isSent, !second.isSent { return .open }
    if first.isSent && !first.acked.isSet || second.isSent && !second.acked.isSet {
      return .unanswered
    }
    if !first.isSent || !second.isSent { return .halfClosed }
    return finsCrossed ? .simultaneous : .graceful
  }

  var closedFirst: ClosedFirst? {
    let (initiator, responder) = (ends.initiator.fin, ends.responder.fin)
    if finsCrossed { return .both }
    switch (initiator.isSent, responder.isSent) {
    case (false, false): return nil
    case (true, false): return .initiator
    case (false, true): return .responder
    case (true, true):
      return initiator.ack.isAtOrAfter(responder.end) ? .responder : .initiator
    }
  }
}

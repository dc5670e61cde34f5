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
      mergedStreams: mergedStreams.isEmpty ? [stream] : mergedStreams,
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
    let end = ends[role]
    let claim = claim(role, at: now, profile: profile)
    func frame(_ number: Int) -> Int? { number == 0 ? nil : number }
    return EndpointReport(
      local: address(of: role), remote: address(of: role.peer), claim: claim,
      packets: end.packets, bytesSent: end.bytesSent, finFrame: frame(end.fin.firstFrame),
      finAckedFrame: frame(end.fin.firstAckedFrame), rstFrame: frame(end.firstRST.frame),
      finRetransmissions: end.fin.transmissions.retransmissions,
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
    Role.allCases.allSatisfy { ends[$0].fin.isSent && ends[$0].fin.acked.isSet }
  }

  /// A RST that came before both FINs were acknowledged.
  private var isReset: Bool {
    let resets = Role.allCases.map { ends[$0].firstRST }.filter(\.isSet)
    guard let first = resets.map(\.frame).min() else { return false }
    guard isFullyAcknowledged else { return true }
    return Role.allCases.contains { ends[$0].fin.acked.frame > first }
  }

  private var finsCrossed: Bool {
    let (left, right) = (ends.initiator.fin, ends.responder.fin)
    return left.isSent && right.isSent && left.ack.isBefore(right.end)
      && right.ack.isBefore(left.end)
  }

  var closeKind: CloseKind {
    let (initiator, responder) = (ends.initiator, ends.responder)
    if initiator.sent.contains(.syn), responder.sent.isDisjoint(with: [.syn, .synACK, .plain]) {
      return isRefused || responder.sent.contains(.rst) ? .refused : .attempt
    }
    if isReset { return .reset }
    let fins = Role.allCases.map { ends[$0].fin }.filter(\.isSent)
    if fins.isEmpty { return .open }
    if !fins.allSatisfy(\.acked.isSet) { return .unanswered }
    if fins.count == 1 { return .halfClosed }
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

import Dissection

/// What `Inference` comes to where nothing but a dial and the answer to it has passed.
extension OpeningConnection {
  @inline(__always)
  func report(key: ConnectionKey, at now: Timestamp) -> ConnectionReport {
    let (dials, last) = (dials, last.mark(from: first))
    let (low, high) = (key.low, key.high)
    return ConnectionReport(
      number: Int(number), stream: Int(stream),
      endpoints: Pair(
        initiator: EndpointReport(
          local: initiatorIsLow ? low : high, remote: initiatorIsLow ? high : low,
          claim: diallerClaim(dials, at: now), packets: Int(dialled.retransmissions) + 1,
          bytesSent: 0,
          finRetransmissions: 0),
        responder: EndpointReport(
          local: initiatorIsLow ? high : low, remote: initiatorIsLow ? low : high,
          claim: answererClaim(dials, at: now),
          packets: isAnswered ? Int(answered.retransmissions) + 1 : 0, bytesSent: 0,
          finRetransmissions: 0)),
      rolesKnown: true, firstTime: first.time, lastTime: last.time, firstFrame: first.frame,
      lastFrame: last.frame, copies: 0, close: isAnswered ? .open : .attempt, closedFirst: nil,
      resetCause: nil, oneSided: false, gap: false, late: [])
  }

  private func diallerClaim(_ dials: Transmissions, at now: Timestamp) -> Claim {
    guard isAnswered else { return Claim(dialling: dials, at: now) }
    let arrival = synACK.mark(from: first)
    let either: StateSet = [StateSet(.synSent), StateSet(.established)]
    if now.since(arrival.time) > Inference.handshakeAnswer {
      // It would have acknowledged at once: the SYN/ACK has not arrived.
      var claim = Claim(dialling: dials, at: now)
      claim.possible.formUnion(either)
      claim.certainty = .presumed
      return claim
    }
    return Claim(
      state: .established, certainty: .presumed, possible: either, since: arrival.time,
      ground: .handshakePassed, evidence: Evidence(first.frame, arrival.frame))
  }

  private func answererClaim(_ dials: Transmissions, at now: Timestamp) -> Claim {
    isAnswered
      ? Claim(answering: answers, to: dials, isSocket: false, isAcknowledged: false, at: now)
      : Claim(
        state: .closed, certainty: .presumed,
        possible: [StateSet(.closed), StateSet(.synReceived)],
        since: nil, ground: .synArrived, evidence: Evidence(first.frame))
  }
}

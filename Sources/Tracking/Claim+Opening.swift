import Dissection

/// What is said of an end whose handshake is not over.
extension Claim {
  /// Of one that has dialled, and of whose peer no SYN has passed.
  ///
  /// - Parameter opening: its SYN.
  init(dialling opening: Transmissions, at now: Timestamp) {
    self.init(
      state: .synSent, certainty: .proved, possible: StateSet(.synSent),
      since: opening.first.time, ground: .sentSYN,
      evidence: Evidence(opening.first.frame, opening.last.frame))
    let due = opening.due
    // tcp_syn_retries = 6: 1 + 2 + … + 64 s; of a shorter series another may come.
    let length = due.since(opening.first.time)
    let end =
      length >= .seconds(120)
      ? due
      : length >= .seconds(60) ? due.advanced(by: Inference.timerSlack) : opening.overdue
    if now >= end {
      state = .closed
      since = due
      ground = .handshakeOver
    } else if now < opening.earliestDue {
      return
    }
    // Silence where a retransmission is due.
    possible.insert(.closed)
    certainty = .presumed
  }

  /// Of one that has answered a dial; never proved: with SYN cookies a listener answers without
  /// keeping a socket.
  ///
  /// - Parameters:
  ///   - opening: its SYN/ACK.
  ///   - dial: the SYN of its peer.
  ///   - isSocket: it has dialled itself.
  ///   - isAcknowledged: an acknowledgment of its SYN/ACK has passed.
  init(
    answering opening: Transmissions, to dial: Transmissions, isSocket: Bool,
    isAcknowledged: Bool, at now: Timestamp
  ) {
    self.init(
      state: .synReceived, certainty: .presumed,
      possible: [StateSet(.synReceived), StateSet(.closed)],
      since: dial.last.isSet ? dial.first.time : opening.first.time, ground: .sentSYNACK,
      evidence: Evidence(dial.first.frame, opening.first.frame))
    // tcp_synack_retries = 5: 1 + 2 + 4 + 8 + 16 + 32 s, each rounded up by the timer wheel; the
    // last of them begins anew when a SYN is answered once more (tcp_check_req). The socket of a
    // dial that crossed another tries longer.
    let end =
      isSocket
      ? opening.due.advanced(by: Inference.timerSlack)
      : opening.last.time.advanced(by: .seconds(33))
    // Only in SYN_SENT some of its retransmissions don't count (tcp_write_timeout,
    // tcp_syn_linear_timeouts).
    let isSpent = isSocket && opening.retransmissions >= 6
    let over = isSpent ? opening.due : max(opening.first.time.advanced(by: .seconds(65)), end)
    let isCookie = !isAcknowledged && opening.retransmissions == 0
    let silent = isCookie && opening.overdue < over ? opening.overdue : over
    if now >= silent {
      state = .closed
      since = silent
      ground = .handshakeOver
    }
  }
}

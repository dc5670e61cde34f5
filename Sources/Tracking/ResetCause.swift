import Dissection

extension Connection {
  /// Why the sender of a RST sent it, judged by what it had seen before.
  func resetCause(_ segment: Segment, from role: Role, before: Claim) -> ResetCause {
    let (own, peer) = (ends[role], ends[role.peer])
    if own.sent.isDisjoint(with: [.synACK, .plain]), peer.sent.contains(.syn) {
      return .closedPort
    }
    if own.superseded.isSet { return .refusedReuse }
    // A closed socket answers with SEG.SEQ = SEG.ACK and no ACK flag (RFC 9293 section 3.10.7.1).
    let isAnswer = !segment.flags.contains(.ack)
    if own.fin.isSent, peer.fin.isSent, own.fin.acked.isSet, peer.fin.acked.isSet {
      return peerIsInTimeWait(role) && isAnswer ? .timeWaitAssassination : .afterBothFINs
    }
    if own.fin.isSent {
      // Payload that the FIN did not acknowledge met a closed program; whether its sender could
      // have known shows by which came first, that payload or its acknowledgment of the FIN.
      guard own.fin.ack.isBefore(peer.sendNext) else { return .unknown }
      let knewFIN = own.fin.acked.isSet && own.fin.acked.time < peer.lastPayload
      return knewFIN ? .dataToOrphan : .keepAliveRace
    }
    if before.state == .closed { return .answerToStray }
    if isAnswer, !own.sent.contains(.plain) { return .answerToStray }
    guard before.state == .established || before.state == .closeWait else { return .unknown }
    return isUnread(by: role) ? .unreadData : .lingerZero
  }

  /// close() resets when something is unread, SO_LINGER 0 always, with the same packet: what was
  /// unread shows only by the dialogue. An answer is read by whoever asked; a request is not read
  /// by a server that never answered it.
  private func isUnread(by role: Role) -> Bool {
    let (own, peer) = (ends[role], ends[role.peer])
    guard peer.lastPayload > own.lastPayload else { return false }
    return role == .responder || !own.sent.contains(.payload)
  }

  private func peerIsInTimeWait(_ role: Role) -> Bool {
    let peer = ends[role.peer]
    return peer.fin.ack.isBefore(ends[role].fin.end)
  }
}

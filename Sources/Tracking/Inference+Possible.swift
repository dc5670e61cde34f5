import Dissection

/// What an endpoint can be in besides the state it is taken to be in.
extension Inference {
  /// What no packet shows while no FIN is on the wire.
  func widenWhileOpen(_ possible: inout StateSet) {
    if handshake != .yes {
      if own.sent.contains(.syn) { possible.insert(.synSent) }
      if own.sent.contains(.synACK) || peer.sent.contains(.syn) {
        possible.formUnion([StateSet(.synReceived), StateSet(.closed)])
      } else if own.packets == 0, peer.sent.contains(.synACK), !peer.sent.contains(.plain) {
        // Its SYN was not captured, or there was none: an answer to a forged address.
        possible.formUnion([StateSet(.synSent), StateSet(.closed)])
      }
    }
    // The application may have closed while its FIN waits behind data or a closed window.
    if hasDataOutstanding || isBeingReleased || own.isHeldBack(by: peer) {
      if possible.contains(.established) { possible.insert(.finWait1) }
      if possible.contains(.closeWait) {
        possible.formUnion([StateSet(.lastAck), StateSet(.closing)])
      }
    }
    if peer.fin.unseen.isSet { possible.insert(.closeWait) }
    if own.fin.unseen.isSet { possible.insert(.finWait2) }
  }

  /// Mid-stream, FINs may have passed before the capture began; an end that sent new payload since
  /// had not closed by then.
  func widenMidStream(_ possible: inout StateSet) {
    guard !own.sent.contains(.initialSequence) || !peer.sent.contains(.initialSequence) else {
      return
    }
    let (hidesOwn, hidesPeers) = (mayHideFIN(own), mayHideFIN(peer))
    guard hidesOwn || hidesPeers else { return }
    let taken = hidesPeers ? .doubted : peerFINTaken
    if !own.fin.isSent, taken.allows(true) { possible.insert(.closeWait) }
    guard own.fin.isSent || hidesOwn else { return }
    for closedSecond in [false, true] {
      let facts = CloseFacts(
        finSent: true, finAcked: false, peerFINTaken: false, closedSecond: closedSecond)
      possible.formUnion(
        facts.states(finAcked: hidesOwn ? .doubted : finAcked, peerFINTaken: taken))
    }
  }

  /// Where an acknowledgment goes beyond all that was seen, payload may have been sent again.
  private func mayHideFIN(_ end: Endpoint) -> Bool {
    !end.fin.isSent && (!end.sent.contains(.payload) || !isWhole)
  }

  /// Some of what it sent is not acknowledged, or not to its knowledge; mid-stream its numbers show
  /// that, although what they count was sent before the capture began.
  private var hasDataOutstanding: Bool {
    !own.dataConfirmed
      || !own.sent.contains(.initialSequence) && peer.sent.contains(.acknowledgment)
        && own.sendNext.isAfter(peer.ackSent)
  }

  /// The peer's FIN was also the first to acknowledge its text: in FIN_WAIT_1 it acknowledges that
  /// FIN before it sends what is set free (tcp_fin).
  private var isBeingReleased: Bool {
    own.confirmedByFIN && peer.ackMark.frame == peer.fin.first.frame
      && now.since(peer.fin.acked.time) < SentFIN.releaseTime
  }

  /// What the orphan limit rules out.
  func narrowAfterFIN(_ possible: inout StateSet) {
    let (_, nominal) = own.fin.transmissions.givesUp(patience: Self.orphanPatience)
    // It may go on sending what stands before the FIN.
    let last = own.lastSent.time.advanced(by: Self.orphanPatience * 2)
    guard finAcked.taken, now >= max(nominal, last) else { return }
    possible.subtract([StateSet(.finWait1), StateSet(.closing), StateSet(.lastAck)])
  }
}

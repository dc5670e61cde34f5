import Dissection
import Tracking

extension ModelSocket {
  /// Seventh, process the segment text; eighth, check the FIN bit.
  mutating func takeText(_ segment: Segment, through out: inout Outlet) {
    switch state {
    case .closed, .listen, .synSent, .synReceived, .timeWait:
      return
    case .established:
      queue(segment, through: &out)
    case .finWait1, .finWait2:
      // RFC 9293 section 3.6.1: after close() nobody can read what comes, so the sender is told.
      if isOrphan, bringsOctets(segment) { return die(answering: segment, through: &out) }
      queue(segment, through: &out)
    case .closeWait, .closing, .lastAck:
      // "This should not occur since a FIN has been received": only old segments are answered.
      if segment.sequenceNumber.isBefore(incoming.next) { queue(segment, through: &out) }
    }
  }

  private mutating func queue(_ segment: Segment, through out: inout Outlet) {
    if segment.sequenceLength == 0 { return }
    guard isToBeTaken(segment) else {
      acknowledgment = .atOnce
      return
    }
    tookNews = true
    let hadGap = incoming.hasGap
    let isFINReached = incoming.take(segment)
    if hadGap || incoming.hasGap {
      acknowledgment = .atOnce
    } else if acknowledgment == .none {
      acknowledgment = .soon
    }
    if isFINReached { takeFIN() }
  }

  /// Whether it has something new for which there is room. Linux takes a bare FIN in order behind a
  /// window that is shut.
  private func isToBeTaken(_ segment: Segment) -> Bool {
    if segment.sequenceEnd.isAtOrBefore(incoming.next) { return false }
    if incoming.window == 0 {
      return segment.payloadLength == 0 && segment.sequenceNumber == incoming.next
    }
    return segment.sequenceNumber.isBefore(incoming.next + incoming.window)
  }

  private mutating func takeFIN() {
    switch state {
    case .closed, .listen, .synSent, .closeWait, .closing, .lastAck, .timeWait:
      return
    case .synReceived, .established:
      state = .closeWait
    case .finWait1:
      state = .closing
      acknowledgment = .atOnce
    case .finWait2:
      state = .timeWait
      acknowledgment = .atOnce
    }
  }

  /// At once, or within 40 ms, in which an answer of the program can carry it; Linux does either
  /// by its view of the conversation, this model by chance.
  mutating func acknowledgeWhatCame(through out: inout Outlet) {
    switch acknowledgment {
    case .none:
      return
    case .soon:
      let isLarge = incoming.unacknowledged > outgoing.maximumSegment
      if isLarge || (acknowledgeAt == .distantFuture && Bool.random(using: &random)) {
        sendAcknowledgment(through: &out)
      } else if acknowledgeAt == .distantFuture {
        acknowledgeAt = out.expiry(of: .milliseconds(40))
      }
    case .atOnce:
      sendAcknowledgment(through: &out)
    }
    acknowledgment = .none
  }
}

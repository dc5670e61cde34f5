import Dissection

extension OrderlyConnection {
  /// How far an orderly connection has come, and what may come next.
  struct Progress: Sendable {
    enum Phase: UInt8, Sendable {
      case open
      /// One FIN; that FIN acknowledged; both FINs.
      case firstFIN, halfClosed, secondFIN
    }

    private(set) var phase = Phase.open
    /// Whose FIN was first, when there is one.
    private(set) var closer = Role.initiator

    /// Takes a segment of `own` towards `peer` if it is next; changes nothing if not.
    @inline(__always)
    mutating func take(
      _ segment: borrowing Segment, _ role: Role, at mark: NearMark, _ own: inout End,
      _ peer: inout End,
      within patience: Interval
    ) -> Bool {
      guard isNext(segment, at: mark, own, peer) else { return false }
      if phase == .open { return takeWhileOpen(segment, role, at: mark, &own, &peer) }
      guard role != closer, phase != .secondFIN,
        isAnswer(segment, at: mark, own, peer, within: patience)
      else { return false }
      return takeAnswer(segment, at: mark, &own, &peer)
    }

    @inline(__always)
    private func isNext(
      _ segment: borrowing Segment, at mark: NearMark, _ own: borrowing End, _ peer: borrowing End
    ) -> Bool {
      guard mark.time.since(own.lastSent.time) >= .zero,
        mark.time.since(peer.lastSent.time) >= .zero
      else { return false }
      guard own.isCounted, own.isInWindow(of: peer) else { return false }
      if own.sends(segment, to: peer) { return true }
      return phase == .open ? own.probes(segment, peer) : false
    }

    /// Whether a segment without text acknowledges the peer's FIN in time.
    private func isAnswer(
      _ segment: borrowing Segment, at mark: NearMark, _ own: borrowing End, _ peer: borrowing End,
      within patience: Interval
    ) -> Bool {
      let silence = min(mark.time.since(own.lastSent.time), mark.time.since(peer.lastSent.time))
      guard silence < patience, segment.payloadLength == 0 else { return false }
      return segment.acknowledgmentNumber == peer.sendNext
    }

    @inline(__always)
    private mutating func takeWhileOpen(
      _ segment: borrowing Segment, _ role: Role, at mark: NearMark, _ own: inout End,
      _ peer: inout End
    ) -> Bool {
      let ack = segment.acknowledgmentNumber
      guard ack.isAtOrAfter(own.ackSent), ack.isAtOrBefore(peer.sendNext) else { return false }
      switch segment.controls {
      case .ack:
        own.send(segment, at: mark, to: &peer, acknowledgingFIN: false)
      case [.fin, .ack]:
        own.sendFIN(segment, at: mark, to: &peer, peersFINAcked: nil)
        phase = .firstFIN
        closer = role
      default: return false  // option sets
      }
      return true
    }

    /// The first FIN is acknowledged, alone or with the second.
    private mutating func takeAnswer(
      _ segment: borrowing Segment, at mark: NearMark, _ own: inout End, _ peer: inout End
    ) -> Bool {
      switch segment.controls {
      case .ack where phase == .firstFIN:
        own.send(segment, at: mark, to: &peer, acknowledgingFIN: true)
        phase = .halfClosed
      case [.fin, .ack]:
        // What acknowledged the first FIN was new.
        let acked = phase == .halfClosed ? own.ackMark : mark
        own.sendFIN(segment, at: mark, to: &peer, peersFINAcked: acked)
        phase = .secondFIN
      default: return false  // option sets
      }
      return true
    }

    /// The second FIN is acknowledged.
    func takeLast(
      _ segment: borrowing Segment, at mark: NearMark, _ own: inout End, _ peer: inout End,
      within patience: Interval
    ) -> Bool {
      guard isNext(segment, at: mark, own, peer),
        isAnswer(segment, at: mark, own, peer, within: patience)
      else { return false }
      own.send(segment, at: mark, to: &peer, acknowledgingFIN: true)
      return true
    }
  }
}

extension Segment {
  /// The control bits that decide what a segment is.
  var controls: TCPFlags { flags.intersection([.syn, .fin, .rst, .ack]) }
}

// MARK: - One end

extension OrderlyConnection.End {
  /// What has sent a SYN or SYN/ACK and nothing else.
  init(_ offer: OpeningConnection.Offer, ackSent: SequenceNumber, at mark: NearMark) {
    initial = offer.initial
    sendNext = offer.initial + 1
    self.ackSent = ackSent
    timestampValue = offer.timestampValue
    timestampEcho = offer.timestampEcho
    window = offer.window
    windowShift = offer.windowShift ?? 0
    lastSent = mark
    ackMark = mark
    traits = .dataConfirmed
    if offer.hasTimestamps { traits.insert(.timestamps) }
    if offer.windowShift != nil { traits.insert(.windowScale) }
  }

  /// How much it has sent, SYN and FIN included.
  var sequenceLength: UInt64 {
    UInt64(turns) << 32 + UInt64(sendNext.value &- initial.value)
  }

  /// Whether there is room to count what it sends.
  var isCounted: Bool { packets < .max && turns < .max }

  /// Whether a segment, no SYN, is the next that this end sends, and one that says nothing but what
  /// it seems to say.
  @inline(__always)
  func sends(_ segment: borrowing Segment, to peer: borrowing Self) -> Bool {
    guard segment.sequenceNumber == sendNext else { return false }
    return says(segment, to: peer)
  }

  /// Whether a segment is a keep-alive probe (RFC 9293 section 3.8.4): it lies one before what this
  /// end sends next, and says no more. Only its timestamp tells it from an old duplicate.
  func probes(_ segment: borrowing Segment, _ peer: borrowing Self) -> Bool {
    guard segment.sequenceNumber + 1 == sendNext, segment.payloadLength == 0,
      segment.controls == .ack, traits.contains(.established), segment.options.hasTimestamps,
      Int32(bitPattern: segment.options.timestampValue &- timestampValue) > 0
    else { return false }
    return says(segment, to: peer)
  }

  @inline(__always)
  private func says(_ segment: borrowing Segment, to peer: borrowing Self) -> Bool {
    let options = segment.options
    guard options.hasTimestamps == traits.contains(.timestamps),
      scaled(segment.window, peer) >= Endpoint.smallWindow
    else { return false }
    guard options.hasTimestamps else { return true }
    // In order, and newer than what the peer has echoed (RFC 7323 section 5.3).
    guard Int32(bitPattern: options.timestampValue &- timestampValue) >= 0 else { return false }
    return Int32(bitPattern: options.timestampValue &- peer.timestampEcho) >= 0
  }

  @inline(__always)
  func isInWindow(of peer: borrowing Self) -> Bool {
    sendNext.isAtOrBefore(peer.ackSent + peer.scaledWindow(self))
  }

  /// Whether a segment of a responder is more than the bare ACK of a request (tcp_check_req).
  func shows(_ segment: borrowing Segment, _ peer: borrowing Self) -> Bool {
    if segment.payloadLength > 0 { return true }
    if segment.flags.contains(.fin) { return true }
    return segment.acknowledgmentNumber.isAfter(peer.initial + 1)
  }

  /// Its window; on a SYN it is never scaled, and only if both sent the option (RFC 7323 section
  /// 2.2).
  func scaledWindow(_ peer: borrowing Self) -> UInt32 {
    traits.contains(.established) ? scaled(window, peer) : UInt32(window)
  }

  private func scaled(_ window: UInt16, _ peer: borrowing Self) -> UInt32 {
    let isScaled = traits.intersection(peer.traits).contains(.windowScale)
    return UInt32(window) << (isScaled ? UInt32(windowShift) : 0)
  }

  /// Sends its next segment; `Passage` tells why so.
  @inline(__always)
  mutating func send(
    _ segment: borrowing Segment, at mark: NearMark, to peer: inout Self, acknowledgingFIN: Bool
  ) {
    let ack = segment.acknowledgmentNumber
    if ack.isAfter(ackSent) {
      ackSent = ack
      ackMark = mark
    }
    if !peer.traits.contains(.dataConfirmed) { peer.noteAcknowledged(segment, from: sendNext) }
    if traits.isDisjoint(with: .dataConfirmed), traits.contains(.dataAcknowledged),
      ack.isAfter(dataConfirmFrom)
    {
      traits.insert(.dataConfirmed)
      traits.remove(.confirmedByFIN)
      if acknowledgingFIN { traits.insert(.confirmedByFIN) }
    }
    traits.insert(.established)
    if segment.payloadLength > 0 {
      if traits.contains(.dataConfirmed) { firstUnconfirmed = mark.time }
      lastPayload = mark.time
      traits.insert(.payload)
      traits.subtract([.dataConfirmed, .dataAcknowledged])
    }
    let end = segment.sequenceEnd
    if end.isAfter(sendNext) {
      if end.value &- initial.value < sendNext.value &- initial.value { turns += 1 }
      sendNext = end
    }
    identification = segment.ipIdentification
    if segment.options.hasTimestamps { noteTimestamps(segment.options) }
    window = segment.window
    packets += 1
    lastSent = mark
  }

  /// Notes what of its text a segment of the peer acknowledges, which had sent all before `next`.
  private mutating func noteAcknowledged(_ segment: borrowing Segment, from next: SequenceNumber) {
    let isKnown = traits.contains(.dataAcknowledged)
    if segment.acknowledgmentNumber.isAtOrAfter(sendNext) {
      if !isKnown { dataConfirmFrom = next }
      traits.insert(.dataAcknowledged)
    } else if isKnown {
      dataConfirmFrom = dataConfirmFrom.later(segment.sequenceEnd)
    }
  }

  /// - Parameter peersFINAcked: the acknowledgment of the peer's FIN, where it has sent one.
  mutating func sendFIN(
    _ segment: borrowing Segment, at mark: NearMark, to peer: inout Self, peersFINAcked: NearMark?
  ) {
    let hadTextOutstanding = !traits.contains(.dataConfirmed)
    send(segment, at: mark, to: &peer, acknowledgingFIN: peersFINAcked == mark)
    // What the peer's FIN acknowledges can set it free.
    let isFreed =
      traits.contains(.confirmedByFIN)
      && peersFINAcked.map { mark.time.since($0.time) < SentFIN.releaseTime } ?? false
    if hadTextOutstanding || isFreed { traits.insert(.mayHaveWaited) }
  }

  private mutating func noteTimestamps(_ options: TCPOptions) {
    timestampValue = options.timestampValue
    let isNewer = Int32(bitPattern: options.timestampEcho &- timestampEcho) > 0
    if isNewer { timestampEcho = options.timestampEcho }
  }
}

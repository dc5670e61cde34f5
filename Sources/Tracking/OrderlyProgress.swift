import Dissection

extension OrderlyConnection {
  /// How far an orderly connection has come, and what may come next.
  struct Progress: Sendable {
    enum Phase: UInt8, Sendable {
      case syn, synACK, open
      /// One FIN; that FIN acknowledged; both FINs; both acknowledged.
      case firstFIN, halfClosed, secondFIN, closed
    }

    private(set) var phase = Phase.syn
    /// Whose FIN was first, when there is one.
    private(set) var closer = Role.initiator
    let syn: Mark
    private(set) var synACK = Mark.none
    /// The last segment of the handshake.
    private(set) var handshake = Mark.none

    init(syn: Mark) { self.syn = syn }

    /// The two turn-round times of the handshake, at the tap.
    var toResponder: Interval { synACK.time.since(syn.time) }
    var toInitiator: Interval { handshake.time.since(synACK.time) }

    var isClosing: Bool { phase.rawValue >= Phase.firstFIN.rawValue }

    /// Takes a segment of `own` towards `peer` if it is next; changes nothing if not.
    mutating func take(
      _ segment: Segment, _ role: Role, _ own: inout End, _ peer: inout End, _ patience: Interval
    ) -> Bool {
      guard segment.time >= own.lastSent.time, segment.time >= peer.lastSent.time else {
        return false
      }
      switch phase {
      case .syn: return takeSYNACK(segment, role, &own, peer)
      case .synACK: return takeHandshake(segment, role, &own, &peer)
      case .open: return takeWhileOpen(segment, role, &own, &peer)
      case .firstFIN, .halfClosed: return takeReply(segment, role, &own, &peer, patience)
      case .secondFIN: return takeLast(segment, role, &own, &peer, patience)
      case .closed: return false
      }
    }

    private mutating func takeSYNACK(
      _ segment: Segment, _ role: Role, _ own: inout End, _ peer: borrowing End
    ) -> Bool {
      guard role == .responder, segment.controls == [.syn, .ack], segment.payloadLength == 0,
        segment.window >= Endpoint.smallWindow,
        segment.acknowledgmentNumber == peer.sendNext,
        segment.options.hasTimestamps == peer.sent.contains(.timestamps)
      else { return false }
      own.open(segment, as: .synACK)
      phase = .synACK
      synACK = Mark(segment)
      return true
    }

    private mutating func takeHandshake(
      _ segment: Segment, _ role: Role, _ own: inout End, _ peer: inout End
    ) -> Bool {
      guard role == .initiator, segment.controls == .ack,
        segment.acknowledgmentNumber == peer.sendNext,
        own.sends(segment, role, to: peer),
        // An echo that no SYN/ACK can have drawn (tcp_check_req).
        !segment.options.hasTimestamps || segment.options.timestampEcho == peer.timestampValue
      else { return false }
      own.send(segment, to: &peer)
      phase = .open
      handshake = Mark(segment)
      return true
    }

    private mutating func takeWhileOpen(
      _ segment: Segment, _ role: Role, _ own: inout End, _ peer: inout End
    ) -> Bool {
      let ack = segment.acknowledgmentNumber
      guard ack.isAtOrAfter(own.ackSent), ack.isAtOrBefore(peer.sendNext),
        own.sends(segment, role, to: peer)
      else { return false }
      switch segment.controls {
      case .ack:
        own.send(segment, to: &peer)
      case [.fin, .ack]:
        own.sendFIN(segment, to: &peer)
        phase = .firstFIN
        closer = role
      default: return false  // option sets
      }
      return true
    }

    /// The first FIN is acknowledged, alone or with the second.
    private mutating func takeReply(
      _ segment: Segment, _ role: Role, _ own: inout End, _ peer: inout End, _ patience: Interval
    ) -> Bool {
      guard role != closer, segment.payloadLength == 0,
        segment.acknowledgmentNumber == peer.sendNext,
        segment.time.since(own.lastSent.later(peer.lastSent).time) < patience,
        own.sends(segment, role, to: peer)
      else { return false }
      switch segment.controls {
      case .ack where phase == .firstFIN:
        own.send(segment, to: &peer)
        phase = .halfClosed
      case [.fin, .ack]:
        own.sendFIN(segment, to: &peer)
        phase = .secondFIN
      default: return false  // option sets
      }
      return true
    }

    private mutating func takeLast(
      _ segment: Segment, _ role: Role, _ own: inout End, _ peer: inout End, _ patience: Interval
    ) -> Bool {
      guard role == closer, segment.controls == .ack, segment.payloadLength == 0,
        segment.acknowledgmentNumber == peer.sendNext,
        segment.time.since(peer.lastSent.time) < patience, own.sends(segment, role, to: peer)
      else { return false }
      own.send(segment, to: &peer)
      phase = .closed
      return true
    }
  }
}

extension Segment {
  /// The control bits that decide what a segment is.
  fileprivate static let controls: TCPFlags = [.syn, .fin, .rst, .ack]
  var controls: TCPFlags { flags.intersection(Self.controls) }
}

// MARK: - One end

extension OrderlyConnection.End {
  /// Sends its SYN or SYN/ACK.
  mutating func open(_ segment: Segment, as kind: Endpoint.Sent) {
    sent = [.anything, .initialSequence, kind]
    initial = segment.sequenceNumber
    sendNext = segment.sequenceEnd
    if let shift = segment.options.windowScale {
      sent.insert(.windowScale)
      windowShift = shift
    }
    if segment.flags.contains(.ack) {
      sent.insert(.acknowledgment)
      ackSent = segment.acknowledgmentNumber
      ackMark = Mark(segment)
    }
    noteTimestamps(segment)
    window = UInt32(segment.window)
    packets = 1
    lastSent = Mark(segment)
  }

  /// Whether a segment, no SYN, is the next that this end sends, and one that says nothing but what
  /// it seems to say.
  func sends(_ segment: Segment, _ role: Role, to peer: borrowing Self) -> Bool {
    let options = segment.options
    guard segment.sequenceNumber == sendNext,
      options.hasTimestamps == sent.contains(.timestamps),
      scaledWindow(segment, peer) >= Endpoint.smallWindow,
      // In the peer's window.
      sendNext.isAtOrBefore(peer.ackSent + peer.window)
    else { return false }
    if options.hasTimestamps {
      // In order, and newer than what the peer has echoed (RFC 7323 section 5.3).
      guard Int32(bitPattern: options.timestampValue &- timestampValue) >= 0,
        Int32(bitPattern: options.timestampValue &- peer.timestampEcho) >= 0
      else { return false }
    }
    // A responder's bare ACK may still be that of a request (tcp_check_req).
    if role == .initiator || established.isSet { return true }
    return showsEstablished(segment, peer)
  }

  private func showsEstablished(_ segment: Segment, _ peer: borrowing Self) -> Bool {
    if segment.payloadLength > 0 || segment.flags.contains(.fin) { return true }
    return segment.acknowledgmentNumber.isAfter(peer.initial + 1)
  }

  private func scaledWindow(_ segment: Segment, _ peer: borrowing Self) -> UInt32 {
    let isScaled = sent.intersection(peer.sent).contains(.windowScale)
    return UInt32(segment.window) << (isScaled ? UInt32(windowShift) : 0)
  }

  /// Sends its next segment; `Passage` tells why so.
  mutating func send(_ segment: Segment, to peer: inout Self) {
    let ack = segment.acknowledgmentNumber
    let mark = Mark(segment)
    if ack.isAfter(ackSent) || !sent.contains(.acknowledgment) {
      ackSent = ack
      ackMark = mark
    }
    let isAckOfFIN = peer.fin.isSet && !peer.finAcked.isSet
    if isAckOfFIN { peer.finAcked = mark }
    if !peer.dataConfirmed {
      if ack.isAtOrAfter(peer.sendNext) {
        peer.dataConfirmFrom = peer.dataConfirmFrom ?? sendNext
      } else {
        peer.dataConfirmFrom = peer.dataConfirmFrom?.later(segment.sequenceEnd)
      }
    }
    if !dataConfirmed, let from = dataConfirmFrom, ack.isAfter(from) {
      dataConfirmed = true
      confirmedByFIN = isAckOfFIN
    }
    sent.formUnion([.acknowledgment, .plain])
    if !established.isSet { established = mark }
    if segment.payloadLength > 0 {
      sent.insert(.payload)
      bytesSent += UInt64(segment.payloadLength)
      lastPayload = segment.time
      if dataConfirmed { firstUnconfirmed = segment.time }
      dataConfirmed = false
      dataConfirmFrom = nil
    }
    sendNext = segment.sequenceEnd
    identification = segment.ipIdentification
    noteTimestamps(segment)
    window = scaledWindow(segment, peer)
    packets += 1
    lastSent = mark
  }

  mutating func sendFIN(_ segment: Segment, to peer: inout Self) {
    let hadTextOutstanding = !dataConfirmed
    send(segment, to: &peer)
    let isFreed =
      confirmedByFIN && segment.time.since(peer.finAcked.time) < SentFIN.releaseTime
    mayHaveWaited = hadTextOutstanding || isFreed
    fin = lastSent
    finACK = segment.acknowledgmentNumber
  }

  private mutating func noteTimestamps(_ segment: Segment) {
    guard segment.options.hasTimestamps else { return }
    sent.insert(.timestamps)
    timestampValue = segment.options.timestampValue
    guard segment.flags.contains(.ack) else { return }
    let echo = segment.options.timestampEcho
    let isNewer = Int32(bitPattern: echo &- timestampEcho) > 0
    if isNewer || !sent.contains(.timestampEcho) { timestampEcho = echo }
    sent.insert(.timestampEcho)
  }
}

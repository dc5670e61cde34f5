import Dissection

extension OrderlyConnection {
  /// The same connection as `Passage` would have made it of the same segments.
  ///
  /// - Parameter tap: where the options say that the tap sits.
  func inFull(key: ConnectionKey, tap: TapPosition?) -> Connection {
    var connection = Connection(
      number: number, stream: stream, key: key, initiatorIsLow: initiatorIsLow, first: first,
      initial: Pair(initiator: ends.initiator.initial, responder: ends.responder.initial))
    connection.lastMark = last.mark(from: first)
    connection.due = due
    connection.isClosing = phase != .open
    connection.roundTrip = Pair(
      initiator: tap == .initiator ? .zero : toInitiator,
      responder: tap == .responder ? .zero : toResponder)
    for role in Role.allCases {
      connection.ends[role] = ends[role].inFull(
        role, from: first, peer: ends[role.peer], hasFIN: finMark(of: role) != nil)
      connection.ends[role].fin = fin(of: role)
    }
    connection.ends.initiator.opening.add(first.mark)
    connection.ends.initiator.handshakePassed = synACK.mark(from: first)
    connection.ends.initiator.established = handshake.mark(from: first)
    connection.ends.responder.opening.add(synACK.mark(from: first))
    connection.ends.responder.handshakePassed = handshake.mark(from: first)
    if responderShown != 0 {
      // Its time is not asked for where that of the handshake is known.
      connection.ends.responder.established = Mark(
        frame: first.frame(responderShown), time: handshake.time.time(from: first.time))
    }
    return connection
  }

  /// The second end to send a FIN does so once, the first has sent nothing since.
  private func finMark(of role: Role) -> NearMark? {
    let isSent = role == progress.closer ? phase != .open : phase == .secondFIN
    return isSent ? ends[role].lastSent : nil
  }

  /// The acknowledgment of the first FIN was new.
  private var firstACK: NearMark? {
    switch phase {
    case .open, .firstFIN: nil
    case .halfClosed, .secondFIN: ends[progress.closer.peer].ackMark
    }
  }

  private func fin(of role: Role) -> SentFIN {
    guard let mark = finMark(of: role) else { return SentFIN() }
    let (own, peer) = (ends[role], ends[role.peer])
    var fin = SentFIN(
      sent: mark.mark(from: first), end: own.sendNext, ack: own.ackSent,
      mayHaveWaited: own.traits.contains(.mayHaveWaited))
    guard role == progress.closer, let acked = firstACK else { return fin }
    // Where the peer stood when it acknowledged: before its own FIN.
    fin.acknowledge(
      by: acked.mark(from: first), at: phase == .secondFIN ? peer.sendNext - 1 : peer.sendNext)
    return fin
  }
}

extension OrderlyConnection.End {
  fileprivate func inFull(
    _ role: Role, from first: FirstMark, peer: Self, hasFIN: Bool
  ) -> Endpoint {
    var end = Endpoint()
    end.sent = traits.sent(role)
    end.initial = initial
    end.sendNext = sendNext
    end.passed.start(at: sendNext)
    end.ackSent = ackSent
    end.ackMark = ackMark.mark(from: first)
    end.dataConfirmFrom = traits.contains(.dataAcknowledged) ? dataConfirmFrom : nil
    end.dataConfirmed = traits.contains(.dataConfirmed)
    end.confirmedByFIN = traits.contains(.confirmedByFIN)
    end.window = scaledWindow(peer)
    end.windowShift = windowShift
    end.timestampValue = timestampValue
    end.timestampEcho = timestampEcho
    end.lastSent = lastSent.mark(from: first)
    if traits.contains(.timestamps) { end.timestampTime = end.lastSent.time }
    end.packets = Int(packets)
    end.bytesSent = sequenceLength - (hasFIN ? 2 : 1)
    end.identification = identification
    if traits.contains(.payload) {
      end.lastPayload = lastPayload.time(from: first.time)
      end.firstUnconfirmed = firstUnconfirmed.time(from: first.time)
    }
    return end
  }
}

extension OrderlyConnection.Traits {
  /// What an end with these has sent.
  func sent(_ role: Role) -> Endpoint.Sent {
    var sent: Endpoint.Sent = [
      .anything, .initialSequence, .acknowledgment, role == .initiator ? .syn : .synACK,
    ]
    if contains(.windowScale) { sent.insert(.windowScale) }
    if contains(.timestamps) { sent.formUnion([.timestamps, .timestampEcho]) }
    if contains(.established) { sent.insert(.plain) }
    if contains(.payload) { sent.insert(.payload) }
    return sent
  }
}

extension SentFIN {
  /// One that was sent once, and passed with nothing missing before it.
  init(sent mark: Mark, end: SequenceNumber, ack: SequenceNumber, mayHaveWaited: Bool) {
    self.init()
    transmissions.add(mark)
    self.end = end
    self.ack = ack
    self.mayHaveWaited = mayHaveWaited
    firstFrame = mark.frame
    firstEnd = end
    passed = mark
    passedEnd = end
  }

  /// - Parameter next: what its sender had sent before.
  mutating func acknowledge(by mark: Mark, at next: SequenceNumber) {
    firstAckedFrame = mark.frame
    acked = mark
    ackPassed = mark
    confirmFrom = next
  }
}

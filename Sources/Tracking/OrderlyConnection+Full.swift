import Dissection

extension OrderlyConnection {
  /// The same connection as `Passage` would have made it of the same segments.
  ///
  /// - Parameter tap: where the options say that the tap sits.
  func inFull(tap: TapPosition?) -> Connection {
    let phase = progress.phase
    let (low, high) = initiatorIsLow ? (Role.initiator, Role.responder) : (.responder, .initiator)
    var connection = Connection(
      number: number, key: key, initiatorIsLow: initiatorIsLow, rolesKnown: true,
      first: progress.syn,
      conversation: StreamIndex(
        stream, low: base(of: low), high: base(of: high)))
    connection.lastMark = last
    connection.dueAt = dueAt
    connection.isClosing = progress.isClosing
    if phase != .syn {
      connection.roundTrip.responder =
        tap == .responder ? .zero : progress.toResponder
    }
    if phase != .syn, phase != .synACK {
      connection.roundTrip.initiator =
        tap == .initiator ? .zero : progress.toInitiator
    }
    for role in Role.allCases {
      connection.ends[role] = ends[role].inFull
      connection.ends[role].fin = fin(of: role)
    }
    connection.ends.initiator.opening.note(progress.syn)
    connection.ends.initiator.handshakePassed = progress.synACK
    connection.ends.responder.opening.note(progress.synACK)
    connection.ends.responder.handshakePassed = progress.handshake
    return connection
  }

  private func base(of role: Role) -> SequenceNumber? {
    ends[role].sent.isEmpty ? nil : ends[role].initial
  }

  private func fin(of role: Role) -> SentFIN {
    let (own, peer) = (ends[role], ends[role.peer])
    guard own.fin.isSet else { return SentFIN() }
    var fin = SentFIN()
    fin.transmissions.add(own.fin)
    fin.end = own.sendNext
    fin.ack = own.finACK
    fin.mayHaveWaited = own.mayHaveWaited
    fin.firstFrame = own.fin.frame
    fin.firstEnd = own.sendNext
    fin.passed = own.fin
    fin.passedEnd = own.sendNext
    guard own.finAcked.isSet else { return fin }
    fin.firstAckedFrame = own.finAcked.frame
    fin.acked = own.finAcked
    fin.ackPassed = own.finAcked
    // Where the peer stood when it acknowledged: before its own FIN.
    fin.confirmFrom = peer.fin.isSet && role == progress.closer ? peer.sendNext - 1 : peer.sendNext
    if role == progress.closer { fin.ackConfirmed = peer.finAcked }
    return fin
  }

  /// The second FIN, where it came to an end that had been in FIN_WAIT_2 and has not answered within
  /// the time in which it would have answered with RST: such a segment is looked at as if it might
  /// be late.
  func unansweredFIN(_ connection: borrowing Connection, profile: HostProfile) -> LateSegment? {
    let (closer, second) = (progress.closer, progress.closer.peer)
    let (fin, acked) = (ends[second].fin, ends[closer].finAcked)
    guard profile.finWait2 != nil, fin.isSet, acked.frame != fin.frame else { return nil }
    let answered = ends[second].finAcked
    if answered.isSet,
      answered.time.since(fin.time) <= connection.answerTime(closer) + Tracker.busy
    {
      return nil
    }
    return LateSegment(
      connection: number, stream: stream, frame: fin.frame, time: fin.time,
      kind: .dataAfterClose, from: connection.address(of: second),
      to: connection.address(of: closer), afterClose: nil, effect: .none, replyFrame: nil,
      replyExpected: .rst, reachesNewConnection: nil, awaitsReset: true,
      sequence: ends[second].sendNext - 1, acknowledgment: ends[second].finACK)
  }
}

extension OrderlyConnection.End {
  fileprivate var inFull: Endpoint {
    var end = Endpoint()
    end.sent = sent
    end.initial = initial
    end.sendNext = sendNext
    if !sent.isEmpty { end.passed.start(at: sendNext) }
    end.ackSent = ackSent
    end.ackMark = ackMark
    end.dataConfirmFrom = dataConfirmFrom
    end.dataConfirmed = dataConfirmed
    end.confirmedByFIN = confirmedByFIN
    end.window = window
    end.windowShift = windowShift
    end.timestampValue = timestampValue
    end.timestampEcho = timestampEcho
    if sent.contains(.timestamps) { end.timestampTime = lastSent.time }
    end.packets = packets
    end.bytesSent = bytesSent
    end.lastSent = lastSent
    end.identification = identification
    end.lastPayload = lastPayload
    end.firstUnconfirmed = firstUnconfirmed
    end.established = established
    return end
  }
}

extension Transmissions {
  /// What was sent once, or not at all.
  fileprivate mutating func note(_ mark: Mark) {
    if mark.isSet { add(mark) }
  }
}

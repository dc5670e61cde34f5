import Dissection

extension OpeningConnection {
  /// The same connection as `Passage` would have made it of the same segments.
  ///
  /// - Parameter tap: where the options say that the tap sits.
  func inFull(key: ConnectionKey, tap: TapPosition?) -> Connection {
    var connection = Connection(
      number: number, stream: stream, key: key, initiatorIsLow: initiatorIsLow, first: first,
      initial: Pair(initiator: dial.initial, responder: isAnswered ? answer.initial : nil))
    connection.lastMark = last.mark(from: first)
    connection.due = due
    connection.ends.initiator = dial.inFull(.syn, dials)
    guard isAnswered else { return connection }
    connection.roundTrip.responder =
      tap == .responder ? .zero : synACK.time.since(dialled.last.time)
    connection.ends.initiator.handshakePassed = synACK.mark(from: first)
    connection.ends.responder = answer.inFull(.synACK, answers)
    connection.ends.responder.sent.insert(.acknowledgment)
    connection.ends.responder.ackSent = dial.initial + 1
    connection.ends.responder.ackMark = synACK.mark(from: first)
    guard answer.hasTimestamps else { return connection }
    connection.ends.responder.sent.insert(.timestampEcho)
    connection.ends.responder.timestampEcho = answer.timestampEcho
    return connection
  }

  /// The SYN, and the SYN/ACK of one that is answered.
  var dials: Transmissions { dialled.transmissions(after: .first, from: first) }
  var answers: Transmissions { answered.transmissions(after: synACK, from: first) }
}

extension OpeningConnection.Repeated {
  fileprivate func transmissions(after first: NearMark, from origin: FirstMark) -> Transmissions {
    Transmissions(
      first: first.mark(from: origin), last: last.mark(from: origin),
      firstRetransmission: retransmissions > 0
        ? firstRetransmission.time(from: origin.time) : .distantPast,
      interval: interval.interval, retransmissions: Int(retransmissions))
  }
}

extension OpeningConnection.Offer {
  fileprivate func inFull(_ kind: Endpoint.Sent, _ opening: Transmissions) -> Endpoint {
    var end = Endpoint()
    end.sent = [.anything, .initialSequence, kind]
    end.initial = initial
    end.sendNext = initial + 1
    end.passed.start(at: end.sendNext)
    end.window = UInt32(window)
    if let windowShift {
      end.sent.insert(.windowScale)
      end.windowShift = windowShift
    }
    end.packets = opening.retransmissions + 1
    end.lastSent = opening.last
    end.opening = opening
    guard hasTimestamps else { return end }
    end.sent.insert(.timestamps)
    end.timestampValue = timestampValue
    end.timestampTime = end.lastSent.time
    return end
  }
}

extension Connection {
  /// What every small form begins with when it is built in full.
  ///
  /// - Parameter initial: the numbers that the ends began with; nil: not seen yet.
  init(
    number: UInt32, stream: UInt32, key: ConnectionKey, initiatorIsLow: Bool, first: FirstMark,
    initial: Pair<SequenceNumber?>
  ) {
    let low: Role = initiatorIsLow ? .initiator : .responder
    self.init(
      number: Int(number), key: key, initiatorIsLow: initiatorIsLow, rolesKnown: true,
      first: first.mark,
      conversation: StreamIndex(Int(stream), low: initial[low], high: initial[low.peer]))
  }
}

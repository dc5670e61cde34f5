import Dissection

extension SettledConnection {
  /// The same connection as `Passage` would have made it of the same segments, as far as anything
  /// asks: not the frames of the handshake, nor the times of text and of the first FIN.
  ///
  /// - Parameter tap: where the options say that the tap sits.
  func inFull(key: ConnectionKey, tap: TapPosition?) -> Connection {
    var connection = Connection(
      number: number, stream: stream, key: key, initiatorIsLow: initiatorIsLow, first: first,
      initial: Pair(initiator: ends.initiator.initial, responder: ends.responder.initial))
    connection.lastMark = lastACK.mark(from: first)
    connection.isClosing = true
    let toResponder = Interval(nanoseconds: Int64(toResponder))
    let toInitiator = Interval(nanoseconds: Int64(toInitiator))
    connection.roundTrip = Pair(
      initiator: tap == .initiator ? .zero : toInitiator,
      responder: tap == .responder ? .zero : toResponder)
    for role in Role.allCases {
      connection.ends[role] = end(role)
      connection.ends[role].fin = fin(role)
    }
    let synACK = Mark(frame: first.frame, time: first.time.advanced(by: toResponder))
    let handshake = Mark(frame: first.frame, time: synACK.time.advanced(by: toInitiator))
    connection.ends.initiator.opening.add(first.mark)
    connection.ends.initiator.handshakePassed = synACK
    connection.ends.initiator.established = handshake
    connection.ends.responder.opening.add(synACK)
    connection.ends.responder.handshakePassed = handshake
    connection.ends.responder.established = handshake
    return connection
  }

  private func end(_ role: Role) -> Endpoint {
    let (own, peer) = (ends[role], ends[role.peer])
    let traits = traits[role]
    var end = Endpoint()
    end.sent = traits.sent(role)
    end.initial = own.initial
    end.sendNext = own.sendNext
    end.passed.start(at: own.sendNext)
    end.ackSent = peer.sendNext
    end.ackMark = (role == closer ? lastACK : firstACK).mark(from: first)
    end.lastSent = (role == closer ? lastACK : secondFIN).mark(from: first)
    end.dataConfirmed = traits.contains(.dataConfirmed)
    // Not before the last segment was all of it acknowledged.
    if !end.dataConfirmed { end.dataConfirmFrom = peer.sendNext }
    end.confirmedByFIN = traits.contains(.confirmedByFIN)
    let isScaled = traits.intersection(self.traits[role.peer]).contains(.windowScale)
    end.windowShift = windowShifts[role]
    end.window = UInt32(own.window) << (isScaled ? UInt32(end.windowShift) : 0)
    if traits.contains(.timestamps) {
      end.timestampValue = own.timestampValue
      end.timestampEcho = peer.timestampValue &- UInt32(truncatingIfNeeded: own.echoBehind)
      end.timestampTime = end.lastSent.time
    }
    end.packets = Int(own.packets)
    end.bytesSent = own.bytesSent
    end.identification = own.identification
    if traits.contains(.payload) {
      end.lastPayload = first.time
      end.firstUnconfirmed = first.time
    }
    return end
  }

  private func fin(_ role: Role) -> SentFIN {
    let peer = ends[role.peer]
    let acked = (role == closer ? firstACK : lastACK).mark(from: first)
    let sent =
      role == closer
      ? Mark(frame: first.frame(firstFIN), time: acked.time) : secondFIN.mark(from: first)
    var fin = SentFIN(
      sent: sent, end: ends[role].sendNext, ack: role == closer ? firstFINsACK : peer.sendNext,
      mayHaveWaited: traits[role].contains(.mayHaveWaited))
    // Where the peer stood when it acknowledged: before its own FIN.
    fin.acknowledge(by: acked, at: role == closer ? peer.sendNext - 1 : peer.sendNext)
    if role == closer { fin.ackConfirmed = lastACK.mark(from: first) }
    return fin
  }
}

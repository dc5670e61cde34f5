import Dissection
import Tracking

extension Finding {
  /// One sentence that says what was found, without a time of day: the same in every zone.
  public func message(in connection: ConnectionReport) -> String {
    let end = connection.endpoints[role]
    let local = end.local.text
    let remote = end.remote.text
    let lasting = age.map { " for \($0.words)" } ?? ""
    switch kind {
    case .closeWait:
      return closeWaitMessage(end, lasting: lasting)
    case .timeWait:
      return "\(local) closed first and keeps TIME_WAIT towards \(remote)\(remaining(of: end))"
    case .latePackets:
      return lateMessage(connection)
    case .finWait1:
      return "\(local) sent FIN to \(remote)\(retransmissions(end)); "
        + "no acknowledgment\(lasting)"
    case .finWait2:
      return "\(remote) acknowledged the FIN of \(local) and has not closed its own side\(lasting)"
    case .lastAck:
      return "\(local) closed second\(retransmissions(end)); "
        + "\(remote) has not acknowledged its FIN\(lasting)"
    case .closing:
      return "\(local) and \(remote) closed at the same time\(retransmissions(end)); "
        + "the FIN of \(local) is not acknowledged\(lasting)"
    case .halfOpen where end.claim.state == .synReceived:
      return "\(local) answered the SYN of \(remote) and waits\(lasting) for the last ACK of the "
        + "handshake"
    case .halfOpen:
      return "\(local) is \(end.claim.state.name)\(lasting), "
        + "but \(remote) has closed: it will not notice before it sends"
    case .reset:
      return "\(resetter(connection)) reset the connection: "
        + (connection.resetCause ?? .unknown).words
    }
  }

  private func closeWaitMessage(_ end: EndpointReport, lasting: String) -> String {
    switch end.activity {
    case .draining:
      return "\(end.local.text) has the FIN of \(end.remote.text) and still sends: "
        + "half-close in use\(lasting)"
    case .idle, nil:
      return "\(end.local.text) has the FIN of \(end.remote.text) and has not closed\(lasting): "
        + "its program holds the socket open"
    }
  }

  /// How long the timer still runs at the instant that `age` was taken at.
  private func remaining(of end: EndpointReport) -> String {
    guard let until = end.claim.until, let since = end.claim.since, let age else { return "" }
    let rest = until.since(since.advanced(by: age))
    return rest > .zero ? " for another \(rest.words)" : ", nominally over"
  }

  private func retransmissions(_ end: EndpointReport) -> String {
    end.finRetransmissions == 0
      ? "" : ", FIN retransmitted \(end.finRetransmissions.counted("time"))"
  }

  private func lateMessage(_ connection: ConnectionReport) -> String {
    let kinds = LateKind.allCases.compactMap { kind -> String? in
      let count = connection.late.count { $0.kind == kind }
      return count == 0 ? nil : "\(count.grouped) \(kind.rawValue)"
    }
    let ends =
      "\(connection.endpoints.initiator.local.text) and "
      + connection.endpoints.responder.local.text
    let restarts = connection.late.count { $0.effect == .timerRestarted }
    return "\(connection.late.count.counted("packet")) after the close between \(ends): "
      + kinds.joined(separator: ", ")
      + (restarts == 0 ? "" : "; TIME_WAIT restarted \(restarts.counted("time"))")
  }

  /// The end that sent the RST: the finding's own, unless only the other one sent any.
  private func resetter(_ connection: ConnectionReport) -> String {
    let own = connection.endpoints[role]
    let peer = connection.endpoints[role.peer]
    return own.rstFrame == nil && peer.rstFrame != nil ? peer.local.text : own.local.text
  }
}

extension ResetCause {
  /// The cause in words, to follow a colon.
  var words: String {
    switch self {
    case .unreadData: "it closed with received data unread"
    case .lingerZero: "SO_LINGER with a timeout of zero, or an abort"
    case .dataToOrphan: "data reached an end whose program had already closed"
    case .closedPort: "nothing listens on the port"
    case .answerToStray: "an answer to a packet of a connection it no longer knows"
    case .keepAliveRace: "a request crossed the FIN of an idle keep-alive connection"
    case .afterBothFINs: "after both sides had sent FIN"
    case .timeWaitAssassination: "it ended the other side's TIME_WAIT (RFC 1337)"
    case .refusedReuse: "the ports were still in use by an older connection"
    case .unknown: "the capture does not tell why"
    }
  }
}

extension LateEffect {
  /// For a column.
  var cell: String {
    switch self {
    case .timerRestarted: "restarted"
    case .killed: "killed"
    case .newConnection: "taken up"
    case .none: "none"
    case .unknown: "unknown"
    }
  }

  var words: String {
    switch self {
    case .timerRestarted: "timer restarted"
    case .killed: "TIME_WAIT killed"
    case .newConnection: "new connection"
    case .none: "none"
    case .unknown: "unknown"
    }
  }
}

extension ExpectedReply {
  var words: String {
    switch self {
    case .none: "none"
    case .ack: "ACK"
    case .rst: "RST"
    case .rstACK: "RST, ACK"
    case .synACK: "SYN, ACK"
    case .unknown: "unknown"
    }
  }
}

extension TapPosition {
  /// Where the capture was taken, to follow "taken".
  var words: String {
    switch self {
    case .initiator: "at or near the initiators"
    case .responder: "at or near the responders"
    case .between: "between the two ends"
    case .unknown: "at an unknown place"
    }
  }
}

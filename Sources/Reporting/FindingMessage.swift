import Dissection
import Tracking

extension Finding {
  /// One sentence that says what was found, without a time of day: the same in every zone.
  public func message(in connection: ConnectionReport) -> String {
    var buffer = OutputBuffer()
    buffer.append(messageOf: self, in: connection)
    return buffer.text
  }

  /// The end that sent the RST: the finding's own, unless only the other one sent any.
  fileprivate func resetter(_ connection: ConnectionReport) -> SocketAddress {
    let own = connection.endpoints[role]
    let peer = connection.endpoints[role.peer]
    return own.rstFrame == nil && peer.rstFrame != nil ? peer.local : own.local
  }
}

extension OutputBuffer {
  /// See `Finding.message`; no character of it needs an escape in JSON.
  mutating func append(messageOf finding: Finding, in connection: ConnectionReport) {
    let end = connection.endpoints[finding.role]
    let (local, remote) = (end.local, end.remote)
    switch finding.kind {
    case .closeWait:
      append(local, " has the FIN of ", remote)
      append(
        end.activity == .draining ? " and still sends: half-close in use" : " and has not closed")
      append(lasting: finding)
      if end.activity != .draining { append(": its program holds the socket open") }
    case .timeWait:
      append(local, " closed first and keeps TIME_WAIT towards ", remote)
      appendRemaining(of: end, finding)
    case .latePackets:
      append(lateMessage(connection))
    case .finWait1:
      append(local, " sent FIN to ", remote)
      appendRetransmissions(end)
      append("; no acknowledgment")
      append(lasting: finding)
    case .finWait2:
      append(remote, " acknowledged the FIN of ", local)
      append(" and has not closed its own side")
      append(lasting: finding)
    case .lastAck:
      append(local)
      append(" closed second")
      appendRetransmissions(end)
      append("; ")
      append(remote)
      append(" has not acknowledged its FIN")
      append(lasting: finding)
    case .closing:
      append(local, " and ", remote)
      append(" closed at the same time")
      appendRetransmissions(end)
      append("; the FIN of ")
      append(local)
      append(" is not acknowledged")
      append(lasting: finding)
    case .halfOpen where end.claim.state == .synReceived:
      append(local, " answered the SYN of ", remote)
      append(" and waits")
      append(lasting: finding)
      append(" for the last ACK of the handshake")
    case .halfOpen:
      append(local)
      append(" is ")
      append(end.claim.state.name)
      append(lasting: finding)
      append(", but ")
      append(remote)
      append(" has closed: it will not notice before it sends")
    case .reset:
      append(finding.resetter(connection))
      append(" reset the connection: ")
      append((connection.resetCause ?? .unknown).words)
    }
  }

  private mutating func append(_ one: SocketAddress, _ words: String, _ other: SocketAddress) {
    append(one)
    append(words)
    append(other)
  }

  private mutating func append(lasting finding: Finding) {
    guard let age = finding.age else { return }
    append(" for ")
    append(words: age)
  }

  /// How long the timer still runs at the instant that `age` was taken at.
  private mutating func appendRemaining(of end: EndpointReport, _ finding: Finding) {
    guard let until = end.claim.until, let since = end.claim.since, let age = finding.age else {
      return
    }
    let rest = until.since(since.advanced(by: age))
    guard rest > .zero else { return append(", nominally over") }
    append(" for another ")
    append(words: rest)
  }

  private mutating func appendRetransmissions(_ end: EndpointReport) {
    if end.finRetransmissions == 0 { return }
    append(", FIN retransmitted \(end.finRetransmissions.counted("time"))")
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
}

extension ResetCause {
  /// The cause in words, to follow a colon.
  package var words: String {
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

  package var words: String {
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

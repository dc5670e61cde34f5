import Dissection

/// A connection that no packet told of: the host of one of its ends did.
extension ConnectionReport {
  /// Of such a connection, nothing is known of the other end, nor who dialled.
  ///
  /// - Parameters:
  ///   - number: 0 or less, as no connection that was captured has.
  ///   - since: the latest time at which the state can have begun.
  public init(
    unseen number: Int, local: SocketAddress, remote: SocketAddress, state: TCPState,
    since: Timestamp, until: Timestamp?
  ) {
    precondition(number <= 0)
    func end(_ local: SocketAddress, _ remote: SocketAddress, _ claim: Claim) -> EndpointReport {
      EndpointReport(
        local: local, remote: remote, claim: claim, packets: 0, bytesSent: 0,
        finRetransmissions: 0)
    }
    let own = Claim(
      state: state, certainty: .proved, possible: StateSet(state), since: since, until: until,
      ground: .nothingSeen, evidence: Evidence())
    let other = Claim(
      state: .closed, certainty: .presumed, possible: StateSet(.closed), since: nil,
      ground: .nothingSeen, evidence: Evidence())
    self.init(
      number: number, stream: 0,
      endpoints: Pair(initiator: end(local, remote, own), responder: end(remote, local, other)),
      rolesKnown: false, firstTime: since, lastTime: since, firstFrame: 0, lastFrame: 0,
      copies: 0, close: .open, oneSided: false, gap: false, late: [])
  }

  /// Whether no packet told of it; its initiator is then the end that is known.
  public var isUnseen: Bool { number <= 0 }
}

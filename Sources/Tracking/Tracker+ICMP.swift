import Dissection

/// What an ICMP error tells of the connection whose segment it quotes.
extension Tracker {
  /// Takes an ICMP error.
  ///
  /// - Returns: the number of the connection it is about; nil when none in memory sent the quoted
  ///   segment.
  @discardableResult
  public mutating func receive(_ error: ICMPError) -> Int? {
    let key = ConnectionKey(error.source, error.destination)
    let hash = table.hash(key)
    if let place = table.occupant(of: key, hash: hash), place.form != .full {
      leaveOrder(place, hash: hash, at: clock.now ?? error.time)
    }
    guard let head = table.find(key, hash: hash) else { return nil }
    for slot in chain(from: head) {
      let sender = table[slot].role(ofLow: error.source == key.low)
      guard table[slot].ends[sender].hasSent(error.sequenceNumber) else { continue }
      let claim = table[slot].claim(sender, at: error.time, profile: options.profile)
      if table[slot].ends[sender].isEnded(by: error, in: claim.state) {
        table[slot].ends[sender].resetPassed = Mark(frame: error.frame, time: error.time)
        table[slot].ends[sender].isEndedByError = true
        table[slot].isClosing = true
      }
      table[slot].ends[sender].noteLost(error, before: table[slot].ends[sender.peer])
      return table[slot].number
    }
    return nil
  }
}

extension Endpoint {
  /// SND.UNA is not known, and so not asked for.
  fileprivate func hasSent(_ number: SequenceNumber) -> Bool {
    sent.contains(.anything) && number.isAtOrAfter(initial) && number.isAtOrBefore(sendNext)
  }

  /// A dial is ended by any ICMP error but the one about the packet's size, an open connection by
  /// none (Linux net/ipv4/tcp_ipv4.c tcp_v4_err, net/ipv6/tcp_ipv6.c tcp_v6_err; RFC 5461).
  fileprivate func isEnded(by error: ICMPError, in state: TCPState) -> Bool {
    switch state {
    case .synSent: error.endsDial
    case .synReceived where sent.contains(.syn): error.endsDial
    // A listener's request socket: tcp_req_err.
    case .synReceived: error.sequenceNumber == initial && error.isFatalForRequest
    case .closed, .listen, .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck,
      .timeWait:
      false
    }
  }

  /// A FIN is not taken while something before it, or itself, did not arrive.
  fileprivate mutating func noteLost(_ error: ICMPError, before peer: Endpoint) {
    let isTaken =
      peer.sent.contains(.acknowledgment) && error.sequenceNumber.isBefore(peer.ackSent)
    guard fin.isSent, !fin.acked.isSet, !isTaken, error.sequenceNumber.isBefore(fin.end) else {
      return
    }
    fin.arrivalDoubted = true
  }
}

extension ICMPError {
  private var isVersion4: Bool { source.address.version4 != nil }

  /// Not fragmentation needed (RFC 1191) or packet too big (RFC 8201): what was too large is sent
  /// again in smaller pieces. Codes that RFC 1812 does not know are ignored.
  fileprivate var endsDial: Bool {
    isVersion4 ? type != 3 || code != 4 && code <= 15 : type != 2
  }

  /// What makes a Linux listener drop the request: of the unreachable destinations network and host
  /// in version 4, but in version 6 all except these (net/ipv6/icmp.c icmpv6_err_convert).
  fileprivate var isFatalForRequest: Bool {
    if isVersion4 { return type != 3 || code <= 1 }
    return type == 4 || type == 1 && ![0, 2, 3].contains(code)
  }
}

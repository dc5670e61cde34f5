import Dissection

/// Where the capture was taken, by majority of the handshakes.
struct TapVote {
  private var votes = Pair(initiator: 0, responder: 0)
  private var between = 0

  /// One of the two turn-round times must be this small against the other for its end to be near.
  private static let ratio: Int64 = 8
  /// What a host takes to answer by itself.
  private static let hostTime = Interval.milliseconds(1)

  /// Counts a handshake: the time from SYN to SYN/ACK, and from SYN/ACK to ACK.
  mutating func add(toResponder: Interval, toInitiator: Interval) {
    if toResponder * Self.ratio < toInitiator, toResponder < Self.hostTime {
      votes.responder += 1
    } else if toInitiator * Self.ratio < toResponder, toInitiator < Self.hostTime {
      votes.initiator += 1
    } else if toResponder > Self.hostTime, toInitiator > Self.hostTime {
      between += 1
    }
  }

  var position: TapPosition {
    let most = max(votes.initiator, votes.responder, between)
    // Connections of both directions through one host disagree, and so they should.
    guard most * 5 > (votes.initiator + votes.responder + between) * 4 else { return .unknown }
    if most == votes.initiator { return .initiator }
    return most == votes.responder ? .responder : .between
  }
}

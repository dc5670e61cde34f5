/// The close as three facts about an endpoint (RFC 9293 section 3.6, figure 5 read backwards).
struct CloseFacts {
  /// It sent FIN.
  var finSent: Bool
  /// The acknowledgment of its FIN reached it.
  var finAcked: Bool
  /// It took the peer's FIN: its RCV.NXT is past it.
  var peerFINTaken: Bool
  /// Its first FIN acknowledged the peer's: it closed second.
  var closedSecond: Bool

  var state: TCPState {
    switch (finSent, finAcked, peerFINTaken) {
    // Neither closed.
    case (false, _, false): .established
    // The peer closed; this side's application has not.
    case (false, _, true): .closeWait
    // This side closed and waits for the acknowledgment of its FIN.
    case (true, false, false): .finWait1
    // Acknowledged; the peer may go on sending.
    case (true, true, false): .finWait2
    // The FINs crossed unless ours acknowledges theirs.
    case (true, false, true): closedSecond ? .lastAck : .closing
    // Both acknowledged: whoever closed first, or at once with the peer, waits 2MSL.
    case (true, true, true): closedSecond ? .closed : .timeWait
    }
  }
}

/// How far a fact is known.
enum Belief {
  /// It did not happen.
  case no
  /// It should have happened, but later packets speak against it.
  case doubted
  /// It passed the tap and nothing speaks against its arrival.
  case presumed
  /// The endpoint's own packets show it.
  case yes

  /// What is taken to be true.
  var taken: Bool { self == .presumed || self == .yes }

  /// It does not hang on anything having arrived.
  var isCertain: Bool { self == .no || self == .yes }

  /// Whether the fact can have a value.
  func allows(_ value: Bool) -> Bool {
    switch self {
    case .no: !value
    case .yes: value
    case .doubted, .presumed: true
    }
  }
}

extension CloseFacts {
  /// Every state that fits when the two facts are known only so far.
  func states(finAcked: Belief, peerFINTaken: Belief) -> StateSet {
    var states = StateSet()
    for isAcked in [false, true] where finAcked.allows(isAcked) {
      for isTaken in [false, true] where peerFINTaken.allows(isTaken) {
        let facts = CloseFacts(
          finSent: finSent, finAcked: isAcked, peerFINTaken: isTaken, closedSecond: closedSecond)
        states.insert(facts.state)
      }
    }
    return states
  }
}

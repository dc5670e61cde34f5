import Tracking

/// What is said of one end of a 4-tuple, whatever the number of its incarnations.
public struct Saying: Sendable {
  /// Of the newest incarnation that is not CLOSED, or else of the newest.
  public var claim: Claim
  /// In one incarnation, where it can be CLOSED in all others.
  public var possible: StateSet
  /// One of them is, because a timer must have run out.
  public var isOverByTimer: Bool
  /// The claim is, and where it is CLOSED, so is that of every other incarnation.
  public var isProved: Bool

  public init(_ claim: Claim) {
    self.claim = claim
    possible = claim.possible
    isOverByTimer = claim.ground.isTimer
    isProved = claim.certainty == .proved
  }

  public mutating func join(_ newer: Claim) {
    let known = possible.contains(.closed) ? newer.possible : StateSet()
    possible = newer.possible.contains(.closed) ? possible.union(known) : known
    if possible.isEmpty { possible = newer.possible }
    if newer.state == .closed, claim.state != .closed { return }
    let isClosed = newer.state == .closed
    isOverByTimer = newer.ground.isTimer || (isClosed && isOverByTimer)
    isProved = newer.certainty == .proved && (!isClosed || isProved)
    claim = newer
  }
}

extension Ground {
  /// It says CLOSED because a timer must have run out.
  public var isTimer: Bool {
    switch self {
    case .timeWaitOver, .finWait2Over, .orphanOver, .handshakeOver: true
    case .nothingSeen, .sentSYN, .synArrived, .sentSYNACK, .handshakePassed, .sentInEstablished,
      .midStream, .peerFINPassed, .acknowledgedPeerFIN, .sentFIN, .ackOfFINPassed, .ackOfFINLost,
      .ackOfFINConfirmed, .finsCrossed, .lastACKPassed, .timeWaitRuns, .sentRST, .acceptedRST,
      .icmpError, .newIncarnation:
      false
    }
  }
}

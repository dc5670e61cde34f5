import Tracking

/// What is said of one end of a 4-tuple, whatever the number of its incarnations.
public struct Saying: Sendable {
  /// Of the newest incarnation that is not CLOSED, or else of the newest.
  public var claim: Claim
  /// Over all incarnations that are said to be CLOSED.
  public var possible: StateSet
  /// One of them is, because a timer must have run out.
  public var isOverByTimer: Bool

  public init(_ claim: Claim) {
    self.claim = claim
    possible = claim.possible
    isOverByTimer = claim.ground.isTimer
  }

  public mutating func join(_ newer: Claim) {
    if newer.state == .closed, claim.state != .closed { return }
    let isClosed = newer.state == .closed
    possible = isClosed ? possible.union(newer.possible) : newer.possible
    isOverByTimer = newer.ground.isTimer || (isClosed && isOverByTimer)
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

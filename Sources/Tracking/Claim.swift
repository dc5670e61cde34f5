import Dissection

/// How far a claim can be relied on.
public enum Certainty: Hashable, Sendable {
  /// Follows from the endpoint's own packets, if all it sent was captured and nothing reached it
  /// that was not.
  case proved
  /// Rests also on packets having arrived after they passed the tap, on a timer, or on silence.
  case presumed
}

/// What finwait says of one endpoint at one instant, and why.
public struct Claim: Equatable, Sendable {
  public var state: TCPState
  public var certainty: Certainty
  /// Every state the endpoint can be in, the claimed one among them; a proved claim has no other.
  public var possible: StateSet
  /// The time of the frame that caused the state, nil where the capture does not hold it.
  public var since: Timestamp?
  /// The nominal end of the running timer (TIME_WAIT, orphaned FIN_WAIT_2), else nil.
  public var until: Timestamp?
  /// Why, for `explain`.
  public var ground: Ground
  /// The frames the claim rests on, ascending, at most four; 0 fills the unused places.
  public var evidence: Evidence

  public init(
    state: TCPState, certainty: Certainty, possible: StateSet, since: Timestamp?,
    until: Timestamp? = nil, ground: Ground, evidence: Evidence
  ) {
    self.state = state
    self.certainty = certainty
    self.possible = possible
    self.since = since
    self.until = until
    self.ground = ground
    self.evidence = evidence
  }
}

/// Up to four frame numbers without a heap allocation, ascending and distinct.
public struct Evidence: Equatable, Sendable {
  private var first = 0
  private var second = 0
  private var third = 0
  private var fourth = 0

  public init(_ first: Int = 0, _ second: Int = 0, _ third: Int = 0, _ fourth: Int = 0) {
    insert(first)
    insert(second)
    insert(third)
    insert(fourth)
  }

  /// Keeps order; ignores 0 (no frame), repeats, and a fifth frame.
  public mutating func insert(_ frame: Int) {
    guard frame > 0, fourth == 0 else { return }
    guard frame != first, frame != second, frame != third else { return }
    var places = (first, second, third, frame)
    // One step of insertion sort, 0 counting as last.
    if places.2 == 0 || places.3 < places.2 { swap(&places.2, &places.3) }
    if places.1 == 0 || places.2 != 0 && places.2 < places.1 { swap(&places.1, &places.2) }
    if places.0 == 0 || places.1 != 0 && places.1 < places.0 { swap(&places.0, &places.1) }
    (first, second, third, fourth) = places
  }

  /// Calls `body` with each frame.
  public func forEach(_ body: (Int) -> Void) {
    if first > 0 { body(first) }
    if second > 0 { body(second) }
    if third > 0 { body(third) }
    if fourth > 0 { body(fourth) }
  }

  public var frames: [Int] {
    var frames: [Int] = []
    forEach { frames.append($0) }
    return frames
  }
}

/// The reason behind a claim, one sentence each in `explain`.
public enum Ground: Hashable, CaseIterable, Sendable {
  /// Nothing of this endpoint was captured, or nothing that tells.
  case nothingSeen
  /// Sent SYN; no answer passed the tap.
  case sentSYN
  /// A SYN passed towards it; it has not answered.
  case synArrived
  /// Sent SYN/ACK; the last ACK of the handshake has not passed.
  case sentSYNACK
  /// The handshake's last packet passed towards it.
  case handshakePassed
  /// It sent what only an open endpoint sends.
  case sentInEstablished
  /// The capture began mid-stream.
  case midStream
  /// The peer's FIN passed towards it with nothing missing before it.
  case peerFINPassed
  /// It acknowledged the peer's FIN.
  case acknowledgedPeerFIN
  /// It sent FIN; no acknowledgment passed.
  case sentFIN
  /// The acknowledgment of its FIN passed towards it.
  case ackOfFINPassed
  /// It sent its FIN again after the acknowledgment had passed: that one did not arrive.
  case ackOfFINLost
  /// It acknowledged what the peer sent only after taking its FIN.
  case ackOfFINConfirmed
  /// FINs crossed: its FIN does not acknowledge the peer's.
  case finsCrossed
  /// It closed second and the last ACK passed towards it.
  case lastACKPassed
  /// It closed first, both FINs are acknowledged, the 2MSL timer runs.
  case timeWaitRuns
  /// The 2MSL timer has run out.
  case timeWaitOver
  /// FIN_WAIT_2 has lasted longer than an orphan is kept.
  case finWait2Over
  /// Its unacknowledged FIN has been silent for longer than an orphan is kept.
  case orphanOver
  /// The SYN or SYN/ACK was given up.
  case handshakeOver
  /// It sent RST.
  case sentRST
  /// An acceptable RST passed towards it.
  case acceptedRST
  /// An ICMP error for its SYN or SYN/ACK passed towards it, which gives the handshake up.
  case icmpError
  /// It dialled anew from the same port, or answered a new SYN.
  case newIncarnation
}

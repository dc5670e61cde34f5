import Dissection

/// A connection that has gone by the book so far: a handshake, text in order, an orderly release
/// (RFC 9293 sections 3.5 and 3.6), each segment passing once.
///
/// Most connections are so from their first segment to their last. This holds what their evidence
/// comes down to, in a fraction of the space, and takes a segment without asking what its receiver
/// makes of it: that is known. The first segment out of the ordinary is met by the `Connection` that
/// it is `inFull`, the same in everything as if it had been one from the start.
struct OrderlyConnection: Sendable {
  /// What is to be known of one end, besides numbers; `Endpoint` tells what each means.
  struct Traits: OptionSet, Sendable {
    let rawValue: UInt8
    static let timestamps = Traits(rawValue: 1)
    static let windowScale = Traits(rawValue: 2)
    static let established = Traits(rawValue: 4)
    static let payload = Traits(rawValue: 8)
    static let dataConfirmed = Traits(rawValue: 16)
    /// `dataConfirmFrom` has a value.
    static let dataAcknowledged = Traits(rawValue: 32)
    static let confirmedByFIN = Traits(rawValue: 64)
    /// Its FIN may have waited behind text.
    static let mayHaveWaited = Traits(rawValue: 128)
  }

  /// One end's part of the evidence; `Endpoint` tells what each means.
  struct End: Sendable {
    let initial: SequenceNumber
    var sendNext: SequenceNumber
    var ackSent: SequenceNumber
    var dataConfirmFrom = SequenceNumber(0)
    var timestampValue: UInt32
    var timestampEcho: UInt32
    var packets: UInt32 = 1
    // Each mark with what fits behind it.
    var lastSent: NearMark
    /// Not scaled.
    var window: UInt16
    var ackMark: NearMark
    var identification: UInt16 = 0
    var lastPayload = NearTime.zero
    var traits: Traits
    let windowShift: UInt8
    var firstUnconfirmed = NearTime.zero
    /// How often its sequence numbers have come round.
    var turns: UInt8 = 0
  }

  let first: FirstMark
  let initiatorIsLow: Bool
  private(set) var progress = Progress()
  let key: FoldedKey
  /// 0: its place is free.
  var number: UInt32
  let stream: UInt32
  var due: RetirementWheel.Tick = 0
  let synACK: NearMark
  /// The last segment of the handshake.
  let handshake: NearMark
  /// The first frame of the responder that shows it to be open, counted from the first; 0: none.
  private(set) var responderShown: UInt32 = 0
  private(set) var ends: Pair<End>

  /// Goes on with a handshake that its third segment completes; nil when that is out of the ordinary.
  init?(_ opening: OpeningConnection, completedBy segment: borrowing Segment, fromLow: Bool) {
    guard opening.isPlain, opening.role(ofLow: fromLow) == .initiator, segment.controls == .ack,
      let mark = NearMark(segment, from: opening.first),
      mark.time.since(opening.synACK.time) >= .zero
    else { return nil }
    key = opening.key
    initiatorIsLow = opening.initiatorIsLow
    number = opening.number
    stream = opening.stream
    first = opening.first
    synACK = opening.synACK
    handshake = mark
    var dialler = End(opening.dial, ackSent: SequenceNumber(0), at: .first)
    var answerer = End(
      opening.answer, ackSent: opening.dial.initial + 1, at: opening.synACK)
    let options = segment.options
    guard segment.acknowledgmentNumber == answerer.sendNext,
      dialler.sends(segment, to: answerer), dialler.isInWindow(of: answerer),
      // An echo that no SYN/ACK can have drawn (tcp_check_req).
      !options.hasTimestamps || options.timestampEcho == answerer.timestampValue
    else { return nil }
    dialler.ackSent = segment.acknowledgmentNumber
    dialler.ackMark = mark
    dialler.timestampEcho = options.timestampEcho
    dialler.send(segment, at: mark, to: &answerer, acknowledgingFIN: false)
    ends = Pair(initiator: dialler, responder: answerer)
  }

  /// Whether it is there, and on a key that folds.
  @inline(__always)
  func isHeld(by key: FoldedKey) -> Bool { self.key == key && number != 0 }

  func role(ofLow isLow: Bool) -> Role { isLow == initiatorIsLow ? .initiator : .responder }

  var phase: Progress.Phase { progress.phase }

  /// The two turn-round times of the handshake, at the tap.
  var toResponder: Interval { synACK.time.interval }
  var toInitiator: Interval { handshake.time.since(synACK.time) }

  /// The last segment that passed.
  var last: NearMark {
    let (left, right) = (ends.initiator.lastSent, ends.responder.lastSent)
    return left.frames > right.frames ? left : right
  }

  /// What became of a segment that was taken.
  struct Taken {
    let number: UInt32
    let sender: Role
    /// The close has begun, so that a timer may end it.
    let isToBeQueued: Bool
  }

  /// Takes the next segment, if it is one that the book has next; changes nothing if not.
  ///
  /// - Parameter patience: how long a close may stand still before a timer has a say in it.
  mutating func take(
    _ segment: borrowing Segment, fromLow: Bool, within patience: Interval
  ) -> Taken? {
    let sender = role(ofLow: fromLow)
    guard let mark = NearMark(segment, from: first) else { return nil }
    switch sender {
    case .initiator:
      guard
        progress.take(
          segment, sender, at: mark, &ends.initiator, &ends.responder, within: patience)
      else { return nil }
    case .responder:
      let isShown =
        ends.responder.traits.contains(.established)
        ? true : ends.responder.shows(segment, ends.initiator)
      guard isShown,
        progress.take(
          segment, sender, at: mark, &ends.responder, &ends.initiator, within: patience)
      else { return nil }
      if responderShown == 0 { responderShown = mark.frames }
    }
    return Taken(number: number, sender: sender, isToBeQueued: phase != .open && due == 0)
  }

  /// Its ends after the acknowledgment of the second FIN, which settles it; nil when the segment is
  /// something else.
  func ends(
    settledBy segment: borrowing Segment, fromLow: Bool, at mark: NearMark,
    within patience: Interval
  ) -> Pair<End>? {
    let closer = progress.closer
    guard progress.phase == .secondFIN, role(ofLow: fromLow) == closer, segment.controls == .ack
    else { return nil }
    var ends = ends
    let isTaken =
      switch closer {
      case .initiator:
        progress.takeLast(segment, at: mark, &ends.initiator, &ends.responder, within: patience)
      case .responder:
        progress.takeLast(segment, at: mark, &ends.responder, &ends.initiator, within: patience)
      }
    return isTaken ? ends : nil
  }
}

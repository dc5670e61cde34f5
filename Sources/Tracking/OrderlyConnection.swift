import Dissection

/// A connection that has gone by the book so far: a handshake, text in order, an orderly release
/// (RFC 9293 sections 3.5 and 3.6), each segment passing once.
///
/// Most connections are so from their first segment to their last. This holds what their evidence
/// comes down to, in a fraction of the space, and takes a segment without asking what its receiver
/// makes of it: that is known. The first segment out of the ordinary is met by the `Connection` that
/// it is `inFull`, the same in everything as if it had been one from the start.
struct OrderlyConnection: Sendable {
  /// One end's part of the evidence; `Endpoint` tells what each means.
  struct End: Sendable {
    var sent: Endpoint.Sent = []
    var identification: UInt16 = 0
    var windowShift: UInt8 = 0
    var dataConfirmed = true
    var confirmedByFIN = false
    /// Its FIN may have waited behind text.
    var mayHaveWaited = false
    var initial = SequenceNumber(0)
    var sendNext = SequenceNumber(0)
    var ackSent = SequenceNumber(0)
    /// The acknowledgment number of its FIN.
    var finACK = SequenceNumber(0)
    var dataConfirmFrom: SequenceNumber?
    var window: UInt32 = 0
    var timestampValue: UInt32 = 0
    var timestampEcho: UInt32 = 0
    var packets = 0
    var bytesSent: UInt64 = 0
    var ackMark = Mark.none
    var lastSent = Mark.none
    var established = Mark.none
    var fin = Mark.none
    var finAcked = Mark.none
    var lastPayload = Timestamp.distantPast
    var firstUnconfirmed = Timestamp.distantPast
  }

  let key: ConnectionKey
  /// 0: its place is free.
  var number: Int
  let stream: Int
  let initiatorIsLow: Bool
  private(set) var progress: Progress
  private(set) var ends = Pair(initiator: End(), responder: End())
  /// When the retirement queue looks at this connection; nil: not before it moves again.
  var dueAt: Timestamp?
  /// Where it goes on in full.
  var successor: UInt32?

  /// Begins with a SYN; nil when that is out of the ordinary.
  init?(_ segment: Segment, key: ConnectionKey, number: Int, stream: Int) {
    guard segment.controls == .syn, segment.payloadLength == 0,
      segment.window >= Endpoint.smallWindow
    else { return nil }
    self.key = key
    self.number = number
    self.stream = stream
    initiatorIsLow = segment.source == key.low
    progress = Progress(syn: Mark(segment))
    ends.initiator.open(segment, as: .syn)
  }

  func role(ofLow isLow: Bool) -> Role { isLow == initiatorIsLow ? .initiator : .responder }

  /// Whether a timer, rather than a packet, can end it.
  var mayEndByTimer: Bool { progress.isClosing || !ends.initiator.established.isSet }

  /// The last segment that passed.
  var last: Mark {
    let (left, right) = (ends.initiator.lastSent, ends.responder.lastSent)
    return left.frame > right.frame ? left : right
  }

  /// What a segment that was taken has done.
  struct Step {
    let connection: Int
    let sender: Role
    /// It was the last one of the handshake.
    let hasOpened: Bool
    /// The retirement queue has to look at the connection at another time.
    let isToBeQueued: Bool
  }

  /// Takes the next segment, if it is one that the book has next.
  ///
  /// - Parameter patience: how long a close may stand still before a timer has a say in it.
  mutating func take(_ segment: Segment, fromLow: Bool, within patience: Interval) -> Step? {
    let sender = role(ofLow: fromLow)
    let isTaken =
      switch sender {
      case .initiator:
        progress.take(segment, sender, &ends.initiator, &ends.responder, patience)
      case .responder:
        progress.take(segment, sender, &ends.responder, &ends.initiator, patience)
      }
    guard isTaken else { return nil }
    return Step(
      connection: number, sender: sender,
      hasOpened: progress.phase == .open && progress.handshake.frame == segment.frame,
      isToBeQueued: progress.isClosing || dueAt == nil)
  }
}

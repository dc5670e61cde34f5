import Dissection

/// An orderly connection whose FINs are both acknowledged: one end is in TIME_WAIT, the other CLOSED.
///
/// There are as many of these as connections end within 2MSL, and nearly all of them only wait for
/// that to be over. So this holds what a report tells, and what can still make a difference to a
/// late segment; what nothing asks for after the close is forgotten.
struct SettledConnection: Sendable {
  // In an order that leaves no gaps: two cache lines in all.

  struct End: Sendable {
    let initial: SequenceNumber
    let sendNext: SequenceNumber
    let timestampValue: UInt32
    let packets: UInt16
    let window: UInt16
    let identification: UInt16
    /// How far the newest timestamp that it has echoed lies before the peer's last.
    let echoBehind: Int16

    var bytesSent: UInt64 { UInt64(sendNext.value &- initial.value) - 2 }
  }

  let first: FirstMark
  let windowShifts: Pair<UInt8>
  let initiatorIsLow: Bool
  let key: FoldedKey
  let traits: Pair<OrderlyConnection.Traits>
  /// Whose FIN was first.
  let closer: Role
  /// 0: its place is free.
  var number: UInt32
  let stream: UInt32
  let ends: Pair<End>
  let firstACK: NearMark
  let secondFIN: NearMark
  /// The acknowledgment of the second FIN, the last segment.
  let lastACK: NearMark
  /// Counted from the first frame.
  let firstFIN: UInt32
  /// The acknowledgment number of the first FIN; that of the second acknowledges the first.
  let firstFINsACK: SequenceNumber
  /// The two turn-round times of the handshake, at the tap, in nanoseconds.
  let toResponder: UInt32
  let toInitiator: UInt32

  /// Settles an orderly connection; nil when the segment is not what does, or when something is too
  /// large for the space it would have here.
  init?(
    _ open: OrderlyConnection, by segment: borrowing Segment, fromLow: Bool,
    within patience: Interval
  ) {
    guard let mark = NearMark(segment, from: open.first),
      let last = open.ends(settledBy: segment, fromLow: fromLow, at: mark, within: patience)
    else { return nil }
    closer = open.progress.closer
    let (before, second) = (open.ends[closer], open.ends[closer.peer])
    guard let initiator = End(last.initiator, peer: last.responder),
      let responder = End(last.responder, peer: last.initiator),
      let toResponder = UInt32(exactly: open.toResponder.nanoseconds),
      let toInitiator = UInt32(exactly: open.toInitiator.nanoseconds)
    else { return nil }
    ends = Pair(initiator: initiator, responder: responder)
    (self.toResponder, self.toInitiator) = (toResponder, toInitiator)
    first = open.first
    initiatorIsLow = open.initiatorIsLow
    key = open.key
    number = open.number
    stream = open.stream
    windowShifts = Pair(
      initiator: last.initiator.windowShift, responder: last.responder.windowShift)
    traits = Pair(initiator: last.initiator.traits, responder: last.responder.traits)
    firstFIN = before.lastSent.frames
    firstFINsACK = before.ackSent
    // What acknowledged the first FIN was new.
    firstACK = second.ackMark
    secondFIN = second.lastSent
    lastACK = mark
  }

  func role(ofLow isLow: Bool) -> Role { isLow == initiatorIsLow ? .initiator : .responder }

  func time(_ mark: NearMark) -> Timestamp { mark.time.time(from: first.time) }
}

extension SettledConnection.End {
  fileprivate init?(_ end: OrderlyConnection.End, peer: OrderlyConnection.End) {
    guard end.turns == 0, let packets = UInt16(exactly: end.packets),
      let echoBehind = Int16(
        exactly: Int32(bitPattern: peer.timestampValue &- end.timestampEcho))
    else { return nil }
    initial = end.initial
    sendNext = end.sendNext
    timestampValue = end.timestampValue
    self.packets = packets
    window = end.window
    identification = end.identification
    self.echoBehind = echoBehind
  }
}

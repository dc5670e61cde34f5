import Dissection
import Tracking

/// What the socket sends.
extension ModelSocket {
  mutating func dial(through out: inout Outlet) {
    dialClock = out.timestampValue
    timed = (outgoing.end, out.now)
    retransmitAt = out.expiry(of: timeout.current)
    sendSYN(through: &out)
  }

  mutating func sendSYN(through out: inout Outlet) {
    let isCrossed = state != .synSent
    var options = out.options(timestamps)
    options.maximumSegmentSize = UInt16(Self.maximumSegment)
    options.windowScale = !isCrossed || incoming.windowScale > 0 ? ModelHost.windowScale : nil
    options.sackPermitted = !isCrossed || hasSACK
    let start = outgoing.unacknowledged
    out.send(
      isCrossed ? [.syn, .ack] : .syn, start,
      acknowledging: isCrossed ? incoming.next : SequenceNumber(0),
      window: UInt16(min(settings.receiveBuffer, 65535)), options: options,
      identification: nextIdentification())
    if outgoing.next == start { outgoing.next = start + 1 }
  }

  mutating func sendAcknowledgment(through out: inout Outlet) {
    emit(.ack, from: outgoing.acceptableSequence(grain: grain), through: &out)
  }

  /// A segment without data from before SND.UNA, which its receiver has to answer: window probe or
  /// keep-alive (RFC 9293 sections 3.8.4 and 3.8.6.1).
  mutating func sendProbe(through out: inout Outlet) {
    emit(.ack, from: outgoing.unacknowledged - 1, through: &out)
  }

  /// RST that ends the connection from this side.
  mutating func sendReset(through out: inout Outlet) {
    emit([.rst, .ack], from: outgoing.acceptableSequence(grain: grain), through: &out)
  }

  private var grain: UInt32 { 1 << UInt32(incoming.windowScale) }

  private mutating func emit(
    _ flags: TCPFlags, from sequenceNumber: SequenceNumber, payload: UInt32 = 0,
    through out: inout Outlet
  ) {
    let window = incoming.offerWindow()
    out.send(
      flags, sequenceNumber, acknowledging: incoming.next, window: window, payload: payload,
      options: out.options(timestamps), identification: nextIdentification())
    acknowledgment = .none
    acknowledgeAt = .distantFuture
  }

  private mutating func nextIdentification() -> UInt16 {
    guard settings.numbersPackets else { return 0 }
    identification = identification == .max ? 1 : identification + 1
    return identification
  }

  /// Sends what the window and the limit in flight allow, the FIN last.
  mutating func push(through out: inout Outlet) {
    while let piece = outgoing.nextPiece() { sendNew(piece, through: &out) }
    if outgoing.isAllSent || outgoing.inFlight > 0 {
      probeAt = .distantFuture
      probeBackoff = 0
    } else if probeAt == .distantFuture {
      probeAt = out.expiry(of: timeout.current)
    }
  }

  private mutating func sendNew(_ piece: (octets: UInt32, hasFIN: Bool), through out: inout Outlet)
  {
    let isFirstInFlight = outgoing.inFlight == 0
    send(piece, from: outgoing.next, through: &out)
    outgoing.next = outgoing.next + piece.octets + (piece.hasFIN ? 1 : 0)
    if timed == nil { timed = (outgoing.next, out.now) }
    if isFirstInFlight { retransmitAt = out.expiry(of: timeout.current) }
  }

  private mutating func send(
    _ piece: (octets: UInt32, hasFIN: Bool), from start: SequenceNumber, through out: inout Outlet
  ) {
    var flags = TCPFlags.ack
    if piece.octets > 0 { flags.insert(.psh) }
    if piece.hasFIN { flags.insert(.fin) }
    emit(flags, from: start, payload: piece.octets, through: &out)
  }

  /// Sends the earliest unacknowledged segment again.
  mutating func retransmit(through out: inout Outlet) {
    timed = nil
    if outgoing.unacknowledged == outgoing.initial { return sendSYN(through: &out) }
    let piece = outgoing.piece(from: outgoing.unacknowledged, before: outgoing.next)
    send(piece, from: outgoing.unacknowledged, through: &out)
  }

  /// The part of the next segment that a window too small for the whole of it has room for
  /// (Linux tcp_output.c tcp_write_wakeup).
  mutating func sendIntoSmallWindow(through out: inout Outlet) -> Bool {
    let room = outgoing.windowEnd.distance(from: outgoing.next)
    let (octets, _) = outgoing.piece(from: outgoing.next, before: outgoing.end)
    guard room > 0, octets > 0 else { return false }
    sendNew((min(UInt32(room), octets), false), through: &out)
    return true
  }
}

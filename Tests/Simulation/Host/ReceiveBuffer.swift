import Dissection

/// What has come from the peer, as octet counts: what the program has not read, what waits behind
/// a gap, and the window that is offered.
struct ReceiveBuffer: Sendable {
  struct Range: Sendable {
    var start: SequenceNumber
    var end: SequenceNumber
  }

  /// RCV.NXT
  private(set) var next: SequenceNumber
  /// RCV.NXT when the last acknowledgment was sent (Linux rcv_wup).
  private(set) var lastAcknowledged: SequenceNumber
  /// Just past the window last offered.
  private var windowEnd: SequenceNumber
  /// Our own shift count.
  let windowScale: UInt8
  let capacity: UInt32
  private(set) var unread: UInt32 = 0
  var isReading: Bool
  /// Ranges beyond RCV.NXT, in order, with gaps between them.
  private(set) var waiting: [Range] = []
  /// The sequence number of a FIN that waits behind a gap.
  private var waitingFIN: SequenceNumber?

  init(initial: SequenceNumber, scale: UInt8, capacity: UInt32, isReading: Bool) {
    next = initial + 1
    lastAcknowledged = next
    windowScale = scale
    self.capacity = capacity
    windowEnd = next + min(capacity, 65535)
    self.isReading = isReading
  }

  /// Octets, and the FIN, that no acknowledgment has told of.
  var unacknowledged: UInt32 { UInt32(bitPattern: next.distance(from: lastAcknowledged)) }
  /// RCV.WND
  var window: UInt32 { UInt32(max(0, windowEnd.distance(from: next))) }
  var hasGap: Bool { !waiting.isEmpty }
  /// Just past the last octet that has come, gaps or not.
  var furthest: SequenceNumber { waiting.last?.end ?? next }

  /// The first test of RFC 9293 section 3.10.7.4, as Linux makes it (tcp_input.c tcp_sequence):
  /// what ends before the last acknowledgment is old, what begins beyond the window is no part of
  /// this connection, and what crosses the window's end is taken only into an empty buffer.
  func isAcceptable(_ segment: Segment) -> Bool {
    if segment.sequenceEnd.isBefore(lastAcknowledged) { return false }
    let limit = next + window
    let dataEnd = segment.sequenceNumber + segment.payloadLength
    if !dataEnd.isAfter(limit) { return true }
    return segment.sequenceNumber.isAtOrBefore(limit) && unread == 0
  }

  /// The window field of the next segment: what is free, never less than was offered, none where
  /// less than a segment is free (RFC 9293 section 3.8.6.2.2).
  mutating func offerWindow() -> UInt16 {
    let grain: UInt32 = 1 << UInt32(windowScale)
    let offered = max(freeWindow, window)
    let field = min(UInt32(UInt16.max), (offered + grain - 1) >> UInt32(windowScale))
    windowEnd = next + field << UInt32(windowScale)
    lastAcknowledged = next
    return UInt16(field)
  }

  /// What could be offered now.
  var freeWindow: UInt32 {
    let free = capacity > unread ? capacity - unread : 0
    return free < min(1448, capacity / 2) ? 0 : free
  }

  /// Reads whatever has come.
  /// - Returns: the window has opened so far that the peer is to be told.
  mutating func read() -> Bool {
    isReading = true
    if unread == 0 { return false }
    unread = 0
    return window * 2 <= capacity && freeWindow >= max(1, window * 2)
  }

  /// Takes what is in order or waits behind a gap.
  /// - Returns: whether the peer's FIN has now been reached.
  mutating func take(_ segment: Segment) -> Bool {
    var start = segment.sequenceNumber
    let end = segment.sequenceEnd
    if segment.flags.contains(.fin) { waitingFIN = end - 1 }
    if start.isBefore(next) { start = next }
    if start == next, waiting.isEmpty { return advance(to: end) }
    insert(Range(start: start, end: end))
    guard let first = waiting.first, first.start == next else { return false }
    waiting.removeFirst()
    return advance(to: first.end)
  }

  private mutating func advance(to end: SequenceNumber) -> Bool {
    var octets = UInt32(bitPattern: end.distance(from: next))
    next = end
    let isFINReached = waitingFIN.map { next.isAfter($0) } ?? false
    if isFINReached {
      octets -= 1
      waiting = []
    }
    if !isReading { unread += octets }
    return isFINReached
  }

  private mutating func insert(_ range: Range) {
    var merged = range
    var others: [Range] = []
    for other in waiting {
      if other.end.isBefore(merged.start) || other.start.isAfter(merged.end) {
        others.append(other)
      } else {
        if other.start.isBefore(merged.start) { merged.start = other.start }
        merged.end = merged.end.later(other.end)
      }
    }
    let place = others.firstIndex { $0.start.isAfter(merged.start) } ?? others.count
    others.insert(merged, at: place)
    waiting = others
  }
}

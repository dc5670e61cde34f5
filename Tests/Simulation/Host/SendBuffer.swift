import Dissection

/// What a program has written, as octet counts: SYN, octets, FIN in one sequence space, and the
/// window that the peer offers for it.
struct SendBuffer: Sendable {
  /// ISS
  let initial: SequenceNumber
  /// SND.UNA
  var unacknowledged: SequenceNumber
  /// SND.NXT
  var next: SequenceNumber
  /// Just past all that is to be sent, the FIN included.
  private(set) var end: SequenceNumber
  private(set) var hasFIN = false
  /// SND.WND, in octets.
  private(set) var window: UInt32 = 0
  /// The peer's shift count for windows that are not on a SYN.
  var windowScale: UInt8 = 0
  private(set) var largestWindow: UInt32 = 0
  /// SND.WL1: the sequence number of the last segment that brought a window.
  private var windowSequence = SequenceNumber(0)
  /// Payload octets of a full segment.
  var maximumSegment: UInt32 = 536

  /// - Parameter initial: ISS; the SYN is the first to be sent.
  init(initial: SequenceNumber) {
    self.initial = initial
    unacknowledged = initial
    next = initial
    end = initial + 1
  }

  var isAllAcknowledged: Bool { unacknowledged == end }
  var isAllSent: Bool { next == end }
  var isFINSent: Bool { hasFIN && isAllSent }
  var inFlight: UInt32 { UInt32(bitPattern: next.distance(from: unacknowledged)) }
  var windowEnd: SequenceNumber { unacknowledged + window }
  var flightLimit: UInt32 { 10 * maximumSegment }

  mutating func write(_ octets: UInt32) { end = end + octets }

  mutating func writeFIN() {
    hasFIN = true
    end = end + 1
  }

  /// The segment from `start`, as long as one may be: how many octets, and whether the FIN is on
  /// it.
  func piece(from start: SequenceNumber, before limit: SequenceNumber) -> (UInt32, Bool) {
    let length = UInt32(bitPattern: limit.distance(from: start))
    let reachesFIN = hasFIN && limit == end
    let octets = reachesFIN ? length - 1 : length
    if octets > maximumSegment { return (maximumSegment, false) }
    return (octets, reachesFIN)
  }

  /// What may be sent next: nil when all is sent, the window is too small for a whole segment, or
  /// enough is in flight.
  func nextPiece() -> (UInt32, Bool)? {
    if isAllSent || inFlight >= flightLimit { return nil }
    let (octets, hasFIN) = piece(from: next, before: end)
    let pieceEnd = next + octets + (hasFIN ? 1 : 0)
    return pieceEnd.isAfter(windowEnd) ? nil : (octets, hasFIN)
  }

  /// RFC 9293 section 3.10.7.4, fifth: a window counts unless the segment is older than the one
  /// that brought the last; Linux also takes a larger or a zero window from the same sequence
  /// number.
  mutating func updateWindow(_ segment: Segment) {
    let scale = segment.flags.contains(.syn) ? 0 : windowScale
    let offered = UInt32(segment.window) << UInt32(scale)
    let isNew =
      segment.acknowledgmentNumber.isAfter(unacknowledged)
      || segment.sequenceNumber.isAfter(windowSequence)
      || (segment.sequenceNumber == windowSequence && (offered > window || offered == 0))
    if isNew { setWindow(offered, from: segment.sequenceNumber) }
  }

  mutating func setWindow(_ offered: UInt32, from sequenceNumber: SequenceNumber) {
    window = offered
    windowSequence = sequenceNumber
    largestWindow = max(largestWindow, offered)
  }

  /// The sequence number that a RST of our own carries: SND.NXT, or the end of a window that the
  /// peer has shrunk (Linux tcp_output.c tcp_acceptable_seq).
  func acceptableSequence(grain: UInt32) -> SequenceNumber {
    let beyond = next.distance(from: windowEnd)
    return beyond <= 0 || UInt32(beyond) < grain ? next : windowEnd
  }
}

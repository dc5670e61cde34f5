import Dissection
import Tracking

/// A listener's SYN_RECEIVED (Linux request_sock): no program knows of it before the handshake's
/// last ACK (tcp_minisocks.c tcp_check_req).
struct ModelRequest: Sendable {
  enum Verdict: Sendable {
    case nothing
    /// Neither the request's nor its listener's: answered by RST, the request stays.
    case refused
    /// The request is over.
    case ended
    /// The handshake is over: a socket takes the segment.
    case completed
  }

  static let mostRetries = 5

  /// The peer's.
  let syn: Segment
  /// ISS
  let initial: SequenceNumber
  let settings: ModelHost.Settings
  private(set) var timestamps: TimestampMemory
  private(set) var retries = 0
  /// When the first SYN/ACK was sent.
  let answered: Timestamp
  /// Our timestamp clock at the first and at the latest SYN/ACK.
  private let firstClock: UInt32
  private var lastClock: UInt32
  private(set) var nextTimer: Timestamp
  private var answerLimit = AnswerLimit()

  init(
    _ syn: Segment, initial: SequenceNumber, settings: ModelHost.Settings,
    through out: inout Outlet
  ) {
    self.syn = syn
    self.initial = initial
    self.settings = settings
    timestamps = TimestampMemory(syn, isOffered: settings.hasTimestamps, at: out.now)
    answered = out.now
    firstClock = out.timestampValue
    lastClock = firstClock
    nextTimer = out.expiry(of: RetransmissionTimeout.initial)
    sendSYNACK(through: &out)
  }

  var standing: Standing { Standing(state: .synReceived, nextTimer: nextTimer) }

  private var next: SequenceNumber { syn.sequenceNumber + 1 }

  private mutating func sendSYNACK(through out: inout Outlet) {
    lastClock = out.timestampValue
    var options = out.options(timestamps)
    options.maximumSegmentSize = UInt16(ModelSocket.maximumSegment)
    options.windowScale = syn.options.windowScale == nil ? nil : ModelHost.windowScale
    options.sackPermitted = syn.options.sackPermitted
    out.send(
      [.syn, .ack], initial, acknowledging: next,
      window: UInt16(min(settings.receiveBuffer, 65535)), options: options)
  }

  mutating func receive(_ segment: Segment, through out: inout Outlet) -> Verdict {
    let flags = segment.flags.intersection([.syn, .ack, .rst])
    let isOld = timestamps.rejects(segment, at: out.now)

    // The SYN once more: the SYN/ACK was lost.
    if segment.sequenceNumber == syn.sequenceNumber, flags == .syn, !isOld {
      if answerLimit.allows(segment, at: out.now) {
        sendSYNACK(through: &out)
        nextTimer = out.expiry(of: RetransmissionTimeout.initial * (1 << Int64(retries)))
      }
      return .nothing
    }
    let isReset = flags.contains(.rst)
    // Linux looks at the ACK before all else: the listener refuses one that is not the SYN/ACK's.
    if flags.contains(.ack), !isReset, segment.acknowledgmentNumber != initial + 1 {
      return .refused
    }

    // First, the sequence number.
    if isOld || echoesForeignTimestamp(segment) || !isInWindow(segment) {
      if !isReset { answer(segment, through: &out) }
      return .nothing
    }
    // Second, RST: exact since Linux 6.18 (RFC 5961 section 3.2).
    if isReset, segment.sequenceNumber == next { return .ended }
    if isReset {
      answer(segment, through: &out)
      return .nothing
    }
    // Fourth, SYN.
    if flags.contains(.syn) {
      out.reset(answering: segment)
      return .ended
    }
    // Fifth, ACK.
    return flags.contains(.ack) ? .completed : .nothing
  }

  private mutating func answer(_ segment: Segment, through out: inout Outlet) {
    guard answerLimit.allows(segment, at: out.now) else { return }
    out.send(
      .ack, initial + 1, acknowledging: next,
      window: UInt16(min(settings.receiveBuffer, 65535) >> UInt32(scale)),
      options: out.options(timestamps))
  }

  private var scale: UInt8 { syn.options.windowScale == nil ? 0 : ModelHost.windowScale }

  private func isInWindow(_ segment: Segment) -> Bool {
    let limit = next + min(settings.receiveBuffer, 65535)
    if segment.sequenceNumber == next { return true }
    if segment.sequenceEnd.isAfter(next), segment.sequenceNumber.isBefore(limit) { return true }
    return segment.sequenceNumber == limit && segment.sequenceLength == 0
  }

  /// It echoes a timestamp that no SYN/ACK of this request carried.
  private func echoesForeignTimestamp(_ segment: Segment) -> Bool {
    let echo = segment.options.timestampEcho
    guard timestamps.isOn, segment.options.hasTimestamps, echo != 0 else { return false }
    return Int32(bitPattern: echo &- firstClock) < 0 || Int32(bitPattern: lastClock &- echo) < 0
  }

  /// - Returns: false when the tries are used up.
  mutating func fireTimer(through out: inout Outlet) -> Bool {
    if retries >= Self.mostRetries { return false }
    retries += 1
    sendSYNACK(through: &out)
    nextTimer = out.expiry(of: RetransmissionTimeout.initial * (1 << Int64(retries)))
    return true
  }
}

import Dissection
import Tracking

/// What Linux keeps of a connection that no program holds any more: TIME_WAIT, or the FIN_WAIT_2
/// of an orphan (tcp_minisocks.c tcp_timewait_state_process).
struct ModelTimeWait: Sendable {
  enum Verdict: Sendable {
    case nothing
    case acknowledge
    /// Gone without a word.
    case ended
    /// Gone, and the segment is answered by RST.
    case reset
    /// A SYN that may open a new connection, if someone listens.
    case open(initial: SequenceNumber)
  }

  private(set) var state: TCPState
  let profile: HostProfile
  /// SND.NXT and RCV.NXT.
  let next: SequenceNumber
  private(set) var receiveNext: SequenceNumber
  private let window: UInt32
  private let windowScale: UInt8
  private(set) var timestamps: TimestampMemory
  private var answerLimit = AnswerLimit()
  private(set) var nextTimer: Timestamp
  /// The segment under way brought something new.
  private(set) var tookNews = false

  init(_ socket: ModelSocket, through out: borrowing Outlet) {
    state = socket.state
    profile = socket.settings.profile
    next = socket.outgoing.next
    receiveNext = socket.incoming.next
    window = socket.incoming.window
    windowScale = socket.incoming.windowScale
    timestamps = socket.timestamps
    nextTimer = .distantFuture
    schedule(state == .timeWait ? profile.timeWait : profile.finWait2, through: out)
  }

  private mutating func schedule(_ life: Interval?, through out: borrowing Outlet) {
    nextTimer = life.map { out.expiry(of: $0) } ?? .distantFuture
  }

  var standing: Standing {
    Standing(state: state, isOrphan: state == .finWait2, nextTimer: nextTimer)
  }

  func sendAcknowledgment(through out: inout Outlet) {
    out.send(
      .ack, next, acknowledging: receiveNext,
      window: UInt16(min(65535, window >> UInt32(windowScale))), options: out.options(timestamps))
  }

  mutating func receive(_ segment: Segment, through out: borrowing Outlet) -> Verdict {
    tookNews = false
    let isOld = timestamps.rejects(segment, at: out.now)
    return state == .finWait2
      ? receiveInFinWait2(segment, isOld: isOld, through: out)
      : receiveInTimeWait(segment, isOld: isOld, through: out)
  }

  /// The checks of RFC 9293 section 3.10.7.4 for an end whose program is gone.
  private mutating func receiveInFinWait2(
    _ segment: Segment, isOld: Bool, through out: borrowing Outlet
  ) -> Verdict {
    // First, the sequence number; Linux answers even a RST beyond the window.
    if isOld || !isInWindow(segment) { return answer(segment, through: out) }
    // Second, RST: any in the window.
    if segment.flags.contains(.rst) { return .ended }
    // Fourth, SYN.
    if segment.flags.contains(.syn), segment.sequenceNumber.isAtOrAfter(receiveNext) {
      return .reset
    }
    // Fifth, ACK, which is not looked at; nothing new is not answered.
    if !segment.flags.contains(.ack) || segment.sequenceLength == 0
      || segment.sequenceEnd.isAtOrBefore(receiveNext)
    {
      return .nothing
    }
    // Seventh, data: nobody can read it.
    if !segment.flags.contains(.fin) || segment.sequenceEnd != receiveNext + 1 { return .reset }
    // Eighth, FIN.
    state = .timeWait
    receiveNext = segment.sequenceEnd
    tookNews = true
    remember(segment, through: out)
    schedule(profile.timeWait, through: out)
    return .acknowledge
  }

  private func isInWindow(_ segment: Segment) -> Bool {
    let limit = receiveNext + window
    if segment.sequenceNumber == receiveNext { return true }
    if segment.sequenceEnd.isAfter(receiveNext), segment.sequenceNumber.isBefore(limit) {
      return true
    }
    return segment.sequenceNumber == limit && segment.sequenceLength == 0
  }

  private mutating func receiveInTimeWait(
    _ segment: Segment, isOld: Bool, through out: borrowing Outlet
  ) -> Verdict {
    let isExact = !isOld && segment.sequenceNumber == receiveNext
    // TIME_WAIT assassination (RFC 1337).
    if isExact, segment.flags.contains(.rst) { return .ended }
    // A bare ACK, in order.
    if isExact, segment.sequenceLength == 0 {
      remember(segment, through: out)
      schedule(profile.timeWait, through: out)
      return .nothing
    }
    // RFC 9293 section 3.10.7.4, fourth: a SYN may reopen when it is newer (RFC 6191).
    let isBareSYN = segment.flags.intersection([.syn, .rst, .ack]) == .syn
    let isNewer =
      segment.sequenceNumber.isAfter(receiveNext) || timestamps.isNewer(segment)
    if isBareSYN, !isOld, isNewer {
      let initial = next + 65537
      return .open(initial: initial.value == 0 ? initial + 1 : initial)
    }
    if segment.flags.contains(.rst) { return .nothing }
    // What acknowledges shows that the peer's last ACK is still to be heard.
    if isOld || segment.flags.contains(.ack) { schedule(profile.timeWait, through: out) }
    return answer(segment, through: out)
  }

  private mutating func answer(_ segment: Segment, through out: borrowing Outlet) -> Verdict {
    answerLimit.allows(segment, at: out.now) ? .acknowledge : .nothing
  }

  private mutating func remember(_ segment: Segment, through out: borrowing Outlet) {
    if timestamps.isOn, segment.options.hasTimestamps {
      timestamps.store(segment.options.timestampValue, at: out.now)
    }
  }
}

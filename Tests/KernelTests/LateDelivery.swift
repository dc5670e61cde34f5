import Dissection
import Tracking

@testable import KernelRecordings

/// A packet that came to a host, and what its kernel made of it.
struct LateDelivery {
  enum Fault: String, CaseIterable {
    /// Its receiver was in TIME_WAIT or CLOSED, and it is not said to be late.
    case missed
    /// Its receiver was opening or open, or took its FIN.
    case notLate = "not-late"
    /// Something else became of its receiver.
    case effect
    /// Something else was answered.
    case reply
  }

  let segment: Segment
  let before: TCPState
  /// Nil where something else may have changed it as well.
  private let after: TCPState?
  private let answer: Segment?
  private let isRestart: Bool?
  /// It goes beyond its sender's own end.
  private let isAfterItsSendersEnd: Bool
  private let isAnswerLimited: Bool
  /// Its receiver closed first, but its FIN left after that of the peer had come: on the wire it
  /// closed second.
  private let isFINHeldBack: Bool
  /// It may belong to an earlier incarnation of its receiver.
  private let hasEndedBefore: Bool

  /// By when polls have seen what a packet did.
  private static let settling = Interval.milliseconds(80)
  private static let answerTime = Interval.milliseconds(10)
  /// net.ipv4.tcp_invalid_ratelimit
  private static let rateLimit = Interval.milliseconds(500)

  /// Nil where the receiver's state at its arrival is not certain.
  init?(
    at index: Int, of segments: [Segment], to end: KernelRecording.End, _ truth: CertainTruth
  ) {
    let segment = segments[index]
    guard let before = truth.state(at: segment.time.advanced(by: Interval(nanoseconds: -1)))
    else { return nil }
    self.segment = segment
    self.before = before
    let later = segments[(index + 1)...].prefix { $0.time.since(segment.time) < Self.settling }
    let isAlone = !later.contains { $0.source == end.remote || $0.flags.contains(.syn) }
    after = isAlone ? truth.state(at: segment.time.advanced(by: Self.settling)) : nil
    // A dial answers nothing.
    answer = later.prefix { $0.source == end.local }.first {
      $0.time.since(segment.time) < Self.answerTime
        && ($0.flags.contains(.ack) || !$0.flags.contains(.syn))
    }
    isRestart = isAlone ? truth.isRestart(at: segment.time, before: Self.settling) : nil
    isAfterItsSendersEnd = segments[..<index].contains { earlier in
      earlier.source == segment.source
        && (earlier.flags.contains(.rst)
          || (earlier.flags.contains(.fin) && segment.sequenceEnd.isAfter(earlier.sequenceEnd)))
    }
    // Also where FIN_WAIT_2 gave way to a dial at once (tcp_twsk_unique).
    let earlier = end.changes.prefix { $0.time < segment.time }
    hasEndedBefore =
      earlier.contains { $0.state == .closed || $0.state == .timeWait }
      || earlier.count { $0.state == .synSent } > 1
    let closed = end.changes.first { $0.state == .finWait1 }
    let fins = segments[..<index].filter { $0.flags.contains(.fin) }
    isFINHeldBack =
      fins.first?.source == end.remote
      && closed.map { $0.time < fins[0].time } ?? false
    isAnswerLimited = segments[..<index].contains {
      $0.source == end.local && segment.time.since($0.time) < Self.rateLimit
    }
  }

  private var isBareSYN: Bool {
    segment.flags.contains(.syn) && !segment.flags.contains(.ack)
  }

  /// What is wrong with what is said of it.
  func faults(_ late: LateSegment?) -> [Fault] {
    guard let late else {
      return (before == .timeWait || before == .closed) && !isBareSYN ? [.missed] : []
    }
    switch before {
    case .synSent, .synReceived, .established:
      return isAfterItsSendersEnd || hasEndedBefore ? [] : [.notLate]
    case .finWait2: return after == .timeWait ? [.notLate] : []
    case .timeWait where isFINHeldBack: return []
    case .timeWait, .closed:
      var faults: [Fault] = []
      if let effect, late.effect != .unknown, late.effect != effect { faults.append(.effect) }
      if !isExpected(late.replyExpected) { faults.append(.reply) }
      return faults
    case .listen, .finWait1, .closeWait, .closing, .lastAck: return []
    }
  }

  private var effect: LateEffect? {
    guard let after, let isRestart else { return nil }
    switch after {
    case .closed: return before == .timeWait ? .killed : LateEffect.none
    case .synSent, .synReceived, .established: return .newConnection
    case .timeWait: return isRestart ? .timerRestarted : LateEffect.none
    case .listen, .finWait1, .finWait2, .closeWait, .closing, .lastAck: return nil
    }
  }

  private func isExpected(_ reply: ExpectedReply) -> Bool {
    let flags = answer?.flags.intersection([.syn, .fin, .rst, .ack])
    switch reply {
    case .none: return flags == nil
    case .ack: return flags == [.ack] || (flags == nil && isAnswerLimited)
    case .rst: return flags == [.rst]
    case .rstACK: return flags == [.rst, .ack]
    case .synACK: return flags == [.syn, .ack]
    case .unknown: return true
    }
  }

  var description: String {
    let kernel = "\(before.name) to \(after?.name ?? "?")\(isRestart == true ? ", restarted" : "")"
    return "kernel \(kernel), answer \(answer.map { "\($0.flags)" } ?? "none")"
  }
}

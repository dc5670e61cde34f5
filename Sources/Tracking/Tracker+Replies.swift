import Dissection

/// Which late segment a segment replies to.
extension Tracker {
  /// How many late segments of a connection can be waiting for their replies at once.
  static let unanswered = 32

  /// What a host that has other things to do takes to answer, besides the way.
  static let busy = Interval.milliseconds(5)

  /// Looks for the oldest late segment that this one can be the reply to. True if there is one.
  mutating func answer(_ segment: Segment, slot: UInt32, sender: Role) -> Bool {
    guard !late.isEmpty, segment.payloadLength == 0, !segment.flags.contains(.fin) else {
      return false
    }
    let key = table[slot].key
    let head = table.find(key, hash: table.hash(key)) ?? slot
    let answersSYN = segment.flags.contains(.syn)
    let isReset = segment.flags.contains(.rst)
    let older = table[slot].older
    for place in 0..<3 {
      // No array: this is asked for every segment without text.
      let candidate = place == 0 ? slot : place == 1 ? head : older
      guard late[candidate] != nil else { continue }
      // A RST from here on may answer what its dial draws.
      if answersSYN, !segment.flags.contains(.ack) {
        forgetAwaiting(candidate) { $0.to == segment.source }
      }
      let answerTime = table[candidate].answerTime(sender)
      guard let recent = late[candidate]?.suffix(Self.unanswered),
        let index = recent.firstIndex(where: {
          $0.to == segment.source && $0.replyFrame == nil && $0.replyExpected != .none
            && (!answersSYN || $0.kind.isSYN)
            && !(isReset && $0.awaitsReset && !$0.isAnswered(by: segment))
            && segment.time.since($0.time) <= answerTime
              + ($0.awaitsReset ? Self.busy : .milliseconds(50))
        })
      else { continue }
      late[candidate]?[index].settle(by: segment)
      let isLate = late[candidate]?[index].awaitsReset == false
      // It lives: nothing that passed towards it before was late.
      if !isLate { forgetAwaiting(candidate) { $0.to == segment.source } }
      return isLate
    }
    return false
  }

  /// Drops those, among the last, that would only have been late if answered by RST.
  mutating func forgetAwaiting(_ slot: UInt32, where isOver: (LateSegment) -> Bool) {
    guard let count = late[slot]?.count else { return }
    late[slot]?[max(0, count - Self.unanswered)...].removeAll { $0.awaitsReset && isOver($0) }
  }
}

extension LateKind {
  fileprivate var isSYN: Bool { self == .duplicateSYN || self == .synInTimeWait }
}

extension LateSegment {
  /// The answer of a closed end to what carries ACK has none, and its number (RFC 9293 section
  /// 3.10.7.1).
  fileprivate func isAnswered(by reset: Segment) -> Bool {
    !reset.flags.contains(.ack) && reset.sequenceNumber == acknowledgment
  }

  /// Whether its sender has sent it again: a timer waits for the answer.
  func isRepeated(by segment: Segment) -> Bool {
    from == segment.source && sequence == segment.sequenceNumber
  }

  /// Whether a RST that comes now answers something else.
  func isOverdue(at now: Timestamp) -> Bool { now.since(time) > .seconds(1) }

  /// Whether it holds neither text nor FIN, so that TIME_WAIT's answers to such are limited.
  var isAnsweredSeldom: Bool {
    switch kind {
    case .keepAlive, .duplicateACK, .synInTimeWait, .duplicateSYN, .duplicateSYNACK: true
    case .retransmittedFIN, .duplicateData, .dataAfterFIN, .dataAfterClose, .afterReset,
      .resetInTimeWait, .afterTimeWait, .unknownConnection:
      false
    }
  }

  /// The reply tells what the segment met.
  mutating func settle(by reply: Segment) {
    replyFrame = reply.frame
    if reply.flags.contains(.rst) {
      awaitsReset = false
      if effect == .timerRestarted { effect = .none }
    } else if reply.flags.contains(.syn) {
      effect = .newConnection
    }
  }
}

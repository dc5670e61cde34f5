import Dissection

/// A capture of SYN, FIN and RST alone, as of a fast link.
///
/// Nothing of text and of its acknowledgments is there to be seen. What closes tell is enough if both
/// are taken as they nearly always are: whatever a segment says to have gone before it went, and who
/// is there acknowledges what it is sent. Nothing is proved that way.
extension Tracker {
  /// Has both ends have sent what a segment says that they had, and its receiver have taken it.
  mutating func assumeWhatWentBefore(_ segment: Segment, slot: UInt32, sender: Role) {
    guard !segment.flags.contains(.syn), table[slot].isAnswered else { return }
    table[slot].ends[sender].assumeSent(to: segment.sequenceNumber)
    if segment.flags.contains(.ack) {
      table[slot].ends[sender.peer].assumeSent(to: segment.acknowledgmentNumber)
    }
    assumeAcknowledged(segment.sequenceNumber, by: sender.peer, with: segment, slot: slot)
  }

  /// Has the receiver of a SYN/ACK or of a FIN acknowledge it.
  mutating func assumeAnswer(to segment: Segment, slot: UInt32, sender: Role) {
    let isAnswered =
      segment.flags.isSuperset(of: [.syn, .ack])
      || segment.flags.contains(.fin) && !segment.flags.contains(.syn)
    guard isAnswered, !segment.flags.contains(.rst) else { return }
    assumeAcknowledged(segment.sequenceEnd, by: sender.peer, with: segment, slot: slot)
  }

  private mutating func assumeAcknowledged(
    _ number: SequenceNumber, by role: Role, with segment: Segment, slot: UInt32
  ) {
    let profile = options.profile
    let own = table[slot].claim(role, at: segment.time, profile: profile)
    let peer = table[slot].claim(role.peer, at: segment.time, profile: profile)
    switch own.state {
    case .closed, .listen: return
    case .synSent, .synReceived, .established, .finWait1, .finWait2, .closeWait, .closing,
      .lastAck, .timeWait:
      break
    }
    let answer = Segment(
      frame: segment.frame, time: segment.time, source: segment.destination,
      destination: segment.source, sequenceNumber: table[slot].ends[role].sendNext,
      acknowledgmentNumber: number, flags: .ack, window: .max, payloadLength: 0)
    var passage = Passage(
      segment: answer, senderRole: role, isNetworkDuplicate: false,
      senderAnswerTime: table[slot].answerTime(role),
      receiverAnswerTime: table[slot].answerTime(role.peer), senderBefore: own,
      receiverBefore: peer, isShared: false, deniesGap: false, gap: table[slot].gap)
    passage.apply(to: &table[slot].ends)
    table[slot].gap = passage.gap
  }
}

extension Connection {
  /// Whether both have opened, or it began before the capture did.
  fileprivate var isAnswered: Bool {
    !rolesKnown || ends.responder.sent.contains(.synACK) || ends.responder.sent.contains(.syn)
  }
}

extension Endpoint {
  /// Counts text as passed that was not captured.
  fileprivate mutating func assumeSent(to number: SequenceNumber) {
    guard sent.contains(.anything), !fin.isSent, number.isAfter(sendNext) else { return }
    bytesSent += UInt64(number.distance(from: sendNext))
    sendNext = number
    passed.acknowledge(to: number)
  }
}

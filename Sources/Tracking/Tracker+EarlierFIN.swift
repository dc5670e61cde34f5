import Dissection

/// A FIN that was taken before the capture began, as the host of one of the ends knows.
public struct EarlierFIN: Equatable, Sendable {
  /// From whom to whom.
  struct Path: Hashable {
    var sender: SocketAddress
    var receiver: SocketAddress
  }

  let path: Path
  /// The latest time at which it can have been acknowledged.
  let time: Timestamp
  /// The other side's came after it, and is acknowledged too.
  let isAnswered: Bool

  public init(
    sender: SocketAddress, receiver: SocketAddress, time: Timestamp, isAnswered: Bool = false
  ) {
    path = Path(sender: sender, receiver: receiver)
    self.time = time
    self.isAnswered = isAnswered
  }
}

extension Tracker {
  /// Takes the FINs that hosts know of, in place of those that they knew before.
  ///
  /// A connection of which the capture has nothing but the end would else be taken for one that the
  /// second FIN begins to close.
  public mutating func noteEarlierFINs(_ fins: some Sequence<EarlierFIN>) {
    earlierFINs = Dictionary(fins.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
  }

  /// Has a connection that a segment without SYN begins go on from such FINs, if there are any.
  mutating func takeUpEarlierFINs(of connection: inout Connection, _ segment: Segment) {
    let (source, destination) = (segment.source, segment.destination)
    let own = earlierFINs.removeValue(
      forKey: EarlierFIN.Path(sender: source, receiver: destination))
    let peers = earlierFINs.removeValue(
      forKey: EarlierFIN.Path(sender: destination, receiver: source))
    guard segment.flags.contains(.ack), segment.flags.isDisjoint(with: [.syn, .rst]) else { return }
    let role = connection.role(ofLow: source == connection.key.low)
    let (sequence, ack) = (segment.sequenceNumber, segment.acknowledgmentNumber)
    // One that is sent again tells of itself.
    if let own, !segment.flags.contains(.fin) {
      connection.ends[role].fin.takeUp(own, shownBy: segment, end: sequence, ack: ack)
      connection.isClosing = true
    }
    if let peers {
      connection.ends[role.peer].fin.takeUp(peers, shownBy: segment, end: ack, ack: sequence)
      connection.isClosing = true
    }
  }
}

extension SentFIN {
  /// - Parameters:
  ///   - end: the sequence number behind it.
  ///   - ack: the other side's sequence number, behind that side's FIN if that is acknowledged.
  fileprivate mutating func takeUp(
    _ fin: EarlierFIN, shownBy segment: Segment, end: SequenceNumber, ack: SequenceNumber
  ) {
    unseen = Mark(frame: segment.frame, time: min(fin.time, segment.time))
    unseenEnd = end
    infer(ack: fin.isAnswered ? ack - 1 : ack)
    isTold = true
  }
}

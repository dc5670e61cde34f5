import Dissection

/// A FIN that was taken before the capture began, as the host of one of the ends knows.
public struct EarlierFIN: Equatable, Sendable {
  public var sender: SocketAddress
  public var receiver: SocketAddress
  /// The latest time at which it can have been acknowledged.
  public var time: Timestamp

  public init(sender: SocketAddress, receiver: SocketAddress, time: Timestamp) {
    self.sender = sender
    self.receiver = receiver
    self.time = time
  }
}

extension Tracker {
  /// Takes the FINs that hosts know of, in place of those that they knew before.
  ///
  /// A connection of which the capture has nothing but the end would else be taken for one that the
  /// second FIN begins to close.
  public mutating func noteEarlierFINs(_ fins: some Sequence<EarlierFIN>) {
    earlierFINs = Dictionary(
      fins.map { (ConnectionKey($0.sender, $0.receiver), $0) }, uniquingKeysWith: { $1 })
  }

  /// Has a connection that a segment without SYN begins go on from such a FIN, if there is one.
  mutating func takeUpEarlierFIN(of connection: inout Connection, _ segment: Segment) {
    guard let fin = earlierFINs.removeValue(forKey: connection.key),
      segment.flags.contains(.ack), segment.flags.isDisjoint(with: [.syn, .rst])
    else { return }
    let isItsSender = segment.source == fin.sender
    // One that is sent again tells of itself.
    if isItsSender, segment.flags.contains(.fin) { return }
    let fromLow = segment.source == connection.key.low
    let role = connection.role(ofLow: fromLow == isItsSender)
    let (sequence, ack) = (segment.sequenceNumber, segment.acknowledgmentNumber)
    connection.ends[role].fin.unseen = Mark(
      frame: segment.frame, time: min(fin.time, segment.time))
    connection.ends[role].fin.unseenEnd = isItsSender ? sequence : ack
    connection.ends[role].fin.infer(ack: isItsSender ? ack : sequence)
    connection.ends[role].fin.isTold = true
    connection.isClosing = true
  }
}

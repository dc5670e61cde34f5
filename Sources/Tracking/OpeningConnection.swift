import Dissection

/// A connection of which no more was seen than a dial and the answer to it, each perhaps again.
///
/// That is all there is of most connections in a flood of SYNs, so that little is kept: what the
/// evidence in full follows from.
struct OpeningConnection: Sendable {
  /// What a SYN or SYN/ACK says of its sender.
  struct Offer: Sendable {
    var initial = SequenceNumber(0)
    var timestampValue: UInt32 = 0
    var timestampEcho: UInt32 = 0
    var window: UInt16 = 0
    /// nil: none, and then neither end scales.
    var windowShift: UInt8?
    var hasTimestamps = false
  }

  /// What is sent again until it is answered; `Transmissions` tells what each means.
  struct Repeated: Sendable {
    var last: NearMark
    var retransmissions: UInt16 = 0
    var firstRetransmission = NearTime.zero
    var interval = NearTime.zero
  }

  let key: FoldedKey
  let initiatorIsLow: Bool
  /// 0: its place is free.
  var number: UInt32
  let stream: UInt32
  var due: RetirementWheel.Tick = 0
  let first: FirstMark
  private(set) var dial: Offer
  private(set) var answer = Offer()
  private(set) var dialled: Repeated
  private(set) var answered = Repeated(last: .first)
  /// The first answer; `NearMark.first` before that.
  private(set) var synACK = NearMark.first

  var isAnswered: Bool { synACK.frames != 0 }

  /// Whether both passed once.
  var isPlain: Bool {
    isAnswered && dialled.retransmissions == 0 && answered.retransmissions == 0
  }

  /// Begins with a SYN; nil when that is out of the ordinary.
  init?(
    _ segment: borrowing Segment, fromLow: Bool, number: Int, stream: Int,
    key: @autoclosure () -> FoldedKey
  ) {
    guard segment.controls == .syn, let first = FirstMark(segment), let dial = Offer(segment),
      let number = UInt32(exactly: number), let stream = UInt32(exactly: stream)
    else { return nil }
    self.key = key()
    self.number = number
    self.stream = stream
    self.first = first
    self.dial = dial
    initiatorIsLow = fromLow
    dialled = Repeated(last: .first)
  }

  func role(ofLow isLow: Bool) -> Role { isLow == initiatorIsLow ? .initiator : .responder }

  /// The last segment that passed.
  var last: NearMark {
    answered.last.frames > dialled.last.frames ? answered.last : dialled.last
  }

  /// Takes a SYN or SYN/ACK, if it is one that may come next; changes nothing if not.
  mutating func take(_ segment: borrowing Segment, fromLow: Bool) -> Role? {
    let role = role(ofLow: fromLow)
    guard let mark = NearMark(segment, from: first), mark.time.since(last.time) >= .zero,
      let offer = Offer(segment)
    else { return nil }
    switch role {
    case .initiator:
      guard segment.controls == .syn, !isAnswered, dial.isRepeated(by: offer),
        dialled.add(mark, previous: dialled.last)
      else { return nil }
      dial = offer
    case .responder:
      guard segment.controls == [.syn, .ack], segment.acknowledgmentNumber == dial.initial + 1,
        offer.hasTimestamps == dial.hasTimestamps
      else { return nil }
      if isAnswered {
        guard answer.isRepeated(by: offer), answered.add(mark, previous: answered.last) else {
          return nil
        }
      } else {
        synACK = mark
        answered.last = mark
      }
      answer.take(offer)
    }
    return role
  }
}

extension OpeningConnection.Offer {
  /// Nil when something about it is out of the ordinary.
  fileprivate init?(_ segment: borrowing Segment) {
    guard segment.payloadLength == 0, segment.window >= Endpoint.smallWindow else { return nil }
    initial = segment.sequenceNumber
    window = segment.window
    windowShift = segment.options.windowScale
    hasTimestamps = segment.options.hasTimestamps
    guard hasTimestamps else { return }
    timestampValue = segment.options.timestampValue
    if segment.flags.contains(.ack) { timestampEcho = segment.options.timestampEcho }
  }

  /// Whether that is the same again: with timestamps only if it was sent later, not twice delivered.
  fileprivate func isRepeated(by offer: Self) -> Bool {
    guard offer.initial == initial, offer.windowShift == windowShift,
      offer.hasTimestamps == hasTimestamps
    else { return false }
    return !hasTimestamps || Int32(bitPattern: offer.timestampValue &- timestampValue) > 0
  }

  /// Echoes do not go back.
  fileprivate mutating func take(_ offer: Self) {
    let isOlder = Int32(bitPattern: offer.timestampEcho &- timestampEcho) <= 0
    let echo = initial == offer.initial && isOlder ? timestampEcho : offer.timestampEcho
    self = offer
    timestampEcho = echo
  }
}

extension OpeningConnection.Repeated {
  /// False when it was sent too often to be counted here.
  fileprivate mutating func add(_ mark: NearMark, previous: NearMark) -> Bool {
    guard retransmissions < .max, let gap = NearTime(mark.time.since(previous.time)) else {
      return false
    }
    if retransmissions == 0 { firstRetransmission = mark.time }
    retransmissions += 1
    interval = gap
    last = mark
    return true
  }
}

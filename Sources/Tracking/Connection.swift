import Dissection

/// One incarnation of a connection: its two endpoints' evidence and its counters.
///
/// A plain value without references: it lives in the table's slab, is copied bytewise, and can be
/// written out and taken up again.
struct Connection: Equatable, Sendable {
  var number: Int
  var key: ConnectionKey
  /// Whether the initiator is the end with the lower address.
  var initiatorIsLow: Bool
  var rolesKnown: Bool
  var ends = Pair(initiator: Endpoint(), responder: Endpoint())

  var firstMark: Mark
  var lastMark: Mark
  var copies = 0
  /// Wireshark's tcp.stream of the first frame; the others are in the tracker's side table.
  var stream: Int
  /// Wireshark's conversation on this key, kept on the newest incarnation.
  var conversation: StreamIndex

  /// Some FIN, RST or new incarnation was seen: from here on every segment may be late.
  var isClosing = false
  /// A plain ACK answered the SYN: a TIME_WAIT or an older connection stands in the way.
  var isRefused = false
  /// Ends that are closed and only seem to speak: an old duplicate SYN was answered, or a segment
  /// of a connection long gone turned up.
  var ghosts = Pair(initiator: false, responder: false)
  /// The first acknowledged sequence space that never passed the tap.
  var gap: Gap?
  var resetCause: ResetCause?

  /// The time from the tap to an end and back, measured in the handshake.
  var roundTrip = Pair<Interval?>(initiator: nil, responder: nil)

  /// Older incarnation on the same key, as a slot of the table.
  var older: UInt32 = ConnectionTable.noSlot
  /// When the next incarnation began, if an end was still in this one.
  var stoodUntil = Timestamp.distantPast
  /// When the retirement wheel looks at this connection; 0: not before it moves again.
  var due: RetirementWheel.Tick = 0

  init(
    number: Int, key: ConnectionKey, initiatorIsLow: Bool, rolesKnown: Bool, first: Mark,
    conversation: StreamIndex
  ) {
    self.number = number
    self.key = key
    self.initiatorIsLow = initiatorIsLow
    self.rolesKnown = rolesKnown
    self.firstMark = first
    self.lastMark = first
    self.stream = conversation.current
    self.conversation = conversation
  }

  func role(ofLow isLow: Bool) -> Role { isLow == initiatorIsLow ? .initiator : .responder }

  func address(of role: Role) -> SocketAddress {
    (role == .initiator) == initiatorIsLow ? key.low : key.high
  }

  /// Only one direction was captured although the other must have spoken.
  var isOneSided: Bool {
    if ends.initiator.packets > 0, ends.responder.packets > 0 { return false }
    let only = ends.initiator.packets > 0 ? ends.initiator.sent : ends.responder.sent
    return !only.isDisjoint(with: [.plain, .synACK])
  }

  /// Whether `number` is none that an end can have sent; asked for every segment, and so without
  /// copying the end out of the pair.
  @inline(__always)
  func isAside(_ role: Role, from number: SequenceNumber, by limit: Int32) -> Bool {
    switch role {
    case .initiator: ends.initiator.isAside(from: number, by: limit)
    case .responder: ends.responder.isAside(from: number, by: limit)
    }
  }

  /// How long after a packet passed towards `role` an answer of it can still be on its way.
  @inline(__always)
  func answerTime(_ role: Role) -> Interval {
    let trip = roundTrip[role] ?? .milliseconds(100)
    return Interval(nanoseconds: trip.nanoseconds / 4) + trip + .milliseconds(1)
  }
}

/// Both ends of a 4-tuple, the lower one first, so that both directions have one key.
struct ConnectionKey: Hashable, Sendable {
  let low: SocketAddress
  let high: SocketAddress

  /// - Precondition: they are in order.
  init(low: SocketAddress, high: SocketAddress) {
    self.low = low
    self.high = high
  }

  init(_ segment: Segment) { self.init(segment.source, segment.destination) }

  init(_ one: SocketAddress, _ other: SocketAddress) {
    (low, high) = one < other ? (one, other) : (other, one)
  }
}

extension ConnectionKey {
  /// A hash without a secret, the same on every run, for tables that forget: what they forget shows
  /// in results, and whoever chooses the keys gains no more by it than by sending more packets.
  var digest: UInt64 {
    if let low = low.version4, let high = high.version4 { return Self.digest(low, high) }
    var value = Self.fold(0x9E37_79B9_7F4A_7C15 ^ low.address.high)
    value = Self.fold(value ^ low.address.low)
    value = Self.fold(value ^ high.address.high)
    value = Self.fold(value ^ high.address.low)
    return Self.fold(value ^ UInt64(ports))
  }

  /// The same for two ends with IPv4 addresses.
  @inline(__always)
  static func digest(_ low: SocketAddress.Version4, _ high: SocketAddress.Version4) -> UInt64 {
    fold(fold(low.bits ^ 0x9E37_79B9_7F4A_7C15) ^ high.bits)
  }

  private static func fold(_ word: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low
  }
}

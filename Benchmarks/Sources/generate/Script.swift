/// Who sends a segment of a script.
enum Party {
  case initiator, responder
  /// The side that closes first, and the side that closes second.
  case closer, other
}

/// How far one side's sequence numbers have advanced.
struct Progress {
  var syn: UInt32 = 1
  var messages: UInt32 = 0
  var fin: UInt32 = 0
}

/// What becomes of a connection; every step of a script is played by some of these.
struct Fate: OptionSet {
  let rawValue: UInt8

  /// ACK of the first FIN and second FIN in one segment, or in two.
  static let threePackets = Fate(rawValue: 1)
  static let fourPackets = Fate(rawValue: 2)
  /// The second FIN is never sent.
  static let leaked = Fate(rawValue: 4)
  /// Four packets, then the second FIN once more.
  static let lateFIN = Fate(rawValue: 8)
  /// Four packets, then old data, the ACK from TIME_WAIT, and the RST that it draws.
  static let lateData = Fate(rawValue: 16)

  static let all: Fate = [.threePackets, .fourPackets, .leaked, .lateFIN, .lateData]
  static let ackAlone: Fate = [.fourPackets, .leaked, .lateFIN, .lateData]
  static let secondFINAlone: Fate = [.fourPackets, .lateFIN, .lateData]
  static let closed: Fate = [.threePackets, .fourPackets, .lateFIN, .lateData]
}

/// The control bits that scripts use.
struct Flags: OptionSet {
  let rawValue: UInt8
  static let fin = Flags(rawValue: 0x01)
  static let syn = Flags(rawValue: 0x02)
  static let rst = Flags(rawValue: 0x04)
  static let psh = Flags(rawValue: 0x08)
  static let ack = Flags(rawValue: 0x10)
}

/// One segment of a script: the same for all connections that play it, but for their numbers.
struct Step {
  /// Nanoseconds since the connection's SYN.
  var offset: Int64
  var sender: Party
  var flags: Flags
  /// Whether it carries one message of its sender.
  var carriesMessage = false
  /// The sender's progress before this segment, and what it has taken of its peer.
  var own = Progress()
  var peer = Progress()
  /// How far before its place the sequence number lies: 1 in a keep-alive probe.
  var back: UInt32 = 0
  var playedBy = Fate.all
  /// When this segment was first sent, and its peer's segment that it echoes, as offsets: for the
  /// timestamps option.
  var firstSent: Int64
  var echoed: Int64
  /// Its place in the script, for the identification field; a network duplicate keeps it.
  var identification: UInt16
}

/// Builds a script segment by segment, keeping the progress of both sides.
struct ScriptWriter {
  private(set) var steps: [Step] = []
  private var lastSent: [Int64] = [0, 0]

  /// Which of two counters a party uses: a script names its sides by role, then by who closes.
  private func side(_ party: Party) -> Int {
    switch party {
    case .initiator, .closer: 0
    case .responder, .other: 1
    }
  }

  /// Appends a segment that is sent for the first time.
  mutating func send(
    at offset: Int64, _ sender: Party, _ flags: Flags, message: Bool = false, own: Progress,
    peer: Progress, back: UInt32 = 0, playedBy: Fate = .all
  ) {
    let side = side(sender)
    steps.append(
      Step(
        offset: offset, sender: sender, flags: flags, carriesMessage: message, own: own,
        peer: peer, back: back, playedBy: playedBy, firstSent: offset,
        echoed: lastSent[1 - side], identification: UInt16(truncatingIfNeeded: steps.count)))
    lastSent[side] = offset
  }

  /// Appends an earlier segment that the network delivers once more, unchanged.
  mutating func duplicate(_ index: Int, at offset: Int64, sender: Party, playedBy: Fate) {
    var step = steps[index]
    step.offset = offset
    step.sender = sender
    step.playedBy = playedBy
    steps.append(step)
  }

  /// The three segments that open a connection; the tap is at the responder.
  mutating func handshake(roundTrip: Int64) {
    let before = Progress(syn: 0)
    send(at: 0, .initiator, .syn, own: before, peer: before)
    send(at: 20_000, .responder, [.syn, .ack], own: before, peer: Progress())
    send(at: roundTrip, .initiator, .ack, own: Progress(), peer: Progress())
  }
}

import Dissection
import TestSupport
import Tracking

/// A connection's end with a transmission control block: from SYN_SENT or the handshake's last ACK
/// until TIME_WAIT or CLOSED (RFC 9293 section 3.3.1).
struct ModelSocket: Sendable {
  /// How soon what came is to be acknowledged.
  enum Acknowledgment: Sendable {
    case none, soon, atOnce
  }

  let settings: ModelHost.Settings
  var state: TCPState
  var outgoing: SendBuffer
  var incoming: ReceiveBuffer
  var timestamps = TimestampMemory()
  /// Our timestamp clock at the first SYN.
  var dialClock: UInt32 = 0
  /// Both SYNs permitted SACK (RFC 2018 section 2).
  var hasSACK = false
  /// The program has closed: nobody will read, nobody can be told.
  var isOrphan = false
  /// shutdown(SHUT_WR) before the handshake's end: the FIN follows it.
  var isShutdownPending = false
  var random: SplitMix64
  var identification: UInt16

  var acknowledgment = Acknowledgment.none
  var answerLimit = AnswerLimit()
  var timeout = RetransmissionTimeout()
  /// Timeouts since the last new acknowledgment.
  var retries = 0
  /// Of the first of these.
  var firstRetry: Timestamp?
  /// Where SND.NXT stood when a timeout showed loss: until there, each new acknowledgment brings
  /// the next retransmission.
  var recoveryEnd: SequenceNumber?
  var duplicateAcknowledgments = 0
  /// The segment that measures the round trip (RFC 6298 section 3: none that was retransmitted).
  var timed: (end: SequenceNumber, sent: Timestamp)?
  var probeBackoff = 0
  /// Window probes or keep-alives that no acknowledgment has followed.
  var probes = 0
  var keepAliveInterval: Interval?
  var lastHeard: Timestamp

  var retransmitAt = Timestamp.distantFuture
  var probeAt = Timestamp.distantFuture
  var acknowledgeAt = Timestamp.distantFuture
  var keepAliveAt = Timestamp.distantFuture

  /// The segment under way brought something new.
  var tookNews = false

  var standing: Standing {
    Standing(
      state: state, isFINHeldBack: outgoing.hasFIN && !outgoing.isAllSent, isOrphan: isOrphan,
      nextTimer: min(min(retransmitAt, probeAt), min(acknowledgeAt, keepAliveAt)))
  }

  /// A dial.
  init(
    dialing settings: ModelHost.Settings, initial: SequenceNumber, isReading: Bool,
    random: SplitMix64, at now: Timestamp
  ) {
    self.settings = settings
    self.random = random
    state = .synSent
    outgoing = SendBuffer(initial: initial)
    incoming = ReceiveBuffer(
      initial: SequenceNumber(0), scale: 0, capacity: settings.receiveBuffer, isReading: isReading)
    timestamps.isOn = settings.hasTimestamps
    lastHeard = now
    identification = settings.numbersPackets ? UInt16(truncatingIfNeeded: self.random.next()) : 0
  }

  /// The child of a listener: its handshake's last ACK has come and is still to be taken.
  init(
    accepting request: ModelRequest, settings: ModelHost.Settings, isReading: Bool,
    random: SplitMix64, at now: Timestamp
  ) {
    self.init(
      dialing: settings, initial: request.initial, isReading: isReading, random: random, at: now)
    state = .synReceived
    outgoing.next = request.initial + 1
    timestamps = request.timestamps
    learn(from: request.syn)
    if request.retries == 0 { timed = (outgoing.next, request.answered) }
  }

  /// What the peer's SYN tells: its sequence space, options and window.
  mutating func learn(from syn: Segment) {
    let isScaled = syn.options.windowScale != nil
    outgoing.windowScale = min(syn.options.windowScale ?? 0, 14)
    outgoing.setWindow(UInt32(syn.window), from: syn.sequenceNumber)
    let offered = UInt32(syn.options.maximumSegmentSize ?? 536)
    outgoing.maximumSegment = min(offered, Self.maximumSegment) - (timestamps.isOn ? 12 : 0)
    hasSACK = syn.options.sackPermitted
    incoming = ReceiveBuffer(
      initial: syn.sequenceNumber, scale: isScaled ? ModelHost.windowScale : 0,
      capacity: settings.receiveBuffer, isReading: incoming.isReading)
  }

  static let maximumSegment: UInt32 = 1460
}

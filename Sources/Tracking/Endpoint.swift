import Dissection

/// What was seen of one endpoint: evidence, not state.
///
/// Everything here is either a fact on the wire ("it sent", "passed the tap") or a doubt cast on
/// the presumption that a passed packet arrived. `Inference` turns it into a claim.
struct Endpoint: Equatable, Sendable {
  /// What it has sent at least once.
  struct Sent: OptionSet, Sendable {
    let rawValue: UInt16
    static let anything = Sent(rawValue: 1)
    static let syn = Sent(rawValue: 2)
    static let synACK = Sent(rawValue: 4)
    /// A segment without SYN or RST, with ACK.
    static let plain = Sent(rawValue: 8)
    static let payload = Sent(rawValue: 16)
    static let rst = Sent(rawValue: 32)
    /// Its initial sequence number is known, from its SYN or the peer's acknowledgment of it.
    static let initialSequence = Sent(rawValue: 64)
    static let acknowledgment = Sent(rawValue: 128)
    static let timestamps = Sent(rawValue: 256)
    /// Window scale was on its SYN.
    static let windowScale = Sent(rawValue: 512)
    static let fastOpenData = Sent(rawValue: 1024)
    static let timestampEcho = Sent(rawValue: 2048)
    /// A RST that may be of an earlier incarnation.
    static let sharedReset = Sent(rawValue: 4096)
    /// A dial that it has given up since.
    static let formerDial = Sent(rawValue: 8192)
  }

  var sent: Sent = []

  // MARK: Sequence space

  /// ISS where known, else its first sequence number seen.
  var initial = SequenceNumber(0)
  /// ISS of the dial that it gave up before it answered the peer's.
  var formerInitial = SequenceNumber(0)
  /// Just past everything it sent: SND.NXT as far as seen.
  var sendNext = SequenceNumber(0)
  /// What passed the tap towards the peer: holes and all.
  var passed = PassedSequence()
  /// The highest acknowledgment it sent: its RCV.NXT, proved; and the first frame that carried it.
  var ackSent = SequenceNumber(0)
  var ackMark = Mark.none
  /// The last acknowledgment it sent of what its peer had not sent, as far as seen.
  var ackOfNothing: SequenceNumber?
  /// All it sent was acknowledged by what the peer sent from here on; nil while something is not.
  var dataConfirmFrom: SequenceNumber?
  /// Whether it has shown that it has that acknowledgment.
  var dataConfirmed = true
  /// It has shown that only by taking the peer's FIN, which may have brought that acknowledgment.
  var confirmedByFIN = false
  /// The last time it advertised a closed window, or one too small for a segment.
  var windowClosed = Timestamp.distantPast
  /// Its last advertised receive window, scaled, in octets.
  var window: UInt32 = 0
  var windowShift: UInt8 = 0
  /// The last in-order TSval it sent and when (RFC 7323 section 4.3 at its peer).
  var timestampValue: UInt32 = 0
  /// The newest TSval of the peer that it has echoed: its TS.Recent, proved.
  var timestampEcho: UInt32 = 0
  var timestampTime = Timestamp.distantPast

  // MARK: Counters

  var packets = 0
  var bytesSent: UInt64 = 0
  /// Its last segment but for RSTs, and the IPv4 identification of the last that was no SYN either;
  /// 0: none, as that of a host or a kernel's small socket which does not count its packets.
  var lastSent = Mark.none
  var identification: UInt16 = 0
  /// It sent payload after the peer's FIN that may have waited since before that came.
  var sentLate = false
  /// The last time it sent payload not sent before, and the first time since all was acknowledged.
  var lastPayload = Timestamp.distantPast
  var firstUnconfirmed = Timestamp.distantPast

  // MARK: Handshake

  /// Its SYN or SYN/ACK, and the retransmissions of it.
  var opening = Transmissions()
  /// The peer's acknowledgment of its SYN passed towards it.
  var handshakePassed = Mark.none
  /// It went on retransmitting afterwards: that acknowledgment did not arrive.
  var handshakeDoubted = false
  /// Its first packet that only an endpoint past the handshake sends.
  var established = Mark.none

  // MARK: Close

  /// Its FIN, and what became of it.
  var fin = SentFIN()
  /// The first RST it sent, whatever it was for.
  var firstRST = Mark.none
  /// The RST that ended it: it is CLOSED from there.
  var ownReset = Mark.none
  /// A SYN has passed towards it since, an old one, and it has not refused that: its port may listen.
  var mayAnswerSYN = false
  /// A RST passed towards it that it must have accepted / may have accepted.
  var resetPassed = Mark.none
  var resetMaybe = Mark.none
  /// A RST in the window passed towards it, beyond all that its sender was seen to have sent.
  var resetAhead = Mark.none
  var resetAheadSequence = SequenceNumber(0)
  /// What passed in place of the RST is an ICMP error.
  var isEndedByError = false
  /// Up to where the peer's octets had passed by then.
  var resetHorizon = SequenceNumber(0)
  /// It dialled anew or answered a new SYN: this incarnation of it is over.
  var superseded = Mark.none
  /// The last segment that restarted its 2MSL timer; how many it has not answered yet; and the one
  /// that it has shown to have taken, by an answer to each.
  var timeWaitRestart = Mark.none
  var unansweredRestarts: UInt16 = 0
  var timeWaitConfirmed = Timestamp.distantPast
  /// The last segment that did if the timer, already due, was late.
  var timeWaitLate = Timestamp.distantPast
  /// Its last packet that shows FIN_WAIT_2 alive, and whether it took data there (no orphan).
  var finWait2Alive = Mark.none
  var tookDataInFinWait2 = false
}

extension Endpoint {
  /// A window smaller than a segment of Ethernet can hold text back like a shut one (RFC 9293
  /// section 3.8.6.2.1).
  static let smallWindow: UInt32 = 1460

  /// Whether the peer's last word on its window may have held back what its program had sent.
  @inline(__always)
  func isHeldBack(by peer: borrowing Endpoint) -> Bool { lastPayload < peer.windowClosed }

  /// A segment that restarts the 2MSL timer passes towards it: of one that is due, only if the timer
  /// is late.
  mutating func restartTimeWait(_ mark: Mark, before claim: Claim) {
    guard claim.possible.contains(.timeWait) else { return }
    if claim.ground == .timeWaitOver {
      timeWaitLate = mark.time
    } else {
      restartTimeWait(mark)
    }
  }

  mutating func restartTimeWait(_ mark: Mark) {
    timeWaitRestart = mark
    if unansweredRestarts < .max { unansweredRestarts += 1 }
  }

  /// It has answered in TIME_WAIT: an answer to the last only if there is one to each before.
  mutating func answerInTimeWait() {
    if unansweredRestarts > 0 { unansweredRestarts -= 1 }
    if unansweredRestarts == 0 { timeWaitConfirmed = timeWaitRestart.time }
  }

  /// Drops all evidence of what it was, but for what reports show of its packets.
  mutating func beginAnew() {
    let before = self
    self = Endpoint()
    packets = before.packets
    superseded = before.superseded
    firstRST = before.firstRST
    fin.firstFrame = before.fin.firstFrame
    fin.firstEnd = before.fin.firstEnd
    fin.firstAckedFrame = before.fin.firstAckedFrame
  }

  /// Whether a number is none of its sequence space: it lies below its first octet, or so far beyond
  /// its last.
  @inline(__always)
  func isAside(from number: SequenceNumber, by limit: Int32) -> Bool {
    guard sent.contains(.initialSequence), bytesSent < 1 << 30 else { return false }
    let ahead = number.distance(from: sendNext)
    return ahead > limit || ahead < sendNext.distance(from: initial) * -1
  }

  /// Whether this was the highest acknowledgment that it sent, be it of what its peer never sent.
  func hasAcknowledged(_ number: SequenceNumber) -> Bool {
    sent.contains(.acknowledgment) && ackSent == number || ackOfNothing == number
  }

  /// Whether this is RCV.NXT of whoever has answered its former dial.
  func isOfFormerDial(_ number: SequenceNumber) -> Bool {
    sent.contains(.formerDial) && number == formerInitial + 1
  }

  /// Whether the first that was seen of it stands close behind this number.
  func isFollowing(_ number: SequenceNumber) -> Bool {
    (1...1 << 20).contains(initial.distance(from: number))
  }

  /// Whether a SYN with this sequence number was, or is, its own.
  func dialled(with number: SequenceNumber) -> Bool {
    sent.contains(.initialSequence) && initial == number
      || sent.contains(.formerDial) && formerInitial == number
  }
}

/// How often something was sent that is retransmitted until acknowledged.
struct Transmissions: Equatable, Sendable {
  var first = Mark.none
  var last = Mark.none
  /// The first retransmission: Linux counts its patience from there (tcp_timer.c, retrans_stamp).
  var firstRetransmission = Timestamp.distantPast
  /// Between the last two transmissions; zero before the second.
  var interval = Interval.zero
  var retransmissions = 0

  mutating func add(_ mark: Mark) {
    guard first.isSet else {
      first = mark
      last = mark
      return
    }
    if retransmissions == 0 { firstRetransmission = mark.time }
    retransmissions += 1
    interval = max(mark.time.since(last.time), .zero)
    last = mark
  }

  /// How long to the next transmission: exponential backoff (RFC 6298 section 5.5), from 1 s. What
  /// came sooner was a tail loss probe, or the answer to a duplicate.
  private var nextInterval: Interval { max(interval * 2, .seconds(1)) }

  var due: Timestamp { last.time.advanced(by: nextInterval) }

  /// The same, if the last came late by as much as a slot of the kernel's timer wheel can be wide,
  /// an eighth of the time (kernel/time/timer.c).
  var earliestDue: Timestamp {
    due.advanced(by: Interval(nanoseconds: interval.nanoseconds / 4) * -1)
  }

  /// A retransmission that is this late will not come (three backoff intervals).
  var overdue: Timestamp { last.time.advanced(by: nextInterval * 3) }

  /// When an orphan that retransmits this gives up without a packet: the first firing of its timer
  /// at least `patience` after the first retransmission; at the latest after twice that time.
  func givesUp(patience: Interval) -> (earliest: Timestamp, nominal: Timestamp) {
    let start = retransmissions > 0 ? firstRetransmission : first.time
    let earliest = start.advanced(by: patience)
    if retransmissions > 0, due >= earliest { return (earliest, due) }
    return (earliest, start.advanced(by: patience * 2))
  }
}

/// An endpoint's FIN: when it was sent, whether it reached the peer, whether the peer's
/// acknowledgment came back.
struct SentFIN: Equatable, Sendable {
  /// FIN as the receiver's TCP sees it: with ACK, in its incarnation.
  var transmissions = Transmissions()
  var isSent: Bool { transmissions.first.isSet }
  /// Just past the FIN.
  var end = SequenceNumber(0)
  /// The acknowledgment number its first transmission carried.
  var ack = SequenceNumber(0)
  /// It may have waited behind text or a shut window when the peer's FIN came: then it acknowledges
  /// that although its program closed first.
  var mayHaveWaited = false
  /// The first frame with the FIN flag, acceptable or not, and just past that FIN.
  var firstFrame = 0
  var firstEnd = SequenceNumber(0)
  /// The first frame of the peer that acknowledges the first FIN.
  var firstAckedFrame = 0

  /// Passed the tap with nothing missing before it; and the end of the segment that made it so, its
  /// own or the last one that was missing.
  var passed = Mark.none
  var passedEnd = SequenceNumber(0)
  /// Evidence that it did not arrive after all: it was sent again before any acknowledgment.
  var arrivalDoubted = false
  /// The peer's first segment that acknowledges it: the peer has taken it.
  var acked = Mark.none
  /// The last such segment before which no retransmission showed it lost.
  var ackPassed = Mark.none
  /// It was retransmitted after the acknowledgment had passed: that one did not arrive. How often
  /// that happened: once is a loss, twice is a path that does not let acknowledgments through.
  var ackDoubted = false
  var ackDoubts = 0
  /// A host has told of it: it passed before the capture.
  var isTold = false
  /// The peer acknowledged exactly one past all it sent: a FIN that the capture may have missed.
  var unseen = Mark.none
  var unseenEnd = SequenceNumber(0)
  /// Everything the peer sent from here on carried the acknowledgment.
  var confirmFrom: SequenceNumber?
  /// The sender acknowledged sequence space from `confirmFrom` on: it has the acknowledgment.
  var ackConfirmed = Mark.none
}

extension SentFIN {
  /// What the peer's FIN acknowledges sets a waiting FIN free within this time.
  static let releaseTime = Interval.milliseconds(5)

  /// Takes the FIN that the capture missed for sent, and for acknowledged by what showed it.
  mutating func infer(ack: SequenceNumber) {
    guard unseen.isSet, !isSent else { return }
    end = unseenEnd
    self.ack = ack
    transmissions.add(unseen)
    passed = unseen
    acked = unseen
    ackPassed = unseen
  }
  var isInferred: Bool { unseen.isSet && isSent }

  /// The FIN was not missed: the file is out of order.
  mutating func turnUp(_ segment: Segment) {
    unseen = .none
    ack = segment.acknowledgmentNumber
    transmissions = Transmissions()
    transmissions.add(Mark(segment))
    passed = Mark(segment)
  }
}

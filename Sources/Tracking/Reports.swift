import Dissection

/// How a connection ended, as far as the capture goes.
public enum CloseKind: String, CaseIterable, Hashable, Sendable {
  case graceful, simultaneous, halfClosed = "half-closed", reset, unanswered, open, refused, attempt
}

/// Why an endpoint sent RST, as far as the packets before it tell.
public enum ResetCause: String, CaseIterable, Hashable, Sendable {
  case unreadData = "unread-data"
  case lingerZero = "linger-zero"
  case dataToOrphan = "data-to-orphan"
  case closedPort = "closed-port"
  case answerToStray = "answer-to-stray"
  case keepAliveRace = "keep-alive-race"
  case afterBothFINs = "after-both-fins"
  case timeWaitAssassination = "time-wait-assassination"
  case refusedReuse = "refused-reuse"
  case unknown
}

/// Whether an endpoint in CLOSE_WAIT still uses its half of the connection.
public enum Activity: String, Hashable, Sendable {
  case idle, draining
}

/// One endpoint at the instant of the report.
public struct EndpointReport: Equatable, Sendable {
  public var local: SocketAddress
  public var remote: SocketAddress
  public var claim: Claim
  /// Captured frames sent by this endpoint, copies included.
  public var packets: Int
  /// Octets of payload in sequence space: a retransmission counts once.
  public var bytesSent: UInt64
  /// First FIN this endpoint sent, the peer's first ACK of it, first RST it sent.
  public var finFrame: Int?
  public var finAckedFrame: Int?
  public var rstFrame: Int?
  public var finRetransmissions: Int
  /// Nil unless the state is CLOSE_WAIT.
  public var activity: Activity?
}

/// What a late segment is.
public enum LateKind: String, CaseIterable, Hashable, Sendable {
  case retransmittedFIN = "retransmitted-fin"
  case duplicateData = "duplicate-data"
  case dataAfterFIN = "data-after-fin"
  case dataAfterClose = "data-after-close"
  case afterReset = "after-reset"
  case duplicateACK = "duplicate-ack"
  case keepAlive = "keep-alive"
  case resetInTimeWait = "reset-in-time-wait"
  case synInTimeWait = "syn-in-time-wait"
  case duplicateSYN = "duplicate-syn"
  case duplicateSYNACK = "duplicate-syn-ack"
  case afterTimeWait = "after-time-wait"
  case unknownConnection = "unknown-connection"
}

/// What a late segment did to the endpoint it reached.
public enum LateEffect: String, CaseIterable, Hashable, Sendable {
  case timerRestarted = "timer-restarted"
  case killed
  case newConnection = "new-connection"
  case none
  case unknown
}

/// What a receiver in the presumed state answers to a late segment.
public enum ExpectedReply: String, CaseIterable, Hashable, Sendable {
  case none, ack, rst, rstACK = "rst-ack", synACK = "syn-ack", unknown
}

/// A segment that came after the close it belongs to.
public struct LateSegment: Equatable, Sendable {
  /// The incarnation it belongs to.
  public var connection: Int
  /// The tcp.stream index Wireshark gives to this frame.
  public var stream: Int
  public var frame: Int
  public var time: Timestamp
  public var kind: LateKind
  public var from: SocketAddress
  public var to: SocketAddress
  /// Since the receiver's end closed (or took the peer's FIN); nil if the capture doesn't tell.
  public var afterClose: Interval?
  public var effect: LateEffect
  public var replyFrame: Int?
  public var replyExpected: ExpectedReply
  /// Whether it lies in the receive window of the new incarnation on the same ports, with no older
  /// timestamp: there, its old acknowledgment alone can give it away (RFC 5961 section 5), which not
  /// every receiver looks at. Nil when there is none.
  public var reachesNewConnection: Bool?
  /// Late only if it is answered by RST, which has not come yet.
  var awaitsReset = false
  var sequence = SequenceNumber(0)
  /// Which a closed receiver's RST repeats.
  var acknowledgment = SequenceNumber(0)
}

/// One incarnation of a connection at the instant of the report.
public struct ConnectionReport: Equatable, Sendable {
  public var number: Int
  /// Wireshark's tcp.stream of its first frame.
  public var stream: Int
  /// Those of all its frames, ascending, where Wireshark gives them more than one; else none.
  public var otherStreams: [Int] = []
  public var endpoints: Pair<EndpointReport>
  public var rolesKnown: Bool
  public var firstTime: Timestamp
  public var lastTime: Timestamp
  public var firstFrame: Int
  public var lastFrame: Int
  public var copies: Int
  public var close: CloseKind
  /// Who sent the first FIN; both when they crossed; nil without one.
  public var closedFirst: ClosedFirst?
  public var resetCause: ResetCause?
  /// Only one direction was captured.
  public var oneSided: Bool
  /// The capture misses segments that were sent.
  public var gap: Bool
  /// In file order.
  public var late: [LateSegment]

  /// Wireshark's tcp.stream of all its frames, ascending.
  public var mergedStreams: [Int] { otherStreams.isEmpty ? [stream] : otherStreams }

  public var packets: Int { endpoints.initiator.packets + endpoints.responder.packets }
}

public enum ClosedFirst: String, Hashable, Sendable {
  case initiator, responder, both
}

/// Where the capture was taken, as far as handshakes tell.
public enum TapPosition: String, CaseIterable, Hashable, Sendable {
  case initiator, responder, between, unknown
}

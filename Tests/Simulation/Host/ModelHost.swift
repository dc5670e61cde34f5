import Dissection
import TestSupport
import Tracking

/// What a program does to its end of the connection; a call that the socket's state does not allow
/// does nothing.
public enum ProgramCall: Hashable, Sendable {
  /// Accept connections on the local port from now on.
  case listen
  /// The listener is closed; its connections stay.
  case stopListening
  /// Dial the remote end from the local port.
  case connect
  /// Write that many octets.
  case send(UInt32)
  /// Read whatever has come, and from now on all that comes, in later connections too.
  case read
  /// From now on what comes stays in the receive buffer, until the window closes.
  case stopReading
  /// shutdown(SHUT_WR).
  case shutdown
  /// close(): with unread data it sends RST instead of FIN.
  case close
  /// SO_LINGER 0 and close(): RST.
  case abort
  /// SO_KEEPALIVE: probe the peer whenever it has been silent that long; nine times, then RST.
  case keepAlive(Interval)
  /// The socket is gone without a packet: power loss, TCP_REPAIR, an administrator.
  case vanish
}

/// What a host made of a segment.
public struct Reception: Sendable {
  public var before: TCPState
  public var after: TCPState
  /// It brought its receiver something new: handshake, octets, FIN, or an acknowledgment of what
  /// had not been acknowledged. An accepted RST is none of these.
  public var isNews: Bool
  /// What the host sends at once.
  public var sent: [Segment]
}

/// What the last change of a host's state came from.
public enum ChangeCause: Hashable, Sendable {
  case packet
  /// A program's call; silent if no packet showed it.
  case call(isSilent: Bool)
  /// Likewise: RST after keep-alives, or nothing.
  case timer(isSilent: Bool)
}

/// One host with one 4-tuple: its socket, if there is one, its listener, and what it answers
/// without a socket, after RFC 9293 and, where that differs, Linux.
///
/// It never reads a clock: the run tells it the time with every event.
public struct ModelHost: Sendable {
  /// What makes one host unlike another.
  public struct Settings: Equatable, Sendable {
    public var hasTimestamps = true
    /// Linux tcp_tw_reuse = 1: a dial may take over its own TIME_WAIT.
    public var reusesTimeWait = false
    /// 2MSL and the life of an orphaned FIN_WAIT_2, before the timer's slack.
    public var profile = HostProfile(.linux)
    /// Octets that the host keeps for a program that does not read.
    public var receiveBuffer: UInt32 = 65535
    /// A socket counts its packets in the IPv4 identification; without, and where no socket sends,
    /// it is 0.
    public var numbersPackets = true
    /// Initial sequence numbers follow no clock, so that a later connection's can be the lower.
    public var hasRandomInitialNumbers = false
    /// Of the kernel's timers, in hertz: 100, 250, 300 or 1000 in practice.
    public var tickFrequency: Int64 = 250
    public init() {}
  }

  /// The shift count that every SYN offers.
  static let windowScale: UInt8 = 7

  public let local: SocketAddress
  public let remote: SocketAddress
  public let settings: Settings
  /// What the last change of state came from.
  public private(set) var cause = ChangeCause.call(isSilent: true)
  /// Counts the connections that this end has begun: 0 before the first, unchanged when one ends.
  public internal(set) var incarnation = 0

  private var standing = Standing()
  /// At the last change of state.
  private var lastIncarnation = 0
  var isListening = false
  var isReading = true
  var random: SplitMix64
  var outlet: Outlet
  /// At most one of these three stands for the 4-tuple.
  var request: ModelRequest?
  var socket: ModelSocket?
  var timeWait: ModelTimeWait?
  var initialNumberBase: UInt32

  /// - Parameter seed: chooses initial sequence numbers, identifications, the delay of
  ///   acknowledgments and timer slack.
  public init(local: SocketAddress, remote: SocketAddress, settings: Settings, seed: UInt64) {
    self.local = local
    self.remote = remote
    var settings = settings
    if local.address.version4 == nil { settings.numbersPackets = false }
    self.settings = settings
    random = SplitMix64(seed: seed)
    initialNumberBase = UInt32(truncatingIfNeeded: random.next())
    outlet = Outlet(
      local: local, remote: remote,
      timestampOffset: UInt32(truncatingIfNeeded: random.next()),
      wheel: TimerWheel(frequency: settings.tickFrequency, phase: random.next()))
  }

  /// Of the socket that stands for the 4-tuple; CLOSED without one, whether a listener is there or
  /// not.
  public var state: TCPState { standing.state }

  /// The program has closed but the FIN waits behind data that is not acknowledged or a window
  /// that is shut, so that no packet shows FIN_WAIT_1, LAST_ACK or CLOSING.
  public var isFINHeldBack: Bool { standing.isFINHeldBack }

  /// The program has closed the socket that stands: FIN_WAIT_1, FIN_WAIT_2, CLOSING and LAST_ACK
  /// end by timers, and new data is answered by RST.
  public var isOrphan: Bool { standing.isOrphan }

  /// The last change of state came from a timer or a call, without a packet sent or received, and
  /// no packet has shown it since.
  public var changedSilently: Bool {
    switch cause {
    case .packet: false
    case .call(let isSilent), .timer(let isSilent): isSilent
    }
  }

  /// When `fireTimers` has something to do next.
  public var nextTimer: Timestamp? {
    standing.nextTimer == .distantFuture ? nil : standing.nextTimer
  }

  /// - Returns: the segments that the host sends at once, in order.
  public mutating func perform(_ call: ProgramCall, at now: Timestamp) -> [Segment] {
    outlet.now = now
    carryOut(call)
    let sent = outlet.drain()
    settle(.call(isSilent: sent.isEmpty))
    return sent
  }

  public mutating func receive(_ segment: Segment, at now: Timestamp) -> Reception {
    precondition(segment.destination == local && segment.source == remote)
    outlet.now = now
    let before = state
    let isNews = take(segment)
    settle(.packet)
    return Reception(before: before, after: state, isNews: isNews, sent: outlet.drain())
  }

  /// Whatever timers are due at `now`.
  public mutating func fireTimers(at now: Timestamp) -> [Segment] {
    outlet.now = now
    fireTimers()
    let sent = outlet.drain()
    // A timer only ever ends something; what else it sends, in the same instant, does not show it.
    let hasReset = sent.contains { $0.flags.contains(.rst) }
    settle(.timer(isSilent: !hasReset))
    return sent
  }

  /// Lets go of what is over, and notes why the state has changed; a FIN that leaves at last shows
  /// what a call had changed.
  private mutating func settle(_ cause: ChangeCause) {
    tidy()
    let before = standing
    standing = socket?.standing ?? timeWait?.standing ?? request?.standing ?? Standing()
    if standing.state != before.state || incarnation != lastIncarnation {
      self.cause = cause
      lastIncarnation = incarnation
    } else if before.isFINHeldBack, !standing.isFINHeldBack {
      self.cause = .call(isSilent: false)
    }
  }
}

/// What shows of whatever stands for the 4-tuple.
struct Standing: Sendable {
  var state = TCPState.closed
  var isFINHeldBack = false
  var isOrphan = false
  var nextTimer = Timestamp.distantFuture
}

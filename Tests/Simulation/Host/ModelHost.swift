import Dissection
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
  /// Read whatever has come, and from now on all that comes.
  case read
  /// From now on what comes stays in the receive buffer, until the window closes.
  case stopReading
  /// shutdown(SHUT_WR).
  case shutdown
  /// close(): with unread data it sends RST instead of FIN.
  case close
  /// SO_LINGER 0 and close(): RST.
  case abort
  /// The socket is gone without a packet: power loss, TCP_REPAIR, an administrator.
  case vanish
}

/// What a host made of a segment.
public struct Reception: Sendable {
  public var before: TCPState
  public var after: TCPState
  /// It brought its receiver something new: handshake, octets, FIN, or an acknowledgment of what
  /// had not been acknowledged.
  public var isNews: Bool
  /// What the host sends at once.
  public var sent: [Segment]
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
    public init() {}
  }

  public let local: SocketAddress
  public let remote: SocketAddress
  public let settings: Settings
  /// Of the socket that stands for the 4-tuple; CLOSED without one, whether a listener is there or
  /// not.
  public private(set) var state = TCPState.closed
  /// The program has closed but the FIN waits behind data that is not acknowledged or a window
  /// that is shut, so that no packet shows FIN_WAIT_1, LAST_ACK or CLOSING.
  public private(set) var isFINHeldBack = false
  /// The last change of state came from a timer or `vanish`, without a packet sent or received.
  public private(set) var changedSilently = false
  /// When `fireTimers` has something to do next.
  public private(set) var nextTimer: Timestamp?

  /// - Parameter seed: chooses initial sequence numbers, identifications and timer slack.
  public init(local: SocketAddress, remote: SocketAddress, settings: Settings, seed: UInt64) {
    self.local = local
    self.remote = remote
    self.settings = settings
  }

  /// - Returns: the segments that the host sends at once, in order.
  public mutating func perform(_ call: ProgramCall, at now: Timestamp) -> [Segment] { [] }

  public mutating func receive(_ segment: Segment, at now: Timestamp) -> Reception {
    Reception(before: state, after: state, isNews: false, sent: [])
  }

  /// Whatever timers are due at `now`.
  public mutating func fireTimers(at now: Timestamp) -> [Segment] { [] }
}

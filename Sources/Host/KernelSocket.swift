import Dissection

/// One row of the kernel's socket table: what this host itself says of one end of a connection.
public struct KernelSocket: Equatable, Sendable {
  /// include/net/tcp_states.h.
  public enum State: UInt8, CaseIterable, Hashable, Sendable {
    case established = 1
    case synSent, synReceived
    case finWait1, finWait2, timeWait, closed, closeWait, lastACK, listen, closing
    /// A handshake that no program has accepted: SYN_RECEIVED as a small socket.
    case newSYNReceived
    /// Bound, and neither listening nor dialling (since Linux 6.8).
    case bound
  }

  /// What the kernel will do next if nothing comes (`idiag_timer`).
  public enum Timer: UInt8, Hashable, Sendable {
    case none, retransmission, keepAlive, timeWait, zeroWindowProbe
  }

  public var local: SocketAddress
  public var remote: SocketAddress
  public var state: State
  public var timer: Timer
  /// Until the timer ends; 0 without one.
  public var expiresMilliseconds: UInt32
  /// How often the segment at hand was retransmitted, or probed for.
  public var retransmissions: UInt8
  /// Octets that the program has not read; of a listener, connections that it has not accepted.
  public var receiveQueue: UInt32
  /// Octets that the peer has not acknowledged; of a listener, how many may wait.
  public var sendQueue: UInt32
  /// The user who made the socket.
  public var user: UInt32
  /// By which a descriptor of a program is known; 0 when no program holds the socket.
  public var inode: UInt32
  /// Unique to the socket as long as the machine runs: a port used again has another.
  public var cookie: UInt64
  /// The interface that the socket is bound to; 0: none.
  public var interface: UInt32
  /// The version 2 control group in which the socket was made; nil where the kernel does not tell.
  public var controlGroup: UInt64?
  /// What the program has shut down; nil for small sockets and where the kernel does not tell.
  public var shutdown: Shutdown?
  /// How long ago the last acknowledgment came; nil where it was not asked for, or for small
  /// sockets.
  public var lastACKMilliseconds: UInt32?

  /// The directions that are shut down, by either side (`sk_shutdown`).
  public struct Shutdown: OptionSet, Equatable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let receiving = Shutdown(rawValue: 1)
    public static let sending = Shutdown(rawValue: 2)
  }

  /// No program holds the socket any more: the kernel finishes the close alone.
  ///
  /// A handshake under way and a connection not accepted yet have no program either.
  public var isOrphan: Bool {
    guard inode == 0 else { return false }
    switch state {
    case .finWait1, .finWait2, .timeWait, .lastACK, .closing, .closed: return true
    case .established, .synSent, .synReceived, .closeWait, .listen, .newSYNReceived, .bound:
      return false
    }
  }
}

/// Sets of states, as a request names them: a bit for each.
public struct KernelSocketStates: OptionSet, Equatable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public init(_ state: KernelSocket.State) { self.init(rawValue: 1 << UInt32(state.rawValue)) }

  /// Also those that later kernels will know.
  public static let all = KernelSocketStates(rawValue: .max)
  public static let listen = KernelSocketStates(.listen)
}

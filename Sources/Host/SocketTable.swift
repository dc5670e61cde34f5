#if os(Linux)
  import Dissection

  /// The kernel's table of TCP sockets in one network namespace, IPv4 and IPv6: what `ss` shows.
  ///
  /// Small sockets are in it too: those of TIME_WAIT, of an orphaned FIN_WAIT_2, and of a handshake.
  /// The table goes on changing while it is listed: a socket that changes its kind meanwhile can be
  /// in the list twice, or missing.
  public struct SocketTable: ~Copyable {
    private var socket: NetlinkSocket
    private var sequence: UInt32 = 0

    /// Opens the way to the table of the calling thread's network namespace.
    public init() throws(HostError) {
      socket = try NetlinkSocket(.socketDiagnostics)
    }

    /// Gives `body` every socket in one of the states.
    ///
    /// - Parameter withLastACK: whether each is to tell when its last acknowledgment came, which
    ///   makes the list four times as long.
    public mutating func forEachSocket(
      in states: KernelSocketStates = .all, withLastACK: Bool = false,
      _ body: (KernelSocket) -> Void
    ) throws(HostError) {
      for family in [AddressFamily.version4, AddressFamily.version6] {
        try dump(family, states, withLastACK: withLastACK, body)
      }
    }

    private mutating func dump(
      _ family: Int32, _ states: KernelSocketStates, withLastACK: Bool,
      _ body: (KernelSocket) -> Void
    ) throws(HostError) {
      sequence &+= 1
      let request = SocketRequest(
        family: family, states: states, withLastACK: withLastACK, sequence: sequence)
      try socket.ask(request.octets.span)
      var outcome = NetlinkReply.Outcome.more
      var wasInterrupted = false
      while outcome == .more {
        outcome = try socket.receive { datagram in
          NetlinkReply.scan(datagram, wasInterrupted: &wasInterrupted) { type, message in
            guard type == SocketRequest.sockDiagByFamily, let row = KernelSocket(message) else {
              return
            }
            body(row)
          }
        }
      }
      switch outcome {
      case .more, .done: return
      // A kernel without IPv6 has no such table.
      case .refused(let number) where number == SocketRequest.noSuchFamily: return
      case .refused(let number):
        throw .system("the kernel does not list its TCP sockets", number)
      case .malformed, .overrun:
        throw .failed("the kernel's list of TCP sockets cannot be read: it is cut")
      }
    }
  }
#endif

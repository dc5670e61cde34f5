import Dissection
import Tracking

/// What this host itself says of one of its ends.
public struct HostEnd: Equatable, Sendable {
  /// Who tells of the end: packets, the kernel's socket table, or both.
  public enum Source: String, Sendable {
    case packets, kernel, both
  }

  /// A program that holds a socket; its texts are as hostile as any.
  public struct Process: Hashable, Sendable {
    public var name: String
    public var pid: Int
    /// By name, or in decimal.
    public var user: String?
    public var controlGroup: String?

    public init(name: String, pid: Int, user: String?, controlGroup: String?) {
      self.name = name
      self.pid = pid
      self.user = user
      self.controlGroup = controlGroup
    }
  }

  /// Nil where it is not known.
  public var process: Process?
  public var source: Source
  /// What the kernel says where that has been another state for longer than packets are under way.
  public var kernelState: TCPState?
  /// The connection that the socket was found to be an end of; nil: not looked for yet.
  public var connection: Int?

  public init(
    process: Process?, source: Source, kernelState: TCPState? = nil, connection: Int? = nil
  ) {
    self.process = process
    self.source = source
    self.kernelState = kernelState
    self.connection = connection
  }
}

/// The ends of this host, as far as its kernel has told of them.
public struct HostEnds {
  /// The addresses of one end, its own first.
  public struct Key: Hashable, Sendable {
    public var local: SocketAddress
    public var remote: SocketAddress

    public init(local: SocketAddress, remote: SocketAddress) {
      self.local = local
      self.remote = remote
    }
  }

  /// This host's own.
  private let addresses: Set<IPAddress>
  private let find: (Key) -> HostEnd?

  /// - Parameter find: an end that the kernel has told of: asked when it is reported, since there may
  ///   be very many.
  public init(addresses: Set<IPAddress>, find: @escaping (Key) -> HostEnd?) {
    self.addresses = addresses
    self.find = find
  }

  /// Whether the kernel has told of no end yet.
  var isEmpty: Bool { addresses.isEmpty }

  /// Whether an address is this host's.
  func isOwn(_ address: IPAddress) -> Bool { addresses.contains(address) }

  /// What is known of an end; nil when it is not of this host.
  func end(_ role: Role, of connection: ConnectionReport) -> HostEnd? {
    let end = connection.endpoints[role]
    guard let known = find(Key(local: end.local, remote: end.remote)) else {
      return addresses.contains(end.local.address)
        ? HostEnd(process: nil, source: .packets) : nil
    }
    // The socket is that of the newest connection on the ports.
    let isItsOwn =
      known.connection.map { $0 == connection.number } ?? (end.claim.state != .closed)
    return isItsOwn ? known : HostEnd(process: nil, source: .packets)
  }
}

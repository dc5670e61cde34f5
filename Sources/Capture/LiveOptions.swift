/// How packets are to be taken from an interface.
public struct LiveOptions: Equatable, Sendable {
  /// Which way packets go, seen from the interface.
  public enum Direction: String, CaseIterable, Sendable {
    case both, incoming = "in", outgoing = "out"
  }

  /// Octets kept of each frame. Headers are enough: all of Ethernet, IPv6, a tunnel and TCP with
  /// its options fit into the default.
  public var snapshotLength = 256
  /// Octets of the kernel's buffer for each interface, which packets wait in.
  public var bufferSize = 32 << 20
  /// Whether each packet is delivered as it comes, at a higher cost for each, rather than with
  /// those of the same tenth of a second.
  public var isImmediate = false
  public var direction = Direction.both
  /// Whether the interface is to take packets for other stations too.
  public var isPromiscuous = false
  /// pcap-filter(7) syntax; the kernel drops the rest.
  public var filter: String?
  /// Whether the kernel is to pass nothing but SYN, FIN and RST.
  public var closesOnly = false

  public init() {}

  /// How long a packet can wait until it is delivered.
  static let delayMilliseconds: Int32 = 100

  /// SYN, FIN or RST. `tcp[…]` is of IPv4 alone; of IPv6, the TCP header that follows the fixed one
  /// at once: next header 6 at octet 6, the flags at octet 40 + 13.
  static let closes =
    "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0 or (ip6[6] = 6 and ip6[53] & 7 != 0)"

  /// What is compiled for the kernel; nil: all packets.
  var expression: String? {
    switch (filter, closesOnly) {
    case (nil, false): nil
    case (let filter?, false): filter
    case (nil, true): Self.closes
    case (let filter?, true): "(\(filter)) and (\(Self.closes))"
    }
  }
}

/// Why packets cannot be taken from an interface: each a sentence.
public enum LiveError: Error, Equatable, Sendable {
  /// A privilege is missing.
  case notPermitted(String)
  /// There is no such interface, or it is down or gone.
  case unusable(String)
  /// libpcap does not accept the filter expression: its own words.
  case badFilter(String)
  /// Anything else that the system said.
  case failed(String)

  public var sentence: String {
    switch self {
    case .notPermitted(let sentence), .unusable(let sentence), .badFilter(let sentence),
      .failed(let sentence):
      sentence
    }
  }
}

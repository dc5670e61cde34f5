import Dissection
import Tracking

/// What one input was and what became of its packets: the `capture` object.
public struct CaptureRow: Equatable, Sendable {
  /// Something wrong in the input, and where.
  public struct Damage: Equatable, Sendable {
    public var file: String
    /// Bytes from the start, after decompression.
    public var offset: UInt64
    public var message: String

    public init(file: String, offset: UInt64, message: String) {
      self.file = file
      self.offset = offset
      self.message = message
    }
  }

  /// Packets that passed an interface and were not captured.
  public struct Drops: Equatable, Sendable {
    /// For want of room in the kernel's buffer.
    public var byKernel: UInt64
    /// By the interface itself, before the kernel saw them.
    public var byInterface: UInt64

    public init(byKernel: UInt64, byInterface: UInt64) {
      self.byKernel = byKernel
      self.byInterface = byInterface
    }
  }

  public var file: String
  /// Nil when the input is no capture.
  public var format: String?
  public var linkTypes: [LinkType]
  public var tcpPackets: Int
  public var skipped: [SkipReason: Int]
  /// Those of the skipped that are ICMP errors which quote a segment.
  public var icmpErrors: Int
  public var firstTime: Timestamp?
  public var lastTime: Timestamp?
  public var tap: TapPosition
  public var truncated: Bool
  public var damage: [Damage]
  /// Of a live capture.
  public var drops: Drops?

  public init(
    file: String, format: String?, linkTypes: [LinkType], tcpPackets: Int,
    skipped: [SkipReason: Int], icmpErrors: Int = 0, firstTime: Timestamp?,
    lastTime: Timestamp?, tap: TapPosition, truncated: Bool, damage: [Damage]
  ) {
    self.file = file
    self.format = format
    self.linkTypes = linkTypes
    self.tcpPackets = tcpPackets
    self.skipped = skipped
    self.icmpErrors = icmpErrors
    self.firstTime = firstTime
    self.lastTime = lastTime
    self.tap = tap
    self.truncated = truncated
    self.damage = damage
  }

  public var packets: Int { tcpPackets + skipped.values.reduce(0, +) }
}

extension LinkType {
  /// The name as capture tools print it, `linktype-N` for one that finwait does not read.
  public var name: String {
    switch self {
    case .null: "null"
    case .ethernet: "ethernet"
    case .ppp: "ppp"
    case .pppHDLC: "ppp-hdlc"
    case .pppoe: "pppoe"
    case .ciscoHDLC: "cisco-hdlc"
    case .fddi: "fddi"
    case .arcnetLinux: "arcnet"
    case .ipoib: "ipoib"
    case .ieee80211: "ieee802.11"
    case .radiotap: "radiotap"
    case .prism: "prism"
    case .avs: "avs"
    case .ppi: "ppi"
    case .rawBSD, .rawOpenBSD, .raw: "raw"
    case .loop: "loop"
    case .linuxCooked: "linux-sll"
    case .linuxCooked2: "linux-sll2"
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    default: "linktype-\(value)"  // a struct over all 65,536 values, not an enum of ours
    }
  }
}

extension SkipReason {
  /// How a skipped packet is told to people.
  var words: String {
    switch self {
    case .notTCP: "not TCP"
    case .notIP: "not IP"
    case .fragment: "parts of IP datagrams that this capture does not complete"
    case .truncated: "cut before the end of the TCP header"
    case .malformed: "malformed"
    case .unknownLinkType: "of a link type that finwait does not read"
    }
  }
}

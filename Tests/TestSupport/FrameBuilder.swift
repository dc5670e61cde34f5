import Dissection

/// One header of a frame, as a test describes it. Lengths, checksums aside, and what names the
/// next header are filled in by `FrameBuilder`.
public enum FrameLayer: Sendable {
  case ethernet
  /// IEEE 802.3: a length, then LLC and SNAP.
  case ethernetSNAP
  case vlan(UInt16, tag: UInt16 = 0x8100)
  case linuxCooked
  case linuxCooked2
  case null(family: UInt32 = 2, bigEndian: Bool = false)
  case ipv4(
    from: IPAddress = "10.0.0.1", to: IPAddress = "10.0.0.2", ttl: UInt8 = 64, id: UInt16 = 0,
    options: [UInt8] = [], fragment: UInt16 = 0, totalLength: UInt16? = nil)
  case ipv6(
    from: IPAddress = "2001:db8::1", to: IPAddress = "2001:db8::2", hopLimit: UInt8 = 64,
    payloadLength: UInt16? = nil)
  /// An IPv6 extension header by its protocol number; `body` follows next header and length.
  case ipv6Extension(UInt8, body: [UInt8] = [0, 0, 0, 0, 0, 0])
  case ipv6Fragment(offsetAndMore: UInt16)
  case authentication
  case gre(checksum: Bool = false, key: Bool = false, sequence: Bool = false)
  /// Without a destination port: that of the tunnel within.
  case udp(to: UInt16? = nil)
  case vxlan
  case geneve(options: [UInt8] = [])
  /// Without type and code: destination unreachable (port). What it quotes follows.
  case icmp(type: UInt8 = 3, code: UInt8 = 3)
  case icmpVersion6(type: UInt8 = 1, code: UInt8 = 4)
  case tcp(
    from: UInt16 = 40000, to: UInt16 = 80, _ flags: String = "A", seq: UInt32 = 1,
    ack: UInt32 = 1, win: UInt16 = 65535, options: [UInt8] = [], dataOffset: UInt8? = nil)
  case payload([UInt8])
}

/// The bytes of a frame, from the headers outside in.
///
/// `FrameBuilder.bytes([.ethernet, .vlan(7), .ipv4(), .tcp("FA", seq: 100), .payload([1, 2])])`
public enum FrameBuilder {
  public static func bytes(_ layers: [FrameLayer]) -> [UInt8] {
    guard let layer = layers.first else { return [] }
    let inner = Array(layers.dropFirst())
    return layer.encode(within: bytes(inner), followedBy: inner.first)
  }

  /// `count` octets of payload.
  public static func payload(_ count: Int) -> FrameLayer {
    .payload((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) })
  }

  /// The options of a SYN as Linux sends it: 20 octets.
  public static func synOptions(
    mss: UInt16 = 1460, scale: UInt8 = 7, ts: (UInt32, UInt32) = (1, 0)
  ) -> [UInt8] {
    [2, 4] + octets(mss) + [4, 2, 8, 10] + octets(ts.0) + octets(ts.1) + [1, 3, 3, scale]
  }

  /// Timestamps as in nearly every segment: 12 octets.
  public static func timestamps(_ value: UInt32, _ echo: UInt32) -> [UInt8] {
    [1, 1, 8, 10] + octets(value) + octets(echo)
  }

  /// A number in network order.
  public static func octets<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }
}

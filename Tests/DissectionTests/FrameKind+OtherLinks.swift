import Dissection
import TestSupport

/// Headers of links that name what follows in constants: written out here.
enum Link {
  static let macAddresses: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
  static let snap: [UInt8] = [0xAA, 0xAA, 3, 0, 0, 0, 8, 0]

  static func ethernet(_ type: UInt16) -> [UInt8] { macAddresses + FrameBuilder.octets(type) }

  /// A label with its bottom bit.
  static func label(_ number: UInt32, isLast: Bool = true) -> [UInt8] {
    FrameBuilder.octets(number << 12 | (isLast ? 0x100 : 0) | 64)
  }

  /// IEEE 802.11: frame control and flags, as many octets as that calls for, LLC.
  static func ieee80211(
    control: UInt8 = 0x08, flags: UInt8 = 0x01, sequence: [UInt8] = [0x10, 0], extra: [UInt8] = []
  ) -> [UInt8] {
    [control, flags, 0, 0] + macAddresses + [2, 0, 0, 0, 0, 3] + sequence + extra + snap
  }

  /// Radiotap with its length; `fields` follow the first word of what is present.
  static func radiotap(_ present: [UInt8], _ fields: [UInt8]) -> [UInt8] {
    [0, 0, UInt8(4 + present.count + fields.count), 0] + present + fields
  }

  static func ppi(_ linkType: UInt8, fields: Int = 12) -> [UInt8] {
    [0, 0, UInt8(8 + fields), 0, linkType, 0, 0, 0] + Array(repeating: 7, count: fields)
  }

  static func avs(_ length: UInt8 = 64) -> [UInt8] {
    [0x80, 0x21, 0x10, 0x01, 0, 0, 0, length] + Array(repeating: 7, count: Int(length) - 8)
  }

  static let prism: [UInt8] = [0x44, 0, 0, 0, 0x90, 0, 0, 0] + Array(repeating: 7, count: 136)
}

extension FrameKind {
  /// - Parameter header: all octets in front of the IP header.
  private init(
    _ name: String, _ linkType: LinkType, _ header: [UInt8], _ ip: FrameLayer = .ipv4()
  ) {
    self.init(name, linkType, [.payload(header), ip])
  }

  static let otherLinks = tags + pointToPoint + sharedMedia + wireless

  private static let tags = [
    FrameKind(
      "802.1ah", .ethernet,
      Link.ethernet(0x88A8) + [0, 9, 0x88, 0xE7, 0, 0, 0, 7] + Link.ethernet(0x0800)),
    FrameKind("FabricPath", .ethernet, Link.ethernet(0x8903) + [64, 32] + Link.ethernet(0x0800)),
    FrameKind("VN-Tag", .ethernet, Link.ethernet(0x8926) + [0, 0, 0, 51, 0x86, 0xDD], .ipv6()),
    FrameKind("E-Tag", .ethernet, Link.ethernet(0x893F) + [16, 0, 0, 216, 0, 0, 8, 0]),
  ]

  private static let pointToPoint = [
    FrameKind("PPP", .ppp, [0xFF, 3, 0, 0x21]),
    FrameKind("PPP, IPv6", .pppHDLC, [0xFF, 3, 0, 0x57], .ipv6()),
    FrameKind("PPP without address and control", .ppp, [0, 0x21]),
    FrameKind("PPP, short protocol", .ppp, [0x21]),
    FrameKind("PPP, short protocol, IPv6", .pppHDLC, [0xFF, 3, 0x57], .ipv6()),
    FrameKind("PPP, MPLS", .ppp, [0xFF, 3, 2, 0x81] + Link.label(17)),
    FrameKind("PPP as Cisco frames it", .pppHDLC, [0x0F, 0, 8, 0]),
    FrameKind("PPPoE", .pppoe, [0x11, 0, 0, 7, 0, 162, 0, 0x21]),
    FrameKind(
      "PPPoE, IPv6", .ethernet, Link.ethernet(0x8864) + [0x11, 0, 0, 7, 0, 182, 0, 0x57],
      .ipv6()),
    FrameKind("Cisco HDLC", .ciscoHDLC, [0x0F, 0, 8, 0]),
    FrameKind("Cisco HDLC, multicast, IPv6", .ciscoHDLC, [0x8F, 0, 0x86, 0xDD], .ipv6()),
    FrameKind("Cisco HDLC, MPLS", .ciscoHDLC, [0x0F, 0, 0x88, 0x47] + Link.label(16)),
    FrameKind("MPLS", .ethernet, Link.ethernet(0x8847) + Link.label(0)),
    FrameKind(
      "MPLS stack, IPv6", .ethernet,
      Link.ethernet(0x8848) + Link.label(18, isLast: false) + Link.label(0xFFFFF, isLast: false)
        + Link.label(2), .ipv6()),
  ]

  private static let sharedMedia = [
    FrameKind("FDDI", .fddi, [0x50] + Link.macAddresses + Link.snap),
    FrameKind("FDDI, synchronous", .fddi, [0xD3] + Link.macAddresses + Link.snap),
    FrameKind("ARCnet, old", .arcnetLinux, [1, 2, 0, 0, 240]),
    FrameKind("ARCnet", .arcnetLinux, [1, 2, 0, 0, 212, 0, 0, 1]),
    FrameKind("ARCnet, IPv6", .arcnetLinux, [1, 2, 0, 0, 196, 0, 0, 1], .ipv6()),
    FrameKind("IPoIB", .ipoib, Array(repeating: 0, count: 40) + [8, 0, 0, 0]),
    FrameKind(
      "IPoIB, IPv6", .ipoib, Array(repeating: 9, count: 40) + [0x86, 0xDD, 0, 0], .ipv6()),
  ]

  private static let wireless = [
    FrameKind("802.11", .ieee80211, Link.ieee80211()),
    FrameKind(
      "802.11, retried, with an acknowledgment",
      .ieee80211, Link.ieee80211(control: 0x18, flags: 0x0A)),
    FrameKind("802.11, QoS", .ieee80211, Link.ieee80211(control: 0x88, extra: [0, 0])),
    FrameKind(
      "802.11, QoS, HT control", .ieee80211,
      Link.ieee80211(control: 0x88, flags: 0x82, extra: [0, 0, 9, 9, 9, 9])),
    FrameKind(
      "802.11, four addresses", .ieee80211,
      Link.ieee80211(flags: 0x03, extra: [2, 0, 0, 0, 0, 4])),
    FrameKind(
      "802.11, four addresses, QoS", .ieee80211,
      Link.ieee80211(control: 0x88, flags: 0x03, extra: [2, 0, 0, 0, 0, 4, 5, 0])),
    FrameKind(
      "802.11, A-MSDU", .ieee80211,
      Link.ieee80211(control: 0x88, extra: [0x80, 0] + Link.macAddresses + [0, 148])),
    FrameKind("radiotap", .radiotap, Link.radiotap([0, 0, 0, 0], []) + Link.ieee80211()),
    FrameKind(
      "radiotap, padded behind two more words and the timer", .radiotap,
      Link.radiotap(
        [0x03, 0, 0, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 0], Array(repeating: 0, count: 8) + [0x30, 0])
        + Link.ieee80211(control: 0x88, extra: [0, 0, 0, 0])),
    FrameKind(
      "radiotap, padded, nothing to pad", .radiotap,
      Link.radiotap([0x02, 0, 0, 0], [0x20, 0x20]) + Link.ieee80211()),
    FrameKind(
      "radiotap, other bits where flags would be", .radiotap,
      Link.radiotap([0x04, 0, 0, 0], [0x20]) + Link.ieee80211(control: 0x88, extra: [0, 0])),
    FrameKind(
      "radiotap, aligned timer", .radiotap,
      Link.radiotap(
        [0x03, 0, 0, 0x80, 0, 0, 0, 0], [9, 9, 9, 9] + Array(repeating: 0, count: 8) + [0x20])
        + Link.ieee80211(control: 0x88, extra: [0, 0, 0, 0]), .ipv4()),
    FrameKind("Prism", .prism, Link.prism + Link.ieee80211()),
    FrameKind("Prism, AVS's header", .prism, Link.avs() + Link.ieee80211()),
    FrameKind("AVS", .avs, Link.avs(80) + Link.ieee80211()),
    FrameKind("PPI", .ppi, Link.ppi(105) + Link.ieee80211(control: 0x88, extra: [0, 0])),
    FrameKind("PPI, Ethernet", .ppi, Link.ppi(1, fields: 0) + Link.ethernet(0x0800)),
  ]
}

import Dissection
import TestSupport
import Testing

/// Dissects whole bytes as frame 1.
func dissect(
  _ bytes: [UInt8], as linkType: LinkType = .ethernet, originalLength: Int? = nil
) -> Dissected {
  Dissector().dissect(
    bytes.span, linkType: linkType, originalLength: UInt32(originalLength ?? bytes.count),
    frame: 1, time: .at(1), interface: 0)
}

func dissect(
  _ layers: [FrameLayer], as linkType: LinkType = .ethernet, originalLength: Int? = nil
) -> Dissected {
  dissect(FrameBuilder.bytes(layers), as: linkType, originalLength: originalLength)
}

extension Dissected {
  var segment: Segment? {
    switch self {
    case .segment(let segment): segment
    case .icmpError, .skipped: nil
    }
  }

  var icmpError: ICMPError? {
    switch self {
    case .icmpError(let error): error
    case .segment, .skipped: nil
    }
  }

  var reason: SkipReason? {
    switch self {
    case .segment, .icmpError: nil
    case .skipped(let reason): reason
    }
  }
}

/// A kind of frame that carries a segment: 100 octets of payload behind a SYN's options.
struct FrameKind: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let linkType: LinkType
  let headers: [FrameLayer]

  init(_ name: String, _ linkType: LinkType, _ headers: [FrameLayer]) {
    testDescription = name
    self.linkType = linkType
    self.headers = headers
  }

  init(_ name: String, _ headers: [FrameLayer]) { self.init(name, .ethernet, headers) }

  static let options = FrameBuilder.synOptions(mss: 1400, scale: 9, ts: (77, 66))
  static let payloadLength = 100

  var bytes: [UInt8] {
    FrameBuilder.bytes(
      headers + [
        .tcp(from: 4321, to: 443, "SA", seq: 1000, ack: 2000, win: 500, options: Self.options),
        FrameBuilder.payload(Self.payloadLength),
      ])
  }

  /// Where the TCP header begins.
  var tcpOffset: Int { bytes.count - Self.payloadLength - Self.options.count - 20 }

  static let all: [FrameKind] = links + otherLinks + networks + tunnels

  static let links = [
    FrameKind("Ethernet", [.ethernet, .ipv4()]),
    FrameKind("Ethernet, IPv6", [.ethernet, .ipv6()]),
    FrameKind("SNAP", [.ethernetSNAP, .ipv4()]),
    FrameKind("802.1Q", [.ethernet, .vlan(7), .ipv4()]),
    FrameKind("802.1ad", [.ethernet, .vlan(7, tag: 0x88A8), .vlan(8), .ipv6()]),
    FrameKind("old QinQ", [.ethernet, .vlan(7, tag: 0x9100), .vlan(8, tag: 0x9200), .ipv4()]),
    FrameKind("old QinQ, third number", [.ethernet, .vlan(7, tag: 0x9300), .ipv4()]),
    FrameKind("cooked", .linuxCooked, [.linuxCooked, .ipv4()]),
    FrameKind("cooked, VLAN", .linuxCooked, [.linuxCooked, .vlan(7), .ipv6()]),
    FrameKind("cooked 2", .linuxCooked2, [.linuxCooked2, .ipv4()]),
    FrameKind("cooked 2, VLAN", .linuxCooked2, [.linuxCooked2, .vlan(7), .ipv6()]),
    FrameKind("null, little-endian", .null, [.null(), .ipv4()]),
    FrameKind("null, big-endian", .null, [.null(bigEndian: true), .ipv4()]),
    FrameKind("null, OpenBSD IPv6", .null, [.null(family: 24), .ipv6()]),
    FrameKind("null, FreeBSD IPv6", .null, [.null(family: 28), .ipv6()]),
    FrameKind("null, Darwin IPv6", .null, [.null(family: 30, bigEndian: true), .ipv6()]),
    FrameKind("null, Linux IPv6", .null, [.null(family: 10), .ipv6()]),
    FrameKind("loop", .loop, [.null(family: 2, bigEndian: true), .ipv4()]),
    FrameKind("loop, IPv6", .loop, [.null(family: 24, bigEndian: true), .ipv6()]),
    FrameKind("raw", .raw, [.ipv4()]),
    FrameKind("raw, IPv6", .raw, [.ipv6()]),
    FrameKind("raw BSD", .rawBSD, [.ipv4()]),
    FrameKind("raw OpenBSD", .rawOpenBSD, [.ipv6()]),
    FrameKind("LINKTYPE_IPV4", .ipv4, [.ipv4()]),
    FrameKind("LINKTYPE_IPV6", .ipv6, [.ipv6()]),
  ]

  static let networks = [
    FrameKind("IPv4 options", .raw, [.ipv4(options: Array(repeating: 1, count: 40))]),
    FrameKind("hop-by-hop", .raw, [.ipv6(), .ipv6Extension(0)]),
    FrameKind(
      "long extension headers", .raw,
      [
        .ipv6(), .ipv6Extension(0), .ipv6Extension(60, body: Array(repeating: 0, count: 30)),
        .ipv6Extension(43, body: Array(repeating: 0, count: 22)), .ipv6Extension(60),
      ]),
    FrameKind(
      "mobility, HIP, shim6", .raw,
      [.ipv6(), .ipv6Extension(135), .ipv6Extension(139), .ipv6Extension(140)]),
    FrameKind("atomic fragment", .raw, [.ipv6(), .ipv6Fragment(offsetAndMore: 0)]),
    FrameKind("authentication", .raw, [.ipv6(), .authentication]),
    FrameKind("authentication, IPv4", .raw, [.ipv4(), .authentication]),
  ]

  static let tunnels = [
    FrameKind("IP in IP", [.ethernet, .ipv4(), .ipv4()]),
    FrameKind("6in4", [.ethernet, .ipv4(), .ipv6()]),
    FrameKind("4in6", [.ethernet, .ipv6(), .ipv4()]),
    FrameKind("6in6", [.ethernet, .ipv6(), .ipv6Extension(60), .ipv6()]),
    FrameKind("GRE", [.ethernet, .ipv4(), .gre(), .ipv4()]),
    FrameKind("GRE, IPv6 twice", [.ethernet, .ipv6(), .gre(key: true), .ipv6()]),
    FrameKind(
      "GRE, all fields",
      [.ethernet, .ipv4(), .gre(checksum: true, key: true, sequence: true), .ipv6()]),
    FrameKind(
      "GRE, bridging", [.ethernet, .ipv4(), .gre(sequence: true), .ethernet, .vlan(3), .ipv4()]),
    FrameKind("VXLAN", [.ethernet, .ipv4(), .udp(), .vxlan, .ethernet, .ipv4()]),
    FrameKind("VXLAN, IPv6", [.ethernet, .ipv6(), .udp(), .vxlan, .ethernet, .vlan(9), .ipv6()]),
    FrameKind("GENEVE", [.ethernet, .ipv4(), .udp(), .geneve(), .ethernet, .ipv4()]),
    FrameKind(
      "GENEVE, options, IP",
      [.ethernet, .ipv6(), .udp(), .geneve(options: Array(repeating: 0, count: 12)), .ipv6()]),
  ]
}

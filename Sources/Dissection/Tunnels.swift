/// IP protocol numbers that lead on (IANA, Assigned Internet Protocol Numbers).
@usableFromInline
enum IPProtocol {
  static let hopByHopOptions: UInt8 = 0
  static let icmp: UInt8 = 1
  static let ipv4: UInt8 = 4
  @inlinable static var tcp: UInt8 { 6 }
  static let udp: UInt8 = 17
  static let ipv6: UInt8 = 41
  static let routing: UInt8 = 43
  static let fragment: UInt8 = 44
  static let gre: UInt8 = 47
  static let authentication: UInt8 = 51
  static let icmpVersion6: UInt8 = 58
  static let destinationOptions: UInt8 = 60
  static let mobility: UInt8 = 135
  static let hostIdentity: UInt8 = 139
  static let shim6: UInt8 = 140
}

/// What IP carries, apart from TCP.
extension HeaderWalk {
  mutating func readIPProtocol(_ number: UInt8, _ header: Span<UInt8>) -> NextHeader {
    switch number {
    case IPProtocol.udp: readUDP(header)
    case IPProtocol.ipv4: enterTunnel(.ipv4)
    case IPProtocol.ipv6: enterTunnel(.ipv6)
    case IPProtocol.gre: readGRE(header)
    case IPProtocol.hopByHopOptions, IPProtocol.routing, IPProtocol.destinationOptions,
      IPProtocol.mobility, IPProtocol.hostIdentity, IPProtocol.shim6:
      readExtension(header)
    case IPProtocol.authentication: readAuthentication(header)
    case IPProtocol.fragment: readFragment(header)
    case IPProtocol.icmp: endAtICMP(.version4)
    case IPProtocol.icmpVersion6: endAtICMP(.version6)
    default: .none(.notTCP)
    }
  }

  private mutating func endAtICMP(_ version: ICMPVersion) -> NextHeader {
    icmp = version
    return .none(.notTCP)
  }

  /// GRE (RFC 2784) with key and sequence number (RFC 2890). Version 1 carries PPP (RFC 2637), and
  /// source routes (RFC 1701) were given up: neither is followed.
  private mutating func readGRE(_ header: Span<UInt8>) -> NextHeader {
    guard wireLength >= 4 else { return .none(.malformed) }
    guard header.count >= 4 else { return .none(.truncated) }
    let flags = header.bigEndian16(0)
    let hasChecksum: UInt16 = 0x8000
    let hasKey: UInt16 = 0x2000
    let hasSequence: UInt16 = 0x1000
    let versionAndRouting: UInt16 = 0x4007
    guard flags & versionAndRouting == 0 else { return .none(.notTCP) }
    let length =
      4 + (flags & hasChecksum != 0 ? 4 : 0) + (flags & hasKey != 0 ? 4 : 0)
      + (flags & hasSequence != 0 ? 4 : 0)
    guard length <= wireLength else { return .none(.malformed) }
    skip(length)
    let type = header.bigEndian16(2)
    let webCacheRedirection: UInt16 = 0x883E
    return type == webCacheRedirection
      ? readRedirection(header.extracting(droppingFirst: length))
      : enterTunnel(etherType: type)
  }

  /// WCCP redirects IPv4, in its version 2 behind four octets more (draft-wilson-wrec-wccp-v2).
  /// Nothing names the version: as tshark does, the first bits are taken for IP's own if they can.
  private mutating func readRedirection(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 1 else { return .none(.truncated) }
    if header[0] >> 4 != 4 { skip(4) }
    return enterTunnel(.ipv4)
  }

  /// UDP (RFC 768) matters for what is tunnelled in it, known by the destination port.
  private mutating func readUDP(_ header: Span<UInt8>) -> NextHeader {
    guard wireLength >= 8 else { return .none(.malformed) }
    guard header.count >= 4 else { return .none(.truncated) }
    let geneve: UInt16 = 6081
    let vxlan: UInt16 = 4789
    switch header.bigEndian16(2) {
    case vxlan:
      skip(8)
      return readVXLAN(header.extracting(droppingFirst: 8))
    case geneve:
      skip(8)
      return readGENEVE(header.extracting(droppingFirst: 8))
    default:
      return .none(.notTCP)
    }
  }

  /// VXLAN (RFC 7348 section 5): flags, the network identifier, an Ethernet frame.
  private mutating func readVXLAN(_ header: Span<UInt8>) -> NextHeader {
    guard wireLength >= 8 else { return .none(.notTCP) }
    guard header.count >= 8 else { return .none(.truncated) }
    let hasIdentifier: UInt8 = 0x08
    guard header[0] & hasIdentifier != 0 else { return .none(.notTCP) }
    skip(8)
    return enterTunnel(.ethernet)
  }

  /// GENEVE (RFC 8926 section 3.4): options in units of 4 octets, then what the protocol says.
  private mutating func readGENEVE(_ header: Span<UInt8>) -> NextHeader {
    guard wireLength >= 8 else { return .none(.notTCP) }
    guard header.count >= 8 else { return .none(.truncated) }
    let version = header[0] >> 6
    guard version == 0 else { return .none(.notTCP) }
    let length = 8 &+ Int(header[0] & 0x3F) &* 4
    guard length <= wireLength else { return .none(.malformed) }
    skip(length)
    return enterTunnel(etherType: header.bigEndian16(2))
  }

  private mutating func enterTunnel(etherType: UInt16) -> NextHeader {
    enterTunnel(
      etherType == EtherType.transparentEthernetBridging ? .ethernet : .etherType(etherType))
  }
}

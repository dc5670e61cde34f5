/// EtherTypes that lead on (IEEE 802 Numbers; the double-tagging ones as in Linux if_ether.h).
@usableFromInline
enum EtherType {
  @inlinable static var ipv4: UInt16 { 0x0800 }
  @inlinable static var ipv6: UInt16 { 0x86DD }
  @inlinable static var vlan: UInt16 { 0x8100 }
  static let providerBridging: UInt16 = 0x88A8
  static let qinq1: UInt16 = 0x9100
  static let qinq2: UInt16 = 0x9200
  static let qinq3: UInt16 = 0x9300
  static let transparentEthernetBridging: UInt16 = 0x6558
  /// IEEE 802.1ah.
  static let backboneService: UInt16 = 0x88E7
  /// Cisco's.
  static let fabricPath: UInt16 = 0x8903
  /// Cisco's VN-Tag.
  static let virtualInterface: UInt16 = 0x8926
  /// The E-Tag of IEEE 802.1BR.
  static let portExtension: UInt16 = 0x893F
  static let mplsUnicast: UInt16 = 0x8847
  static let mplsMulticast: UInt16 = 0x8848
  static let pppoeSession: UInt16 = 0x8864
  /// Values below are lengths of an IEEE 802.3 frame.
  static let lowest: UInt16 = 0x0600
}

extension NextHeader {
  /// The one door for link types: what a frame of this type begins with.
  init(linkType: LinkType) {
    switch linkType {
    case .ethernet: self = .ethernet
    case .null: self = .null
    case .loop: self = .loop
    case .raw, .rawBSD, .rawOpenBSD: self = .anyIP
    case .ipv4: self = .ipv4
    case .ipv6: self = .ipv6
    case .linuxCooked: self = .linuxCooked
    case .linuxCooked2: self = .linuxCooked2
    case .ppp, .pppHDLC: self = .ppp
    case .pppoe: self = .pppoe
    case .ciscoHDLC: self = .ciscoHDLC
    case .fddi: self = .fddi
    case .arcnetLinux: self = .arcnetLinux
    case .ipoib: self = .ipoib
    case .ieee80211: self = .ieee80211(alignment: 1)
    case .radiotap: self = .radiotap
    case .prism: self = .prism
    case .avs: self = .avs
    case .ppi: self = .ppi
    default: self = .none(.unknownLinkType)
    }
  }
}

/// Link-layer headers: each names what follows it; none has a length to be trusted.
extension HeaderWalk {
  @inline(__always)
  mutating func readEthernet(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 14 else { return .none(.truncated) }
    noteLink(header.bigEndian64(0), header.bigEndian32(8))
    skip(14)
    let type = header.bigEndian16(12)
    return type < EtherType.lowest ? .llc : .etherType(type)
  }

  /// IEEE 802.1Q and 802.1ad: after the EtherType, two octets of tag and the next EtherType.
  mutating func readVLAN(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 4 else { return .none(.truncated) }
    // The id 0 is no VLAN: the tag carries a priority only.
    if vlan == 0 { vlan = header.bigEndian16(0) & 0x0FFF }
    return readTag(header, length: 2)
  }

  /// A tag of so many octets, then the next EtherType.
  private mutating func readTag(_ header: Span<UInt8>, length: Int) -> NextHeader {
    guard header.count >= length + 2 else { return .none(.truncated) }
    skip(length + 2)
    let type = header.bigEndian16(length)
    return type < EtherType.lowest ? .llc : .etherType(type)
  }

  /// A tag of so many octets, then the frame that it was put on, whole.
  private mutating func passEncapsulation(length: Int) -> NextHeader {
    skip(length)
    return .ethernet
  }

  /// IP straight on LLC (RFC 948) or in SNAP (RFC 1042).
  mutating func readLLC(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 3 else { return .none(.truncated) }
    let unnumberedInformation: UInt8 = 0x03
    guard header[2] == unnumberedInformation else { return otherThanIP }
    switch header[0] {
    case 0x06:
      skip(3)
      return .ipv4
    case 0xAA:
      guard header.count >= 8 else { return .none(.truncated) }
      let organization = header.bigEndian32(2) & 0x00FF_FFFF
      guard organization == 0 else { return otherThanIP }
      skip(8)
      return .etherType(header.bigEndian16(6))
    default:
      return otherThanIP
    }
  }

  /// LINKTYPE_LINUX_SLL: the protocol closes 16 octets.
  mutating func readLinuxCooked(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 16 else { return .none(.truncated) }
    noteLink(header.bigEndian64(6), header.bigEndian32(0))
    skip(16)
    return linuxProtocol(header.bigEndian16(14))
  }

  /// LINKTYPE_LINUX_SLL2: the protocol opens 20 octets.
  mutating func readLinuxCooked2(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 20 else { return .none(.truncated) }
    // The packet type goes where no interface index reaches; the ARPHRD type is the interface's.
    noteLink(header.bigEndian64(12), header.bigEndian32(4) ^ UInt32(header[10]) << 24)
    skip(20)
    return linuxProtocol(header.bigEndian16(0))
  }

  private func linuxProtocol(_ number: UInt16) -> NextHeader {
    let llc: UInt16 = 0x0004
    return number == llc ? .llc : .etherType(number)
  }

  /// LINKTYPE_NULL: an address family of 32 bits; families are small, so a large number is one in
  /// the other byte order.
  mutating func readNull(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 4 else { return .none(.truncated) }
    skip(4)
    let family = header.bigEndian32(0)
    return addressFamily(family > 0xFFFF ? family.byteSwapped : family)
  }

  /// LINKTYPE_LOOP.
  mutating func readLoop(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 4 else { return .none(.truncated) }
    skip(4)
    return addressFamily(header.bigEndian32(0))
  }

  /// AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD,
  /// 30 on Darwin. Some writers put an EtherType here.
  private func addressFamily(_ family: UInt32) -> NextHeader {
    switch family {
    case 2, UInt32(EtherType.ipv4): .ipv4
    case 10, 24, 28, 30, UInt32(EtherType.ipv6): .ipv6
    default: otherThanIP
    }
  }

  @inline(__always)
  mutating func readEtherType(_ type: UInt16, _ header: Span<UInt8>) -> NextHeader {
    switch type {
    case EtherType.ipv4: .ipv4
    case EtherType.ipv6: .ipv6
    case EtherType.vlan, EtherType.providerBridging, EtherType.qinq1, EtherType.qinq2,
      EtherType.qinq3:
      readVLAN(header)
    case EtherType.virtualInterface: readTag(header, length: 4)
    case EtherType.portExtension: readTag(header, length: 6)
    case EtherType.backboneService: passEncapsulation(length: 4)
    case EtherType.fabricPath: passEncapsulation(length: 2)
    case EtherType.mplsUnicast, EtherType.mplsMulticast: .mpls
    case EtherType.pppoeSession: .pppoe
    default: otherThanIP
    }
  }

  func readAnyIP(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 1 else { return .none(.truncated) }
    switch header[0] >> 4 {
    case 4: return .ipv4
    case 6: return .ipv6
    default: return otherThanIP
    }
  }
}

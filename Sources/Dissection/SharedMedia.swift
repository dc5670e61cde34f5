/// Media that many stations share, other than Ethernet and radio.
extension HeaderWalk {
  /// FDDI: frame control, two addresses, LLC in frames of that kind (ISO 9314-2).
  mutating func readFDDI(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 13 else { return .none(.truncated) }
    let classAndFormat: UInt8 = 0x70
    let llc: UInt8 = 0x50
    guard header[0] & classAndFormat == llc else { return otherThanIP }
    noteLink(header.bigEndian64(1), header.bigEndian32(9))
    skip(13)
    return .llc
  }

  /// LINKTYPE_ARCNET_LINUX: two addresses, an offset, the protocol; as of RFC 1201 a flag and a
  /// sequence number as well. Linux hands on what it has reassembled.
  mutating func readARCnet(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 5 else { return .none(.truncated) }
    let oldIP: UInt8 = 240  // RFC 1051
    let ip: UInt8 = 212  // RFC 1201
    let ipv6: UInt8 = 196  // RFC 2497
    let shortLength = 5
    let longLength = 8
    noteLink(0, header.bigEndian32(0) >> 16)
    switch header[4] {
    case oldIP:
      skip(shortLength)
      return .ipv4
    case ip:
      skip(longLength)
      return .ipv4
    case ipv6:
      skip(longLength)
      return .ipv6
    default:
      return otherThanIP
    }
  }

  /// LINKTYPE_IPOIB: 40 octets of global routing header, which Linux may leave empty, then IP over
  /// InfiniBand's own: an EtherType and two reserved octets (RFC 4391 section 6).
  mutating func readIPoIB(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 44 else { return .none(.truncated) }
    skip(44)
    return .etherType(header.bigEndian16(40))
  }
}

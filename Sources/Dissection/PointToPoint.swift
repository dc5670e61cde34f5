/// PPP protocol numbers that lead on (IANA, PPP DLL Protocol Numbers).
private enum PPPProtocol {
  static let ipv4: UInt16 = 0x0021
  static let ipv6: UInt16 = 0x0057
  static let mplsUnicast: UInt16 = 0x0281
  static let mplsMulticast: UInt16 = 0x0283
}

/// Links between two stations, and the labels that such links often carry.
extension HeaderWalk {
  /// LINKTYPE_PPP and LINKTYPE_PPP_HDLC: PPP in HDLC-like framing (RFC 1662), whose address and
  /// control may have been negotiated away (section 3.2), or Cisco's framing instead.
  mutating func readPPP(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 1 else { return .none(.truncated) }
    switch header[0] {
    case 0x0F, 0x8F: return .ciscoHDLC
    case 0xFF:
      skip(2)
      return .pppProtocol
    default: return .pppProtocol
    }
  }

  /// The protocol field of PPP: two octets, or one that is odd (RFC 1661 sections 2 and 6.5).
  mutating func readPPPProtocol(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 2 else { return .none(.truncated) }
    let isOneOctet = header[0] & 1 != 0
    skip(isOneOctet ? 1 : 2)
    switch isOneOctet ? UInt16(header[0]) : header.bigEndian16(0) {
    case PPPProtocol.ipv4: return .ipv4
    case PPPProtocol.ipv6: return .ipv6
    case PPPProtocol.mplsUnicast, PPPProtocol.mplsMulticast: return .mpls
    default: return otherThanIP
    }
  }

  /// Cisco HDLC (RFC 1547 section 4.3.1): address, control, an EtherType.
  mutating func readCiscoHDLC(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 4 else { return .none(.truncated) }
    skip(4)
    return .etherType(header.bigEndian16(2))
  }

  /// PPP over Ethernet (RFC 2516 section 4): version and type, a code, the session, a length.
  mutating func readPPPoE(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 6 else { return .none(.truncated) }
    let sessionOfVersion1: UInt16 = 0x1100
    guard header.bigEndian16(0) == sessionOfVersion1 else { return otherThanIP }
    skip(6)
    return .pppProtocol
  }

  /// A stack of MPLS labels (RFC 3032 section 2.1). The last one does not tell what follows: IP
  /// shows in its version, which nothing else there may look like (RFC 4928 section 3).
  mutating func readMPLS(_ header: Span<UInt8>) -> NextHeader {
    let bottomOfStack: UInt8 = 0x01
    var length = 0
    repeat {
      length += 4
      guard header.count >= length else { return .none(.truncated) }
    } while header[length - 2] & bottomOfStack == 0
    skip(length)
    return .anyIP
  }
}

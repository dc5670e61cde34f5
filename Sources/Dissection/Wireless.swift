/// IEEE 802.11, and what capturing systems put in front of it.
extension HeaderWalk {
  /// Data frames (IEEE 802.11-2020 section 9.3.2) in the clear; the bits are as on the wire, in
  /// octet order.
  ///
  /// Of several datagrams in one frame (an A-MSDU), the first is read.
  mutating func readIEEE80211(_ header: Span<UInt8>, alignment: Int) -> NextHeader {
    guard header.count >= 2 else { return .none(.truncated) }
    let (control, flags) = (header[0], header[1])
    let versionAndType: UInt8 = 0x0F
    let data: UInt8 = 0x08
    let withoutData: UInt8 = 0x40
    let protected: UInt8 = 0x40
    guard control & versionAndType == data, control & withoutData == 0, flags & protected == 0
    else { return otherThanIP }

    guard header.count >= 24 else { return .none(.truncated) }
    let betweenAccessPoints: UInt8 = 0x03
    let moreFragments: UInt8 = 0x04
    let hasHTControl: UInt8 = 0x80
    let isQoS = control & 0x80 != 0
    noteLink(header.bigEndian64(4), header.bigEndian32(12))
    let fragmentNumber = header[22] & 0x0F
    guard flags & moreFragments == 0, fragmentNumber == 0 else { return .none(.fragment) }
    var length = flags & betweenAccessPoints == betweenAccessPoints ? 30 : 24
    var isAggregate = false
    if isQoS {
      guard header.count > length else { return .none(.truncated) }
      isAggregate = header[length] & 0x80 != 0
      length += flags & hasHTControl != 0 ? 6 : 2
    }
    skip((length + alignment - 1) / alignment * alignment)
    // The header of an A-MSDU's part: two addresses and a length.
    if isAggregate { skip(14) }
    return .llc
  }

  /// Radiotap (radiotap.org): a length, and fields of which one matters here.
  mutating func readRadiotap(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 8 else { return .none(.truncated) }
    let length = Int(header.bigEndian16(2).byteSwapped)
    guard length >= 8 else { return .none(.malformed) }
    let padded: UInt8 = 0x20
    let flags = radiotapFlags(header.extracting(first: length))
    skip(length)
    return .ieee80211(alignment: flags & padded != 0 ? 4 : 1)
  }

  /// Radiotap's flags field. It stands behind all words that say which fields are present, and
  /// behind the 64-bit timer where there is one: fields are aligned to their size.
  private func radiotapFlags(_ header: Span<UInt8>) -> UInt8 {
    let another: UInt8 = 0x80
    var offset = 4
    repeat {
      offset += 4
      guard offset <= header.count else { return 0 }
    } while header[offset - 1] & another != 0
    let present = header[4]
    let timer: UInt8 = 0x01
    let flags: UInt8 = 0x02
    guard present & flags != 0 else { return 0 }
    if present & timer != 0 { offset = (offset + 7) / 8 * 8 + 8 }
    return offset < header.count ? header[offset] : 0
  }

  /// LINKTYPE_IEEE802_11_PRISM: 144 octets; some drivers put AVS's header under this type.
  mutating func readPrism(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 4 else { return .none(.truncated) }
    let avs: UInt32 = 0x8021_1000
    if header.bigEndian32(0) & 0xFFFF_F000 == avs { return .avs }
    skip(144)
    return .ieee80211(alignment: 1)
  }

  /// LINKTYPE_IEEE802_11_AVS: version, length.
  mutating func readAVS(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 8 else { return .none(.truncated) }
    let length = header.bigEndian32(4)
    guard length >= 8 else { return .none(.malformed) }
    skip(Int(length))
    return .ieee80211(alignment: 1)
  }

  /// LINKTYPE_PPI, the Per-Packet Information header: version, flags, a length and the link type
  /// of what follows.
  mutating func readPPI(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= 8 else { return .none(.truncated) }
    let length = Int(header.bigEndian16(2).byteSwapped)
    guard length >= 8 else { return .none(.malformed) }
    skip(length)
    guard let linkType = UInt16(exactly: header.bigEndian32(4).byteSwapped) else {
      return .none(.unknownLinkType)
    }
    return NextHeader(linkType: LinkType(linkType))
  }
}

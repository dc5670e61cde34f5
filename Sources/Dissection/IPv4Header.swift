/// IPv4 (RFC 791 section 3.1).
@usableFromInline
enum IPv4 {
  @inlinable static var minimumLength: Int { 20 }
  /// More fragments, and the fragment offset: both zero in a whole datagram.
  @inlinable static var fragmentMask: UInt16 { 0x3FFF }

  /// The end of a source route that is not used up (RFC 791 section 3.1, options 131 and 137): the
  /// header's destination is then only the next hop, and TCP's other end is the last address.
  static func routedDestination(_ header: Span<UInt8>) -> UInt32? {
    let end = min(Int(header[0] & 0x0F) &* 4, header.count)
    var at = minimumLength
    while at < end, header[at] != 0 {
      if header[at] == 1 {
        at += 1
        continue
      }
      guard at + 1 < end else { return nil }
      let length = Int(header[at + 1])
      guard length >= 2, at + length <= end else { return nil }
      if header[at] == 131 || header[at] == 137 {
        // Pointer, then addresses of four octets.
        let isOpen = length >= 7 && Int(header[at + 2]) <= length - 3
        return isOpen ? header.bigEndian32(at + length - 4) : nil
      }
      at += length
    }
    return nil
  }
}

extension HeaderWalk {
  @inline(__always)
  mutating func readIPv4(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= IPv4.minimumLength else { return .none(.truncated) }
    let versionAndLength = header[0]
    let headerLength = Int(versionAndLength & 0x0F) &* 4
    guard versionAndLength >> 4 == 4, headerLength >= IPv4.minimumLength else {
      return .none(.malformed)
    }
    let totalLength = Int(header.bigEndian16(2))
    // Segmentation offload: the length is not yet filled in, or does not fit 16 bits.
    let length = totalLength == 0 ? wireLength : totalLength
    guard length >= headerLength else { return .none(.malformed) }

    internetOffset = offset
    // Not the smaller of this and the frame's length: a savefile may have been cut without saying
    // so, and the sequence numbers that follow bear the header out.
    wireLength = length
    skip(headerLength)
    guard header.bigEndian16(6) & IPv4.fragmentMask == 0 else { return .none(.fragment) }
    return .ipProtocol(header[9])
  }
}

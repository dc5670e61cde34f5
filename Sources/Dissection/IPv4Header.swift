/// IPv4 (RFC 791 section 3.1).
enum IPv4 {
  static let minimumLength = 20
  /// More fragments, and the fragment offset: both zero in a whole datagram.
  static let fragmentMask: UInt16 = 0x3FFF
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

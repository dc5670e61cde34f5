/// What `Segment.linkFingerprint` is made of.
extension Segment {
  /// Digests up to 12 octets of a link-layer header into 16 bits.
  ///
  /// Multiplied, not folded: stations of one maker have neighbouring addresses, and an exclusive
  /// or of those comes out alike too often.
  @inlinable
  @inline(__always)
  static func fingerprint(_ high: UInt64, _ low: UInt32) -> UInt16 {
    let mixed = (high &* 0x9E37_79B9_7F4A_7C15) ^ (UInt64(low) &* 0xC2B2_AE3D_27D4_EB4F)
    return UInt16(truncatingIfNeeded: mixed >> 48)
  }

}

extension HeaderWalk {
  /// Keeps the digest of the outermost link-layer header: one within a tunnel stays the same from
  /// link to link.
  @inline(__always)
  mutating func noteLink(_ high: UInt64, _ low: UInt32) {
    if tunnels == 0, linkFingerprint == 0 { linkFingerprint = Segment.fingerprint(high, low) }
  }
}

/// Numbers in network order.
///
/// Every use stands behind one check of `count` against a constant, so the optimizer drops the
/// bounds check of each byte and merges the bytes into one load.
extension Span where Element == UInt8 {
  @inlinable
  @inline(__always)
  func bigEndian16(_ offset: Int) -> UInt16 {
    UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
  }

  @inlinable
  @inline(__always)
  func bigEndian32(_ offset: Int) -> UInt32 {
    UInt32(self[offset]) << 24 | UInt32(self[offset + 1]) << 16
      | UInt32(self[offset + 2]) << 8 | UInt32(self[offset + 3])
  }

  @inlinable
  @inline(__always)
  func bigEndian64(_ offset: Int) -> UInt64 {
    UInt64(bigEndian32(offset)) << 32 | UInt64(bigEndian32(offset + 4))
  }
}

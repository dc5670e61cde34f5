/// Numbers in the kernel's own byte order, and in network order.
///
/// Every use stands behind one check of `count`.
extension Span where Element == UInt8 {
  @inline(__always)
  func native16(_ offset: Int) -> UInt16 {
    UInt16(littleEndian: UInt16(self[offset]) | UInt16(self[offset + 1]) << 8)
  }

  @inline(__always)
  func native32(_ offset: Int) -> UInt32 {
    let low = UInt32(self[offset]) | UInt32(self[offset + 1]) << 8
    let high = UInt32(self[offset + 2]) | UInt32(self[offset + 3]) << 8
    return UInt32(littleEndian: low | high << 16)
  }

  @inline(__always)
  func native64(_ offset: Int) -> UInt64 {
    var value: UInt64 = 0
    for place in 0..<8 { value |= UInt64(self[offset + place]) << UInt64(8 * place) }
    return UInt64(littleEndian: value)
  }

  @inline(__always)
  func network16(_ offset: Int) -> UInt16 {
    UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
  }

  @inline(__always)
  func network64(_ offset: Int) -> UInt64 {
    var value: UInt64 = 0
    for place in 0..<8 { value = value << 8 | UInt64(self[offset + place]) }
    return value
  }
}

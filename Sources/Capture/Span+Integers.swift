/// The byte order of a savefile or of a pcapng section.
enum ByteOrder: Sendable {
  case littleEndian, bigEndian
}

// Offsets are checked by the caller, once for a whole header (`extracting`): with a constant
// offset the optimizer then drops the checks and joins the loads.
extension Span where Element == UInt8 {
  @inline(__always)
  func uint16(at offset: Int, _ order: ByteOrder) -> UInt16 {
    let value = UInt16(self[offset]) | UInt16(self[offset + 1]) << 8
    switch order {
    case .littleEndian: return value
    case .bigEndian: return value.byteSwapped
    }
  }

  @inline(__always)
  func uint32(at offset: Int, _ order: ByteOrder) -> UInt32 {
    let low = UInt32(self[offset]) | UInt32(self[offset + 1]) << 8
    let value = low | UInt32(self[offset + 2]) << 16 | UInt32(self[offset + 3]) << 24
    switch order {
    case .littleEndian: return value
    case .bigEndian: return value.byteSwapped
    }
  }

  /// For a sentence: up to `limit` bytes in hexadecimal, apart by spaces.
  func hexadecimal(limit: Int) -> String {
    var text = ""
    for index in 0..<Swift.min(count, limit) {
      if index > 0 { text += " " }
      if self[index] < 16 { text += "0" }
      text += String(self[index], radix: 16)
    }
    return text
  }
}

/// For a sentence: eight hexadecimal digits.
func hexadecimal(_ value: UInt32) -> String {
  let digits = String(value, radix: 16)
  return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
}

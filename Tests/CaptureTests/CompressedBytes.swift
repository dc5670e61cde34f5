/// Compressed streams put together without a compressor: what is stored is stored as it is.
enum CompressedBytes {
  /// One gzip member (RFC 1952) of stored deflate blocks (RFC 1951, section 3.2.4).
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var member: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
      let length = min(65535, bytes.count - start)
      let isLast = start + length == bytes.count
      member += [isLast ? 1 : 0]
      member += little(UInt32(length) | UInt32(~UInt16(length)) << 16)
      member += bytes[start..<(start + length)]
      start += length
    } while start < bytes.count
    return member + little(checksum(bytes)) + little(UInt32(truncatingIfNeeded: bytes.count))
  }

  /// One zstd frame (RFC 8878) of raw blocks, a single segment of stated size.
  static func zstd(_ bytes: [UInt8]) -> [UInt8] {
    // Single segment, content size in four bytes, no checksum.
    var frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0xa0] + little(UInt32(bytes.count))
    var start = 0
    repeat {
      let length = min(65536, bytes.count - start)
      let isLast = start + length == bytes.count
      frame += little(UInt32(length) << 3 | (isLast ? 1 : 0)).prefix(3)
      frame += bytes[start..<(start + length)]
      start += length
    } while start < bytes.count
    return frame
  }

  /// A skippable zstd frame.
  static func zstdSkippable(_ bytes: [UInt8]) -> [UInt8] {
    little(0x184d_2a53) + little(UInt32(bytes.count)) + bytes
  }

  private static func little(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
  }

  /// CRC-32 as gzip has it.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xedb8_8320 }
    }
    return ~sum
  }
}

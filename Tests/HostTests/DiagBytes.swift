@testable import Host

/// Messages of sock_diag, made by hand: the layout of include/uapi/linux/inet_diag.h.
enum DiagBytes {
  static func native(_ number: some FixedWidthInteger) -> [UInt8] {
    let number = number.littleEndian
    return (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// A message with its header, filled up to a multiple of four.
  static func message(_ type: UInt16, _ payload: [UInt8], flags: UInt16 = 0) -> [UInt8] {
    let length = 16 + payload.count
    return native(UInt32(length)) + native(type) + native(flags) + native(UInt32(7))
      + native(UInt32(99)) + payload
      + Array(repeating: 0, count: NetlinkReply.aligned(length) - length)
  }

  static let done = message(3, native(Int32(0)))

  static let version4: (source: [UInt8], destination: [UInt8]) = (
    [10, 9, 0, 1] + Array(repeating: 0, count: 12),
    [10, 9, 0, 2] + Array(repeating: 0, count: 12)
  )

  static let version6: (source: [UInt8], destination: [UInt8]) = (
    [0xFD, 9] + Array(repeating: 0, count: 13) + [1],
    [0xFD, 9] + Array(repeating: 0, count: 13) + [2]
  )

  /// ::ffff:10.9.0.1 and ::ffff:10.9.0.2.
  static let mapped: (source: [UInt8], destination: [UInt8]) = (
    Array(repeating: 0, count: 10) + [0xFF, 0xFF, 10, 9, 0, 1],
    Array(repeating: 0, count: 10) + [0xFF, 0xFF, 10, 9, 0, 2]
  )

  /// struct inet_diag_msg: port 8080 at port 40001, state as given, numbers all different.
  static func socket(
    family: UInt8, state: UInt8, timer: UInt8 = 3,
    _ ends: (source: [UInt8], destination: [UInt8]), attributes: [UInt8] = []
  ) -> [UInt8] {
    [family, state, timer, 2] + [0x1F, 0x90, 0x9C, 0x41] + ends.source + ends.destination
      + native(UInt32(5)) + native(UInt32(0x1122_3344)) + native(UInt32(0x5566_7788))
      + native(UInt32(60_000)) + native(UInt32(11)) + native(UInt32(12)) + native(UInt32(1000))
      + native(UInt32(4711)) + attributes
  }

  static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
    let length = 4 + value.count
    return native(UInt16(length)) + native(type) + value
      + Array(repeating: 0, count: NetlinkReply.aligned(length) - length)
  }
}

/// The fixed part of a TCP header (RFC 9293 section 3.1).
@usableFromInline
struct TCPHeader {
  @inlinable static var minimumLength: Int { 20 }
  /// Up to the end of the window. With that much captured a segment is told: tshark says so too,
  /// and the checksum and urgent pointer behind it are not used.
  static let neededLength = 16

  let sourcePort: UInt16
  let destinationPort: UInt16
  let sequenceNumber: UInt32
  let acknowledgmentNumber: UInt32
  /// Octets, options included.
  let length: Int
  let flags: TCPFlags
  let window: UInt16

  /// - Parameter bytes: at least `neededLength` of them.
  @inline(__always)
  init(_ bytes: Span<UInt8>) {
    sourcePort = bytes.bigEndian16(0)
    destinationPort = bytes.bigEndian16(2)
    sequenceNumber = bytes.bigEndian32(4)
    acknowledgmentNumber = bytes.bigEndian32(8)
    length = Int(bytes[12] >> 4) &* 4
    flags = TCPFlags(rawValue: bytes[13])
    window = bytes.bigEndian16(14)
  }
}

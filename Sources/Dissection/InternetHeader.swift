/// What a segment needs of the IP header in front of it, version 4 or 6.
struct InternetHeader {
  let source: IPAddress
  let destination: IPAddress
  /// 0 for IPv6.
  let identification: UInt16
  let hopLimit: UInt8

  /// - Parameter bytes: from an IP header that the walk has passed.
  @inline(__always)
  init(_ bytes: Span<UInt8>) {
    if bytes.count >= IPv6.length, bytes[0] >> 4 == 6 {
      source = IPAddress(version6High: bytes.bigEndian64(8), low: bytes.bigEndian64(16))
      destination = IPAddress(version6High: bytes.bigEndian64(24), low: bytes.bigEndian64(32))
      identification = 0
      hopLimit = bytes[7]
    } else {
      precondition(bytes.count >= IPv4.minimumLength)
      source = IPAddress(version4: bytes.bigEndian32(12))
      // Without options, as nearly always, there is nothing to look for.
      let route = bytes[0] == 0x45 ? nil : IPv4.routedDestination(bytes)
      destination = IPAddress(version4: route ?? bytes.bigEndian32(16))
      identification = bytes.bigEndian16(4)
      hopLimit = bytes[8]
    }
  }
}

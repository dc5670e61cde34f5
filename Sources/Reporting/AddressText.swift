import Dissection

extension OutputBuffer {
  /// An address as RFC 5952 section 4 writes it; IPv4 in dotted decimal.
  public mutating func append(_ address: IPAddress) {
    if let version4 = address.version4 {
      appendDotted(version4)
      return
    }
    let groups = address.groups
    let zeros = IPAddress.longestZeroRun(groups)
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound, !zeros.isEmpty {
        append("::")
        index = zeros.upperBound
        continue
      }
      if index > 0, index != zeros.upperBound || zeros.isEmpty { append(UInt8(ascii: ":")) }
      append(String(groups[index], radix: 16))
      index += 1
    }
  }

  /// `address:port`, an IPv6 address in brackets (RFC 5952 section 6).
  public mutating func append(_ socket: SocketAddress) {
    if socket.address.version4 != nil {
      append(socket.address)
    } else {
      append(UInt8(ascii: "["))
      append(socket.address)
      append(UInt8(ascii: "]"))
    }
    append(UInt8(ascii: ":"))
    appendDecimal(UInt64(socket.port))
  }

  private mutating func appendDotted(_ address: UInt32) {
    appendDecimal(UInt64(address >> 24))
    for shift: UInt32 in [16, 8, 0] {
      append(UInt8(ascii: "."))
      appendDecimal(UInt64(address >> shift & 0xFF))
    }
  }
}

extension IPAddress {
  /// As RFC 5952 writes it.
  public var text: String {
    var buffer = OutputBuffer()
    buffer.append(self)
    return buffer.text
  }

  fileprivate var groups: [UInt16] {
    [high, low].flatMap { half in
      [48, 32, 16, 0].map { UInt16(truncatingIfNeeded: half >> UInt64($0)) }
    }
  }

  /// The first longest run of at least two zero groups (RFC 5952 sections 4.2.2 and 4.2.3), or an
  /// empty range.
  fileprivate static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
    var best = 0..<0
    var start = 0
    for index in 0...groups.count where index == groups.count || groups[index] != 0 {
      if index - start > max(best.count, 1) { best = start..<index }
      start = index + 1
    }
    return best
  }
}

extension SocketAddress {
  /// `address:port`, an IPv6 address in brackets.
  public var text: String {
    var buffer = OutputBuffer()
    buffer.append(self)
    return buffer.text
  }
}

import Dissection

extension OutputBuffer {
  /// An address as RFC 5952 section 4 writes it; IPv4 in dotted decimal.
  public mutating func append(_ address: IPAddress) {
    if let version4 = address.version4 {
      appendDotted(version4)
      return
    }
    let zeros = address.longestZeroRun
    var index = 0
    while index < 8 {
      if index == zeros.lowerBound, !zeros.isEmpty {
        append("::")
        index = zeros.upperBound
        continue
      }
      if index > 0, index != zeros.upperBound || zeros.isEmpty { append(UInt8(ascii: ":")) }
      appendHexadecimal(address.group(index))
      index += 1
    }
  }

  private mutating func appendHexadecimal(_ group: UInt16) {
    var rest = UInt64(group)
    var (text, count) = (UInt64(0), 0)
    repeat {
      let digit = rest & 0xF
      let letter = digit < 10 ? UInt64(UInt8(ascii: "0")) : UInt64(UInt8(ascii: "a")) - 10
      text = text << 8 | (letter + digit)
      rest >>= 4
      count += 1
    } while rest > 0
    append(word: text, count: count)
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
    for shift: UInt32 in [24, 16, 8] {
      append(octet: address >> shift & 0xFF, before: UInt8(ascii: "."))
    }
    append(octet: address & 0xFF, before: nil)
  }

  @inline(__always)
  private mutating func append(octet: UInt32, before last: UInt8?) {
    let digits = EightDigits(octet)
    let text = digits.text >> UInt64((8 - digits.significant) * 8)
    guard let last else { return append(word: text, count: digits.significant) }
    append(
      word: text | UInt64(last) << UInt64(digits.significant * 8),
      count: digits.significant + 1)
  }
}

extension IPAddress {
  /// As RFC 5952 writes it.
  public var text: String {
    var buffer = OutputBuffer()
    buffer.append(self)
    return buffer.text
  }

  /// The sixteen bits of one of the eight groups.
  fileprivate func group(_ index: Int) -> UInt16 {
    let half = index < 4 ? high : low
    return UInt16(truncatingIfNeeded: half >> UInt64(48 - index % 4 * 16))
  }

  /// The first longest run of at least two zero groups (RFC 5952 sections 4.2.2 and 4.2.3), or an
  /// empty range.
  fileprivate var longestZeroRun: Range<Int> {
    var best = 0..<0
    var start = 0
    for index in 0...8 where index == 8 || group(index) != 0 {
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

import Dissection

extension IPAddress {
  /// An address as people type it: dotted decimal, or any form of RFC 4291 section 2.2; brackets
  /// around an IPv6 address are accepted.
  public init?(_ text: some StringProtocol) {
    if let version4 = Self.version4(text) {
      self.init(version4: version4)
      return
    }
    var inner = Substring(text)
    if inner.hasPrefix("["), inner.hasSuffix("]") { inner = inner.dropFirst().dropLast() }
    guard let groups = Self.version6(inner) else { return nil }
    let halves = groups.map(UInt64.init)
    self.init(
      version6High: halves[..<4].reduce(0) { $0 << 16 | $1 },
      low: halves[4...].reduce(0) { $0 << 16 | $1 })
  }

  private static func version4(_ text: some StringProtocol) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt32 = 0
    for part in parts {
      guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(\.isDigit),
        let octet = UInt8(part)
      else { return nil }
      address = address << 8 | UInt32(octet)
    }
    return address
  }

  /// The eight groups.
  private static func version6(_ text: Substring) -> [UInt16]? {
    guard let gap = text.firstRange(of: "::") else {
      return groups(text, isLast: true).flatMap { $0.count == 8 ? $0 : nil }
    }
    guard let head = groups(text[..<gap.lowerBound], isLast: false),
      let tail = groups(text[gap.upperBound...], isLast: true),
      head.count + tail.count <= 7
    else { return nil }
    return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
  }

  /// Groups between colons; where they end the address, the last can be an IPv4 address.
  private static func groups(_ text: Substring, isLast: Bool) -> [UInt16]? {
    if text.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if isLast, index == parts.count - 1, let version4 = version4(part) {
        groups += [UInt16(version4 >> 16), UInt16(truncatingIfNeeded: version4)]
      } else {
        guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(\.isHexDigit),
          let group = UInt16(part, radix: 16)
        else { return nil }
        groups.append(group)
      }
    }
    return groups
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool {
    isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self | 0x20)
  }
}

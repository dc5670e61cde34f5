import Dissection

/// Addresses in tests are written as users write them: `"10.0.0.1:80"`, `"[2001:db8::1]:80"`.
///
/// A literal that is no address is a mistake in the test, and traps.
extension SocketAddress: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[colon...].dropFirst()) else {
      preconditionFailure("no socket address: \(text)")
    }
    let host = text[..<colon].filter { $0 != "[" && $0 != "]" }
    self.init(address: IPAddress(stringLiteral: host), port: port)
  }
}

/// `"10.0.0.1"` or `"2001:db8::1"`; dotted quads within IPv6 are not understood.
extension IPAddress: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) {
    if text.contains(":") {
      let (high, low) = Self.version6(text)
      self.init(version6High: high, low: low)
    } else {
      self.init(version4: Self.version4(text))
    }
  }

  private static func version4(_ text: String) -> UInt32 {
    let octets = text.split(separator: ".").compactMap { UInt8($0) }
    precondition(octets.count == 4, "no IPv4 address: \(text)")
    return octets.reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func version6(_ text: String) -> (UInt64, UInt64) {
    var head: [UInt16] = []
    var tail: [UInt16] = []
    var pastGap = false
    for group in text.split(separator: ":", omittingEmptySubsequences: false) {
      if group.isEmpty {
        pastGap = true
        continue
      }
      guard let value = UInt16(group, radix: 16) else {
        preconditionFailure("no IPv6 address: \(text)")
      }
      if pastGap { tail.append(value) } else { head.append(value) }
    }
    let missing = 8 - head.count - tail.count
    precondition(pastGap ? missing > 0 : missing == 0, "no IPv6 address: \(text)")
    let groups = head + Array(repeating: 0, count: missing) + tail
    func join(_ part: ArraySlice<UInt16>) -> UInt64 { part.reduce(0) { $0 << 16 | UInt64($1) } }
    return (join(groups[..<4]), join(groups[4...]))
  }
}

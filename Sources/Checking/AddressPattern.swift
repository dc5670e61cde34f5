import Dissection
import Reporting

/// An address, or a network of them (RFC 4632 section 3.1, RFC 4291 section 2.3).
public struct NetworkPattern: Equatable, Sendable {
  let address: IPAddress
  /// Leading bits that must agree, of 128.
  let bits: Int
  public let text: String

  /// `10.0.0.5`, `10.0.0.0/8`, `2001:db8::/32`.
  public init?(_ text: some StringProtocol) {
    self.text = String(text)
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(first) else { return nil }
    self.address = address
    guard parts.count == 2 else {
      bits = 128
      return
    }
    let width = address.version4 == nil ? 128 : 32
    guard !parts[1].isEmpty, parts[1].utf8.allSatisfy(\.isDigit), let prefix = Int(parts[1]),
      prefix <= width
    else { return nil }
    bits = 128 - width + prefix
  }

  func contains(_ other: IPAddress) -> Bool {
    let high = bits >= 64 ? UInt64.max : ~(UInt64.max >> UInt64(bits))
    let low = bits >= 128 ? UInt64.max : bits <= 64 ? 0 : ~(UInt64.max >> UInt64(bits - 64))
    // A network of all IPv6 addresses does not hold the place where IPv4 addresses are kept.
    return (address.version4 == nil) == (other.version4 == nil)
      && (address.high ^ other.high) & high == 0 && (address.low ^ other.low) & low == 0
  }
}

/// A port, or a range of them.
public struct PortPattern: Equatable, Sendable {
  let ports: ClosedRange<UInt16>
  public let text: String

  /// `8080`, `8000-8099`.
  public init?(_ text: some StringProtocol) {
    self.text = String(text)
    let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      !part.isEmpty && part.utf8.allSatisfy(\.isDigit) ? UInt16(part) : nil
    }
    guard numbers.count == parts.count, let first = numbers.first, let last = numbers.last,
      first <= last
    else { return nil }
    ports = first...last
  }

  func contains(_ port: UInt16) -> Bool { ports.contains(port) }
}

/// One end of connections: an address or network, a port, or both.
public struct SocketPattern: Equatable, Sendable {
  let network: NetworkPattern?
  let port: PortPattern?
  public let text: String

  /// `:8080`, `8080`, `10.0.0.5`, `10.0.0.0/8:5432`, `[2001:db8::/32]:443`.
  public init?(_ text: some StringProtocol) {
    let (address, port) = Self.parts(String(text))
    self.network = address.flatMap { NetworkPattern($0) }
    self.port = port.flatMap { PortPattern($0) }
    guard (network == nil) == (address == nil), (self.port == nil) == (port == nil) else {
      return nil
    }
    self.text = address == nil ? ":\(port ?? "")" : String(text)
  }

  func contains(_ socket: SocketAddress) -> Bool {
    (network?.contains(socket.address) ?? true) && (port?.contains(socket.port) ?? true)
  }

  /// What stands in front of the port's colon, and behind it.
  private static func parts(_ text: String) -> (address: Substring?, port: Substring?) {
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { return (text[...], nil) }
      let address = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return (text[...], nil) }
      return (address, rest.isEmpty ? nil : rest.dropFirst())
    }
    if PortPattern(text) != nil { return (nil, text[...]) }
    let colons = text.count { $0 == ":" }
    guard colons == 1, let colon = text.firstIndex(of: ":") else { return (text[...], nil) }
    let address = text[..<colon]
    return (address.isEmpty ? nil : address, text[text.index(after: colon)...])
  }
}

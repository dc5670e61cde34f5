import Dissection

/// Addresses for addresses, chosen by a key: two that share their first n bits get two that share
/// theirs, and no more can be said of them without the key.
///
/// The construction is that of Crypto-PAn (Xu, Fan, Ammar and Moon, 2002), with SipHash in place of
/// AES: whether a bit turns depends on the key and on the bits in front of it. Every address has
/// one pseudonym, and two addresses never have the same.
///
/// Whoever knows what some of the addresses were learns as much of those that share their prefixes:
/// that is the price of kept prefixes.
public struct Pseudonyms {
  private let hash: SipHash
  private let ports: PortPseudonyms?
  private var known: [Address: Address] = [:]

  private enum Address: Hashable {
    case link(UInt64)
    case version4(UInt32)
    case version6(UInt64, UInt64)
  }

  /// - Parameters:
  ///   - key: any text; as good as it is hard to guess.
  ///   - keptPorts: nil: ports stay as they are; else all but these are replaced as well.
  public init(key: String, keptPorts: Set<UInt16>? = nil) {
    let text = Array(key.utf8)
    // Two halves of a key from a text of any length.
    let halves = (0..<2).map { SipHash(UInt64($0), 0x6669_6e77_6169_7400).digest(text) }
    hash = SipHash(halves[0], halves[1])
    ports = keptPorts.map { PortPseudonyms(hash: SipHash(halves[1], halves[0]), kept: $0) }
  }

  public mutating func pseudonym(of address: IPAddress) -> IPAddress {
    if let version4 = address.version4 {
      return IPAddress(version4: pseudonym(ofVersion4: version4))
    }
    let (high, low) = pseudonym(ofVersion6: address.high, address.low)
    return IPAddress(version6High: high, low: low)
  }

  public mutating func pseudonym(of end: SocketAddress) -> SocketAddress {
    SocketAddress(address: pseudonym(of: end.address), port: pseudonym(ofPort: end.port))
  }

  func pseudonym(ofPort port: UInt16) -> UInt16 { ports?.pseudonym(of: port) ?? port }

  /// Its class stays, so that no host becomes a multicast group; 0.0.0.0 is no address.
  mutating func pseudonym(ofVersion4 address: UInt32) -> UInt32 {
    if address == 0 { return 0 }
    if case .version4(let known) = known[.version4(address)] { return known }
    let leadingOnes = (~address).leadingZeroBitCount
    let bits = turned(UInt64(address), count: 32, tag: 4, kept: min(leadingOnes + 1, 4))
    let pseudonym = UInt32(truncatingIfNeeded: bits)
    known[.version4(address)] = .version4(pseudonym)
    return pseudonym
  }

  /// The first octet stays: it tells multicast and link-local addresses from others.
  mutating func pseudonym(ofVersion6 high: UInt64, _ low: UInt64) -> (UInt64, UInt64) {
    if high == 0, low == 0 { return (0, 0) }
    if case .version6(let high, let low) = known[.version6(high, low)] { return (high, low) }
    let first = turned(high, count: 64, tag: 6, kept: 8)
    let second = turned(low, count: 64, tag: 7, behind: high, kept: 0)
    known[.version6(high, low)] = .version6(first, second)
    return (first, second)
  }

  /// The bits of groups and of local administration stay; all zeros, as on a loopback, are none.
  mutating func pseudonym(ofLink address: UInt64) -> UInt64 {
    if address == 0 || address == 0xFFFF_FFFF_FFFF { return address }
    if case .link(let known) = known[.link(address)] { return known }
    let special: UInt64 = 0x0300_0000_0000
    let bits = turned(address & ~special, count: 48, tag: 2, kept: 0)
    let pseudonym = bits & ~special | address & special
    known[.link(address)] = .link(pseudonym)
    return pseudonym
  }

  /// Turns each bit or not, as the key says for what is in front of it.
  ///
  /// - Parameters:
  ///   - tag: tells kinds of addresses apart.
  ///   - behind: further bits in front.
  ///   - kept: bits at the beginning that stay.
  private func turned(
    _ value: UInt64, count: Int, tag: UInt8, behind: UInt64 = 0, kept: Int
  ) -> UInt64 {
    var result = value
    for index in kept..<count {
      let place = UInt64(count - 1 - index)
      let front = index == 0 ? 0 : value >> (place + 1)
      let message = [tag, UInt8(index)] + front.octets + behind.octets
      result ^= (hash.digest(message) & 1) << place
    }
    return result
  }
}

extension UInt64 {
  fileprivate var octets: [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
  }
}

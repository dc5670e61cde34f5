/// Where in a frame the headers end that lead to a TCP segment or to one quoted by an ICMP error,
/// and what of them tells who speaks.
public struct FrameAnatomy: Sendable {
  /// A place in the headers that tells of a host, or that nobody can say does not.
  public enum Field: Equatable, Sendable {
    /// Six octets.
    case linkAddress(Int)
    /// Four octets.
    case version4(Int)
    /// Sixteen octets.
    case version6(Int)
    /// Two octets: a TCP port, or the source port of a UDP tunnel.
    case port(Int)
    /// Octets that no field is known in, or none that could be replaced by another.
    case opaque(Range<Int>)
  }

  /// An Internet checksum (RFC 1071) over octets that are all in the frame.
  public struct Checksum: Equatable, Sendable {
    public let offset: Int
    public let covered: [Range<Int>]
  }

  /// In the order of the frame.
  public internal(set) var fields: [Field] = []
  /// Those over headers alone, and so not over anything that is cut.
  public internal(set) var checksums: [Checksum] = []
  /// Octets up to the end of the TCP header, as far as captured.
  public internal(set) var headerLength = 0

  /// - Returns: nil of a frame that the dissector takes for neither.
  public init?(_ bytes: Span<UInt8>, linkType: LinkType, originalLength: UInt32) {
    var walk = HeaderWalk(wireLength: max(Int(originalLength), bytes.count))
    let isSegment = pass(bytes, from: NextHeader(linkType: linkType), &walk, base: 0)
    if isSegment {
      guard bytes.count - walk.offset >= TCPHeader.neededLength else { return nil }
      takeTCP(bytes, walk, base: 0)
      return
    }
    guard let version = walk.icmp,
      ICMPError(bytes, walk, frame: 0, time: Timestamp(nanoseconds: 0)) != nil
    else { return nil }
    let start = walk.offset + ICMPVersion.headerLength
    let quote = bytes.extracting(droppingFirst: start)
    var quoted = HeaderWalk(wireLength: quote.count)
    guard pass(quote, from: version.quoted, &quoted, base: start) else { return nil }
    takeTCP(quote, quoted, base: start)
    guard headerLength == bytes.count else { return }
    let message = walk.offset..<bytes.count
    let ip = walk.internetOffset
    switch version {
    case .version4: checksums.append(Checksum(offset: walk.offset + 2, covered: [message]))
    case .version6:
      checksums.append(Checksum(offset: walk.offset + 2, covered: [ip + 8..<ip + 40, message]))
    }
  }

  /// Passes the headers in front of TCP's, and takes what each holds.
  ///
  /// - Parameter base: where `bytes` begins in the frame.
  /// - Returns: whether TCP is next.
  private mutating func pass(
    _ bytes: Span<UInt8>, from first: NextHeader, _ walk: inout HeaderWalk, base: Int
  ) -> Bool {
    var next = first
    while !next.isEnd {
      let header = next
      // A header may claim to go on behind what was captured.
      let start = min(walk.offset, bytes.count)
      next = walk.read(header, bytes)
      take(header, bytes, start..<min(walk.offset, bytes.count), base: base)
    }
    if case .ipProtocol(IPProtocol.tcp) = next { return true }
    return false
  }

  private mutating func take(
    _ header: NextHeader, _ bytes: Span<UInt8>, _ place: Range<Int>, base: Int
  ) {
    if place.isEmpty { return }
    let octets = bytes.extracting(place)
    let start = base + place.lowerBound
    switch header {
    case .ipv4: takeIPv4(octets, at: start)
    case .ipv6:
      fields += [.version6(start + 8), .version6(start + 24)]
    case .ipProtocol(let number): takeIPProtocol(number, octets, at: start)
    case .ethernet, .linuxCooked, .linuxCooked2, .null, .loop, .llc, .ppp, .pppProtocol,
      .ciscoHDLC, .pppoe, .mpls, .fddi, .arcnetLinux, .ipoib, .ieee80211, .radiotap, .prism,
      .avs, .ppi, .anyIP, .etherType, .none:
      takeLink(header, octets, at: start)
    }
  }

  mutating func takeOpaque(_ range: Range<Int>) {
    if !range.isEmpty { fields.append(.opaque(range)) }
  }
}

import Dissection
import TestSupport
import Testing

/// Two captures of one packet on different links differ in the fingerprint, and nothing else does.
struct LinkFingerprintTests {
  private func fingerprint(
    _ header: [UInt8], as linkType: LinkType = .ethernet, _ layers: [FrameLayer] = [.ipv4()]
  ) throws -> UInt16 {
    let layers = [.payload(header)] + layers + [.tcp(), FrameBuilder.payload(30)]
    return try #require(dissect(layers, as: linkType).segment).linkFingerprint
  }

  /// Every octet of `range` counts, and none of the others of `header` among `ignored`.
  private func check(
    _ header: [UInt8], as linkType: LinkType, counts range: [Range<Int>], ignored: [Range<Int>]
  ) throws {
    let original = try fingerprint(header, as: linkType)
    #expect(original != 0)
    for position in range.joined() {
      var other = header
      other[position] ^= 0x01
      #expect(try fingerprint(other, as: linkType) != original, "octet \(position)")
    }
    for position in ignored.joined() {
      var other = header
      other[position] ^= 0x01
      #expect(try fingerprint(other, as: linkType) == original, "octet \(position)")
    }
  }

  @Test
  func addresses() throws {
    try check(Link.ethernet(0x0800), as: .ethernet, counts: [0..<12], ignored: [])
    let fddi = [0x50] + Link.macAddresses + Link.snap
    try check(fddi, as: .fddi, counts: [1..<13], ignored: [0..<1])
    try check([1, 2, 0, 0, 240], as: .arcnetLinux, counts: [0..<2], ignored: [2..<4])
    // Retries change a flag and the duration.
    try check(Link.ieee80211(), as: .ieee80211, counts: [4..<16], ignored: [2..<4])
  }

  /// The packet type and the address; in version 2 the interface index as well.
  @Test
  func cooked() throws {
    let first: [UInt8] = [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0]
    try check(first, as: .linuxCooked, counts: [0..<4, 6..<14], ignored: [4..<6])
    let second: [UInt8] = [8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]
    try check(second, as: .linuxCooked2, counts: [4..<8, 10..<11, 12..<20], ignored: [11..<12])
  }

  /// The quick way through a frame and the long one agree.
  @Test
  func tagged() throws {
    let plain = try fingerprint(Link.ethernet(0x0800))
    #expect(try fingerprint(Link.ethernet(0x8100), [.payload([0, 7, 8, 0]), .ipv4()]) == plain)
    #expect(try fingerprint(Link.ethernet(0x86DD), [.ipv6()]) == plain)
  }

  @Test
  func outermost() throws {
    let tunnel: [FrameLayer] = [.ipv4(), .udp(), .vxlan, .ethernet, .ipv4()]
    let plain = try fingerprint(Link.ethernet(0x0800))
    #expect(try fingerprint(Link.ethernet(0x0800), tunnel) == plain)
    var other = Link.ethernet(0x0800)
    other[3] = 9
    #expect(try fingerprint(other, tunnel) == fingerprint(other))
    #expect(try fingerprint([], as: .raw, tunnel) == 0)
  }

  /// A backbone's addresses, not those of the frame in it.
  @Test
  func outermostOfTwo() throws {
    let inner = [FrameLayer.payload([0, 0, 0, 7]), .ethernet, .ipv4()]
    try #expect(
      fingerprint(Link.ethernet(0x88E7), inner) == fingerprint(Link.ethernet(0x0800)))
    let other = [0, 0, 0, 7] + Link.ethernet(0x0800).map { $0 ^ ($0 == 2 ? 4 : 0) }
    try #expect(
      fingerprint(Link.ethernet(0x88E7), [.payload(other), .ipv4()])
        == fingerprint(Link.ethernet(0x0800)))
  }

  @Test
  func linksWithoutAddresses() throws {
    #expect(try fingerprint([], as: .raw) == 0)
    #expect(try fingerprint([0xFF, 3, 0, 0x21], as: .ppp) == 0)
    #expect(try fingerprint([2, 0, 0, 0], as: .null) == 0)
  }

  /// A router passes a packet on: neighbouring addresses must not cancel out.
  @Test
  func neighbouringAddresses() throws {
    var seen: Set<UInt16> = []
    for destination in 0..<16 as Range<UInt8> {
      for source in 0..<16 as Range<UInt8> {
        let header: [UInt8] = [2, 0, 0, 0, 0, destination, 2, 0, 0, 0, 0, source, 8, 0]
        seen.insert(try fingerprint(header))
      }
    }
    #expect(seen.count >= 254)
  }
}

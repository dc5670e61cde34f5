import Dissection
import TestSupport
import Testing

struct OtherLinksTests {
  /// What `header` in front of a segment over IPv4 makes of it.
  private func reason(_ header: [UInt8], _ linkType: LinkType) -> SkipReason? {
    dissect([.payload(header), .ipv4(), .tcp(), FrameBuilder.payload(60)], as: linkType).reason
  }

  /// Link control, IPCP, multilink, compressed TCP.
  @Test(arguments: [0xC021, 0x8021, 0x003D, 0x002D, 0x0000] as [UInt16])
  func otherPPP(_ number: UInt16) {
    let number = FrameBuilder.octets(number)
    #expect(reason([0xFF, 3] + number, .ppp) == .notIP)
    #expect(reason([0x11, 0, 0, 7, 0, 162] + number, .pppoe) == .notIP)
  }

  /// Discovery, and another version.
  @Test(arguments: [[0x11, 0x09], [0x11, 0xA7], [0x12, 0], [0x21, 0]] as [[UInt8]])
  func otherPPPoE(_ start: [UInt8]) {
    #expect(reason(start + [0, 7, 0, 162, 0, 0x21], .pppoe) == .notIP)
  }

  /// SLARP, Cisco's discovery, bridging.
  @Test(arguments: [0x8035, 0x2000, 0x6558] as [UInt16])
  func otherCiscoHDLC(_ type: UInt16) {
    #expect(reason([0x0F, 0] + FrameBuilder.octets(type), .ciscoHDLC) == .notIP)
  }

  /// A pseudowire's control word and its associated channel.
  @Test(arguments: [0x00, 0x10, 0x50] as [UInt8])
  func mplsWithoutIP(_ first: UInt8) {
    let header = Link.ethernet(0x8847) + Link.label(99) + [first, 0, 0, 0]
    #expect(reason(header, .ethernet) == .notIP)
  }

  @Test
  func mplsWithoutBottom() {
    let labels = (0..<100).flatMap { Link.label(UInt32($0), isLast: false) }
    #expect(dissect(Link.ethernet(0x8847) + labels).reason == .truncated)
  }

  /// A token, a beacon, 16-bit addresses.
  @Test(arguments: [0x80, 0xC2, 0x10] as [UInt8])
  func otherFDDI(_ control: UInt8) {
    #expect(reason([control] + Link.macAddresses + Link.snap, .fddi) == .notIP)
  }

  @Test(arguments: [213, 241, 0] as [UInt8])
  func otherARCnet(_ number: UInt8) {
    #expect(reason([1, 2, 0, 0, number], .arcnetLinux) == .notIP)
  }

  @Test
  func otherIPoIB() {
    #expect(reason(Array(repeating: 0, count: 40) + [8, 6, 0, 0], .ipoib) == .notIP)
  }

  /// A beacon, an acknowledgment, data without data (plain and QoS), protected data, and a version
  /// to come.
  @Test(
    arguments: [
      (0x80, 0), (0xD4, 0), (0x48, 1), (0xC8, 1), (0x08, 0x41), (0x88, 0x42), (0x09, 0),
    ] as [(UInt8, UInt8)])
  func otherIEEE80211(_ control: UInt8, _ flags: UInt8) {
    #expect(reason(Link.ieee80211(control: control, flags: flags), .ieee80211) == .notIP)
  }

  @Test
  func fragmentOfIEEE80211() {
    #expect(reason(Link.ieee80211(flags: 0x05), .ieee80211) == .fragment)
    #expect(reason(Link.ieee80211(sequence: [0x11, 0]), .ieee80211) == .fragment)
  }

  @Test
  func shortLengths() {
    for length in 0..<8 as Range<UInt8> {
      #expect(reason([0, 0, length, 0, 0, 0, 0, 0] + Link.ieee80211(), .radiotap) == .malformed)
      #expect(reason([0, 0, length, 0, 105, 0, 0, 0] + Link.ieee80211(), .ppi) == .malformed)
      let avs: [UInt8] = [0x80, 0x21, 0x10, 0x01, 0, 0, 0, length]
      #expect(reason(avs + Link.ieee80211(), .avs) == .malformed)
    }
  }

  /// Words without end, and a length beyond the frame.
  @Test
  func radiotapPastItsEnd() {
    let words = Array(repeating: 0xFF, count: 200) as [UInt8]
    #expect(dissect([0, 0, 204, 0] + words, as: .radiotap).reason == .truncated)
    #expect(dissect([0, 0, 0xFF, 0xFF] + words, as: .radiotap).reason == .truncated)
    #expect(
      dissect([0x80, 0x21, 0x10, 1] + words, as: .avs).reason == .truncated)
  }

  /// The link type within may be one that is not read, also one beyond 16 bits; and itself.
  @Test
  func withinPPI() throws {
    #expect(reason(Link.ppi(147), .ppi) == .unknownLinkType)
    #expect(reason([0, 0, 8, 0, 105, 0, 1, 0] + Link.ieee80211(), .ppi) == .unknownLinkType)
    let nested = (0..<50).flatMap { _ in Link.ppi(192) }
    #expect(reason(nested + Link.ppi(228), .ppi) == nil)
  }
}

import Dissection
import TestSupport
import Testing

struct LinkLayerTests {
  /// The outermost VLAN counts; a tag with id 0 is a priority, not a VLAN.
  @Test(
    arguments: [
      ([], 0), ([.vlan(7)], 7), ([.vlan(7, tag: 0x88A8), .vlan(8)], 7), ([.vlan(0), .vlan(8)], 8),
      ([.vlan(0)], 0), ([.vlan(4095)], 4095),
    ] as [([FrameLayer], UInt16)])
  func vlan(_ tags: [FrameLayer], id: UInt16) throws {
    let result = dissect([.ethernet] + tags + [.ipv4(), .tcp()])
    #expect(try #require(result.segment).vlan == id)
  }

  @Test
  func manyTags() throws {
    let tags = (1...50).map { FrameLayer.vlan($0) }
    let result = dissect([.ethernet] + tags + [.ipv4(), .tcp()])
    #expect(try #require(result.segment).vlan == 1)
  }

  @Test(arguments: [0x0806, 0x8846, 0x8863, 0x88CC, 0xFFFF])
  func otherEtherType(_ type: UInt16) {
    var bytes = FrameBuilder.bytes([.ethernet, .ipv4(), .tcp()])
    bytes.replaceSubrange(12..<14, with: FrameBuilder.octets(type))
    #expect(dissect(bytes).reason == .notIP)
  }

  @Test
  func ipOnLLC() throws {
    let inner: [UInt8] = [0x06, 0x06, 0x03] + FrameBuilder.bytes([.ipv4(), .tcp(seq: 5)])
    let header = Array(FrameBuilder.bytes([.ethernet])[..<12])
    let bytes = header + FrameBuilder.octets(UInt16(inner.count)) + inner
    #expect(try #require(dissect(bytes).segment).sequenceNumber == SequenceNumber(5))
  }

  /// Spanning tree, NetBIOS, Novell's raw frame, another organization's SNAP.
  @Test(
    arguments: [
      [0x42, 0x42, 0x03, 0, 0, 0, 0, 0], [0xF0, 0xF0, 0x03, 0, 0, 0, 0, 0],
      [0xFF, 0xFF, 0, 0x22, 0, 0, 0, 0], [0xAA, 0xAA, 0x03, 0, 0, 0x0C, 0x20, 0],
      [0xAA, 0xAA, 0x01, 0, 0, 0, 8, 0],
    ] as [[UInt8]])
  func otherLLC(_ llc: [UInt8]) {
    let bytes = Array(FrameBuilder.bytes([.ethernet])[..<12]) + [0, 50] + llc
    #expect(dissect(bytes).reason == .notIP)
  }

  @Test
  func cookedLLC() throws {
    let snap: [UInt8] = [0xAA, 0xAA, 0x03, 0, 0, 0, 8, 0]
    var cooked = FrameBuilder.bytes([.linuxCooked])
    cooked.replaceSubrange(14..<16, with: [0, 4])
    let bytes = cooked + snap + FrameBuilder.bytes([.ipv4(), .tcp(seq: 5)])
    let segment = try #require(dissect(bytes, as: .linuxCooked).segment)
    #expect(segment.sequenceNumber == SequenceNumber(5))
  }

  @Test(arguments: [LinkType.linuxCooked, .linuxCooked2])
  func cookedARP(_ linkType: LinkType) {
    let layer: FrameLayer = linkType == .linuxCooked ? .linuxCooked : .linuxCooked2
    #expect(dissect([layer, FrameBuilder.payload(28)], as: linkType).reason == .notIP)
  }

  /// AppleTalk, OSI, and nonsense in either byte order.
  @Test(arguments: [0, 7, 16, 1500, 0x1234_5678, .max] as [UInt32])
  func otherAddressFamily(_ family: UInt32) {
    for bigEndian in [false, true] {
      let layers: [FrameLayer] = [.null(family: family, bigEndian: bigEndian), .ipv4(), .tcp()]
      #expect(dissect(layers, as: .null).reason == .notIP)
    }
    #expect(
      dissect([.null(family: family, bigEndian: true), .ipv4(), .tcp()], as: .loop).reason
        == .notIP)
  }

  /// LINKTYPE_LOOP has one byte order, unlike LINKTYPE_NULL.
  @Test
  func loopInTheWrongOrder() {
    #expect(dissect([.null(), .ipv4(), .tcp()], as: .loop).reason == .notIP)
  }

  @Test(arguments: [UInt32(0x0800), 0x86DD])
  func etherTypeAsAddressFamily(_ family: UInt32) throws {
    let ip: FrameLayer = family == 0x0800 ? .ipv4() : .ipv6()
    let result = dissect([.null(family: family), ip, .tcp(seq: 5)], as: .null)
    #expect(try #require(result.segment).sequenceNumber == SequenceNumber(5))
  }

  @Test(arguments: [0x00, 0x35, 0x55, 0x70, 0xF0] as [UInt8])
  func rawOfOtherVersion(_ first: UInt8) {
    var bytes = FrameBuilder.bytes([.ipv4(), .tcp()])
    bytes[0] = first
    for linkType in [LinkType.raw, .rawBSD, .rawOpenBSD] {
      #expect(dissect(bytes, as: linkType).reason == .notIP)
    }
  }

  /// Where the link type promises one version, another one contradicts it.
  @Test
  func wrongVersion() {
    #expect(dissect([.ipv6(), .tcp()], as: .ipv4).reason == .malformed)
    #expect(dissect([.ipv4(), FrameBuilder.payload(40)], as: .ipv6).reason == .malformed)
  }
}

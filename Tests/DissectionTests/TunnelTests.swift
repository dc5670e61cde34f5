import Dissection
import TestSupport
import Testing

struct TunnelTests {
  @Test
  func innermostWins() throws {
    let result = dissect([
      .ethernet, .vlan(5), .ipv4(from: "192.0.2.1", to: "192.0.2.2", ttl: 9, id: 99), .udp(),
      .vxlan, .ethernet, .vlan(6), .ipv6(from: "fd00::1", to: "fd00::2", hopLimit: 33),
      .tcp(from: 5, to: 6), .payload([1, 2, 3]),
    ])
    let segment = try #require(result.segment)
    #expect(segment.source == "[fd00::1]:5")
    #expect(segment.destination == "[fd00::2]:6")
    #expect(segment.hopLimit == 33)
    #expect(segment.ipIdentification == 0)
    #expect(segment.vlan == 5)
    #expect(segment.payloadLength == 3)
  }

  @Test
  func depth() {
    for tunnels in 0...12 {
      let headers = Array(repeating: FrameLayer.ipv4(), count: tunnels + 1)
      let result = dissect([.ethernet] + headers + [.tcp()])
      if tunnels <= 8 {
        #expect(result.segment != nil, "\(tunnels) tunnels")
      } else {
        #expect(result.reason == .notTCP, "\(tunnels) tunnels")
      }
    }
  }

  @Test
  func depthOfMixedTunnels() {
    let round: [FrameLayer] = [
      .ipv4(), .gre(key: true), .ethernet, .ipv6(), .udp(), .vxlan, .ethernet, .ipv4(), .udp(),
      .geneve(options: [1, 2, 3, 4]), .ipv6(),
    ]
    // A round has three tunnels, and a fourth leads to the next one.
    #expect(dissect([.ethernet] + round + round + [.tcp()]).segment != nil)
    #expect(dissect([.ethernet] + round + round + round + [.tcp()]).reason == .notTCP)
  }

  /// A tunnel that carries something else is IP all the same.
  @Test(
    arguments: [
      [.ipv4(), .udp(), .vxlan, .ethernet], [.ipv4(), .gre()], [.ipv6(), .udp(), .geneve()],
      [.ipv4(), .gre(), .ethernet], [.ipv4(), .udp()], [.ipv4(), .udp(to: 53)],
    ] as [[FrameLayer]])
  func nothingOfInterest(_ layers: [FrameLayer]) {
    #expect(dissect([.ethernet] + layers + [FrameBuilder.payload(60)]).reason == .notTCP)
  }

  @Test(arguments: [0x4000, 0x0001, 0x0007, 0x3001] as [UInt16])
  func greNotFollowed(_ flags: UInt16) {
    var bytes = FrameBuilder.bytes([.ipv4(), .gre(), .ipv4(), .tcp()])
    bytes.replaceSubrange(20..<22, with: FrameBuilder.octets(flags))
    #expect(dissect(bytes, as: .raw).reason == .notTCP)
  }

  /// WCCP in both its versions.
  @Test(arguments: [[], [0x80, 0, 0, 9]] as [[UInt8]])
  func webCacheRedirection(_ header: [UInt8]) throws {
    let inner = header + FrameBuilder.bytes([.ipv4(from: "192.0.2.9"), .tcp(from: 7)])
    var bytes = FrameBuilder.bytes([.ipv4(), .gre(), .payload(inner)])
    bytes.replaceSubrange(22..<24, with: [0x88, 0x3E])
    #expect(try #require(dissect(bytes, as: .raw).segment).source == "192.0.2.9:7")
  }

  @Test
  func vxlanWithoutIdentifier() {
    var bytes = FrameBuilder.bytes([.ipv4(), .udp(), .vxlan, .ethernet, .ipv4(), .tcp()])
    bytes[28] = 0
    #expect(dissect(bytes, as: .raw).reason == .notTCP)
  }

  @Test
  func geneveOfAnotherVersion() {
    var bytes = FrameBuilder.bytes([.ipv4(), .udp(), .geneve(), .ethernet, .ipv4(), .tcp()])
    bytes[28] |= 0x40
    #expect(dissect(bytes, as: .raw).reason == .notTCP)
  }

  @Test
  func geneveOptionLength() {
    var bytes = FrameBuilder.bytes([.ipv4(), .udp(), .geneve(), .ipv4(), .tcp()])
    for words in 1...63 as ClosedRange<UInt8> {
      bytes[28] = words
      #expect(dissect(bytes, as: .raw).segment == nil)
    }
    bytes[28] = 63
    #expect(dissect(bytes, as: .raw).reason == .malformed)
  }

  /// The outer datagram ends within the tunnel's own header.
  @Test(
    arguments: [
      (.gre(), 3, .malformed), (.gre(checksum: true, key: true, sequence: true), 15, .malformed),
      (.udp(), 7, .malformed), (.udp(to: 4789), 15, .notTCP), (.udp(to: 6081), 15, .notTCP),
    ] as [(FrameLayer, UInt16, SkipReason)])
  func cutByLength(_ layer: FrameLayer, length: UInt16, reason: SkipReason) {
    let result = dissect(
      [.ipv4(totalLength: 20 + length), layer, FrameBuilder.payload(60)], as: .raw)
    #expect(result.reason == reason)
  }

  @Test
  func fragmentWithin() {
    let layers: [FrameLayer] = [.ethernet, .ipv4(), .ipv4(fragment: 0x2000), .tcp()]
    #expect(dissect(layers).reason == .fragment)
  }
}

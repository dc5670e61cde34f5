import Dissection
import TestSupport
import Testing

struct IPv6HeaderTests {
  @Test
  func fields() throws {
    let result = dissect([
      .ethernet, .ipv6(from: "2001:db8:1:2:3:4:5:6", to: "fe80::1", hopLimit: 57),
      .tcp(from: 1, to: 65535),
    ])
    let segment = try #require(result.segment)
    #expect(segment.source == "[2001:db8:1:2:3:4:5:6]:1")
    #expect(segment.destination == "[fe80::1]:65535")
    #expect(segment.hopLimit == 57)
    #expect(segment.ipIdentification == 0)
  }

  /// An IPv4-mapped address in an IPv6 header stays apart from the IPv4 host.
  @Test
  func mappedAddress() throws {
    let result = dissect([.ethernet, .ipv6(from: "::ffff:a00:1"), .tcp()])
    let segment = try #require(result.segment)
    #expect(segment.source.address.version4 == nil)
    #expect(segment.source.address != "10.0.0.1")
  }

  @Test(arguments: 1..<60 as Range<UInt16>)
  func payloadLength(_ length: UInt16) {
    let result = dissect([.ethernet, .ipv6(payloadLength: length), .tcp(), .payload([1, 2, 3])])
    if length < 20 {
      #expect(result.reason == .malformed)
    } else {
      #expect(result.segment?.payloadLength == UInt32(length) - 20)
    }
  }

  @Test(arguments: [1_000, 65_535, 200_000])
  func segmentationOffload(_ payload: Int) throws {
    let layers: [FrameLayer] = [.ethernet, .ipv6(payloadLength: 0), .tcp(), .payload([1, 2, 3])]
    let result = dissect(layers, originalLength: 14 + 40 + 20 + payload)
    #expect(try #require(result.segment).payloadLength == UInt32(payload))
  }

  /// RFC 2675: the length is in a hop-by-hop option, here behind the two kinds of padding.
  @Test(
    arguments: [
      [0xC2, 4, 0, 1, 0x86, 0xA0], [0, 1, 1, 0, 0, 0, 0xC2, 4, 0, 1, 0x86, 0xA0, 0, 0],
    ] as [[UInt8]])
  func jumbogram(_ options: [UInt8]) throws {
    let layers: [FrameLayer] = [
      .ethernet, .ipv6(payloadLength: 0), .ipv6Extension(0, body: options), .tcp(),
    ]
    let segment = try #require(dissect(layers).segment)
    #expect(segment.payloadLength == UInt32(100_000 - 2 - options.count - 20))
  }

  /// Without a sound option it is segmentation offload.
  @Test(
    arguments: [
      [0xC2, 3, 0, 1, 0x86, 0xA0], [0xC2, 5, 0, 1, 0x86, 0xA0], [1, 4, 0, 0, 0, 0],
      [1, 255, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0xC2], [0, 0, 0, 0, 0xC2, 4],
    ] as [[UInt8]])
  func noJumbogram(_ options: [UInt8]) throws {
    let layers: [FrameLayer] = [
      .ethernet, .ipv6(payloadLength: 0), .ipv6Extension(0, body: options), .tcp(),
      .payload([1, 2, 3]),
    ]
    #expect(try #require(dissect(layers).segment).payloadLength == 3)
  }

  /// An extension header that claims more than the packet has.
  @Test(arguments: [0, 43, 60, 51, 135, 139, 140] as [UInt8])
  func extensionLength(_ number: UInt8) {
    var bytes = FrameBuilder.bytes([.ipv6(), .ipv6Extension(number), .tcp()])
    let unit = number == 51 ? 4 : 8
    for length in 0...255 {
      bytes[41] = UInt8(length)
      let reason = dissect(bytes, as: .raw).reason
      let end = 8 + length * unit
      if end == 8 {
        #expect(reason == nil)
      } else if end > 28 - 20 {
        #expect(reason == .malformed, "length \(length)")
      }
    }
  }

  @Test
  func extensionHeaderMissing() {
    for layers in [
      [.ipv6(), .ipv6Extension(0), .ipv6Extension(60)],
      [.ipv6(), .ipv6Extension(0), .authentication],
      [.ipv6(), .ipv6Extension(0), .ipv6Fragment(offsetAndMore: 0)],
    ] as [[FrameLayer]] {
      var bytes = FrameBuilder.bytes(layers + [.tcp()])
      // The payload ends where the last extension header begins, or one octet into it.
      for end in [8, 9] as [UInt8] {
        bytes[5] = end
        #expect(dissect(bytes, as: .raw).reason == .malformed)
      }
    }
  }

  @Test(arguments: [0x0001, 0x0008, 0xFFF8, 0xFFF9])
  func fragment(_ field: UInt16) {
    let layers: [FrameLayer] = [.ethernet, .ipv6(), .ipv6Fragment(offsetAndMore: field), .tcp()]
    #expect(dissect(layers).reason == .fragment)
  }

  /// The reserved bits of an atomic fragment are ignored (RFC 8200 section 4.5).
  @Test
  func reservedFragmentBits() {
    let layers: [FrameLayer] = [.ethernet, .ipv6(), .ipv6Fragment(offsetAndMore: 6), .tcp()]
    #expect(dissect(layers).segment != nil)
  }

  /// No next header, ESP, ICMPv6 of a type that is no error.
  @Test(arguments: [59, 50, 58] as [UInt8])
  func otherProtocol(_ number: UInt8) {
    var bytes = FrameBuilder.bytes([.ipv6(), .icmp(type: 128), .ipv6(), .tcp()])
    bytes[6] = number
    #expect(dissect(bytes, as: .raw).reason == .notTCP)
  }
}

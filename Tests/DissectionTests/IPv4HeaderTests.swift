import Dissection
import TestSupport
import Testing

struct IPv4HeaderTests {
  @Test
  func fields() throws {
    let result = dissect([
      .ethernet, .ipv4(from: "192.0.2.1", to: "198.51.100.255", ttl: 57, id: 0xBEEF),
      .tcp(from: 1, to: 65535),
    ])
    let segment = try #require(result.segment)
    #expect(segment.source == "192.0.2.1:1")
    #expect(segment.destination == "198.51.100.255:65535")
    #expect(segment.hopLimit == 57)
    #expect(segment.ipIdentification == 0xBEEF)
  }

  @Test(arguments: 0..<5 as Range<UInt8>)
  func headerLengthTooSmall(_ words: UInt8) {
    var bytes = FrameBuilder.bytes([.ethernet, .ipv4(), .tcp(), FrameBuilder.payload(100)])
    bytes[14] = 0x40 | words
    #expect(dissect(bytes).reason == .malformed)
  }

  @Test(arguments: 1...10)
  func options(_ words: Int) throws {
    let options = Array(repeating: UInt8(1), count: words * 4)
    let result = dissect([.ethernet, .ipv4(options: options), .tcp(seq: 5), .payload([9])])
    let segment = try #require(result.segment)
    #expect(segment.sequenceNumber == SequenceNumber(5))
    #expect(segment.payloadLength == 1)
  }

  /// Loose and strict source routes: the last address is TCP's other end while any is left.
  @Test(
    arguments: [
      ([131, 11, 4, 198, 51, 100, 1, 198, 51, 100, 2, 0], "198.51.100.2:80"),
      ([1, 137, 7, 4, 198, 51, 100, 3], "198.51.100.3:80"),
      ([131, 11, 12, 198, 51, 100, 1, 198, 51, 100, 2, 0], "10.0.0.2:80"),
      ([131, 3, 4, 0], "10.0.0.2:80"),
      ([131, 40, 4, 0], "10.0.0.2:80"),
      ([131, 0, 0, 0], "10.0.0.2:80"),
      ([1, 1, 1, 131], "10.0.0.2:80"),
    ] as [([UInt8], SocketAddress)])
  func sourceRoute(_ options: [UInt8], _ destination: SocketAddress) throws {
    let result = dissect([.ethernet, .ipv4(options: options), .tcp(from: 9, to: 80)])
    #expect(try #require(result.segment).destination == destination)
  }

  @Test(arguments: 1..<60 as Range<UInt16>)
  func totalLength(_ length: UInt16) {
    let layers: [FrameLayer] = [
      .ethernet, .ipv4(options: [1, 1, 1, 1], totalLength: length), .tcp(), .payload([1, 2, 3]),
    ]
    let result = dissect(layers)
    if length < 44 {
      #expect(result.reason == .malformed)
    } else {
      #expect(result.segment?.payloadLength == UInt32(length) - 44)
    }
  }

  /// Segmentation offload: no total length; what the frame has on the wire is the datagram.
  @Test(arguments: [1_000, 65_535, 200_000])
  func segmentationOffload(_ payload: Int) throws {
    let layers: [FrameLayer] = [.ethernet, .ipv4(totalLength: 0), .tcp(), .payload([1, 2, 3])]
    let result = dissect(layers, originalLength: 14 + 20 + 20 + payload)
    #expect(try #require(result.segment).payloadLength == UInt32(payload))
  }

  /// All of them, the first included: reassembly sees to fragments.
  @Test(arguments: [0x2000, 0x0001, 0x1FFF, 0x2005, 0x3FFF])
  func fragment(_ field: UInt16) {
    #expect(dissect([.ethernet, .ipv4(fragment: field), .tcp()]).reason == .fragment)
  }

  @Test(arguments: [UInt16(0x4000), 0x8000, 0xC000])
  func wholeDatagram(_ field: UInt16) {
    #expect(dissect([.ethernet, .ipv4(fragment: field), .tcp()]).segment != nil)
  }

  @Test(arguments: 0...255 as ClosedRange<UInt8>)
  func otherProtocol(_ number: UInt8) {
    let leadingOn: Set<UInt8> = [0, 4, 6, 17, 41, 43, 44, 47, 51, 60, 135, 139, 140]
    var bytes = FrameBuilder.bytes([.ipv4(), .tcp()])
    bytes[9] = number
    if !leadingOn.contains(number) { #expect(dissect(bytes, as: .raw).reason == .notTCP) }
  }

  /// A TCP header that an ICMP message quotes is no segment.
  @Test
  func quoted() {
    #expect(dissect([.ethernet, .ipv4(), .icmp(type: 5), .ipv4(), .tcp()]).reason == .notTCP)
    #expect(
      dissect([.ethernet, .ipv4(), .ipv4(), .icmp(type: 5), .ipv4(), .tcp()]).reason == .notTCP)
  }
}

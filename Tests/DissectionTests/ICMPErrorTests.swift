import Dissection
import TestSupport
import Testing

/// ICMP errors: what they quote is told, what they do not quote is not invented.
struct ICMPErrorTests {
  /// A segment from 10.0.0.1:4321 that came back from 10.0.0.2.
  private static let quote4: [FrameLayer] = [
    .ipv4(), .tcp(from: 4321, to: 443, "S", seq: 1000),
  ]
  private static let quote6: [FrameLayer] = [
    .ipv6(), .tcp(from: 4321, to: 443, "S", seq: 1000),
  ]
  private static let outer4: [FrameLayer] = [.ethernet, .ipv4(from: "10.0.0.9", to: "10.0.0.1")]
  private static let outer6: [FrameLayer] = [
    .ethernet, .ipv6(from: "2001:db8::9", to: "2001:db8::1"),
  ]

  /// With 100 octets behind, as `FrameKind`'s frames have.
  static let frames: [[FrameLayer]] = [
    outer4 + [.icmp()] + quote4 + [FrameBuilder.payload(FrameKind.payloadLength)],
    outer6 + [.icmpVersion6()] + quote6 + [FrameBuilder.payload(FrameKind.payloadLength)],
    outer6 + [.icmpVersion6(), .ipv6(), .ipv6Extension(0), .ipv6Extension(60)]
      + [.tcp(seq: 1000), FrameBuilder.payload(FrameKind.payloadLength)],
  ]

  private static let version4 = ICMPError(
    frame: 1, time: .at(1), source: SocketAddress(address: "10.0.0.1", port: 4321),
    destination: SocketAddress(address: "10.0.0.2", port: 443),
    sequenceNumber: SequenceNumber(1000), type: 3, code: 3)
  private static let version6 = ICMPError(
    frame: 1, time: .at(1), source: SocketAddress(address: "2001:db8::1", port: 4321),
    destination: SocketAddress(address: "2001:db8::2", port: 443),
    sequenceNumber: SequenceNumber(1000), type: 1, code: 4)

  @Test
  func whatIsQuoted() {
    #expect(dissect(Self.outer4 + [.icmp()] + Self.quote4).icmpError == Self.version4)
    #expect(dissect(Self.outer6 + [.icmpVersion6()] + Self.quote6).icmpError == Self.version6)
  }

  @Test(arguments: 0...255 as ClosedRange<UInt8>)
  func types(_ type: UInt8) {
    let four = dissect(Self.outer4 + [.icmp(type: type, code: 7)] + Self.quote4)
    #expect((four.icmpError != nil) == [3, 11, 12].contains(type))
    #expect(four.icmpError.map { $0.type == type && $0.code == 7 } ?? true)
    #expect(four.icmpError == nil ? four.reason == .notTCP : true)
    let six = dissect(Self.outer6 + [.icmpVersion6(type: type, code: 7)] + Self.quote6)
    #expect((six.icmpError != nil) == [1, 2, 3, 4].contains(type))
    #expect(six.icmpError.map { $0.type == type && $0.code == 7 } ?? true)
  }

  /// Eight octets of the quoted TCP header are enough, and fewer are nothing.
  @Test
  func everyLengthOfAQuote() {
    let four = FrameBuilder.bytes(Self.outer4 + [.icmp()] + Self.quote4)
    for count in 0...four.count {
      let result = dissect(Array(four[..<count]), originalLength: four.count)
      #expect((result.icmpError != nil) == (count >= four.count - 12), "\(count)")
      #expect(result.segment == nil)
    }
    let six = FrameBuilder.bytes(Self.outer6 + [.icmpVersion6()] + Self.quote6)
    for count in 0...six.count {
      let result = dissect(Array(six[..<count]), originalLength: six.count)
      #expect((result.icmpError != nil) == (count >= six.count - 12), "\(count)")
    }
  }

  @Test
  func headersInTheQuote() {
    let tcp = FrameLayer.tcp(from: 4321, to: 443, "S", seq: 1000)
    let options: FrameLayer = .ipv4(options: [7, 7, 4, 0, 0, 0, 0, 0])
    #expect(dissect(Self.outer4 + [.icmp(), options, tcp]).icmpError == Self.version4)
    let extensions: [FrameLayer] = [
      .ipv6Extension(0), .ipv6Extension(43), .ipv6Fragment(offsetAndMore: 0), .ipv6Extension(60),
      .authentication,
    ]
    #expect(
      dissect(Self.outer6 + [.icmpVersion6(), .ipv6()] + extensions + [tcp]).icmpError
        == Self.version6)
    // The outer header's own extensions, and a tunnel around all.
    #expect(
      dissect(Self.outer6 + [.ipv6Extension(0), .icmpVersion6()] + Self.quote6).icmpError
        == Self.version6)
    #expect(
      dissect([.ethernet, .ipv4(), .gre(), .ipv4(), .icmp()] + Self.quote4).icmpError
        == Self.version4)
  }

  /// What is no whole TCP header's beginning at the quoted packet's own end.
  @Test(
    arguments: [
      [.ipv4(fragment: 0x00B9), .tcp()], [.ipv4(fragment: 0x2000), .tcp()],
      [.ipv4(), .udp(to: 80), .payload([1, 2, 3, 4, 5, 6, 7, 8])],
      [.ipv4(), .ipv4(), .tcp()], [.ipv4(), .gre(), .ipv4(), .tcp()], [.ipv6(), .tcp()],
      [.ipv4(), .icmp(), .ipv4(), .tcp()], [],
    ] as [[FrameLayer]])
  func whatIsNoQuoteOfTCP(_ quote: [FrameLayer]) {
    #expect(dissect(Self.outer4 + [.icmp()] + quote).reason == .notTCP)
  }

  @Test
  func whatIsNoQuoteOfTCPOverIPv6() {
    let quotes: [[FrameLayer]] = [
      [.ipv6(), .ipv6Fragment(offsetAndMore: 0x08), .tcp()],
      [.ipv6(), .ipv6Extension(60, body: Array(repeating: 0, count: 6))], [.ipv4(), .tcp()],
      [.ipv6(), .ipv6(), .tcp()],
    ]
    for quote in quotes {
      #expect(dissect(Self.outer6 + [.icmpVersion6()] + quote).reason == .notTCP, "\(quote)")
    }
    // An extension header that claims to be longer than all that was quoted.
    var bytes = FrameBuilder.bytes(
      Self.outer6 + [.icmpVersion6(), .ipv6(), .ipv6Extension(60), .tcp()])
    bytes[14 + 40 + 8 + 40 + 1] = 0xFF
    #expect(dissect(bytes).reason == .notTCP)
  }

  @Test(arguments: [0, 0x10, 0x35, 0x4F, 0x41, 0x65, 0xFF] as [UInt8])
  func hostileVersionAndLength(_ first: UInt8) {
    var bytes = FrameBuilder.bytes(Self.outer4 + [.icmp()] + Self.quote4)
    bytes[14 + 20 + 8] = first
    #expect(dissect(bytes).reason == .notTCP)
  }
}

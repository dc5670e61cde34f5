import Dissection
import TestSupport
import Testing

/// What holds for every kind of frame.
struct FrameKindTests {
  /// The addresses of the innermost IP header among `headers`.
  static func addresses(_ headers: [FrameLayer]) -> (from: IPAddress, to: IPAddress)? {
    for header in headers.reversed() {
      if case .ipv4(let source, let destination, _, _, _, _, _) = header {
        return (source, destination)
      }
      if case .ipv6(let source, let destination, _, _) = header { return (source, destination) }
    }
    return nil
  }

  static func check(_ segment: Segment, _ kind: FrameKind) throws {
    let (source, destination) = try #require(addresses(kind.headers))
    #expect(segment.source == SocketAddress(address: source, port: 4321))
    #expect(segment.destination == SocketAddress(address: destination, port: 443))
    #expect(segment.sequenceNumber == SequenceNumber(1000))
    #expect(segment.acknowledgmentNumber == SequenceNumber(2000))
    #expect(segment.flags == [.syn, .ack])
    #expect(segment.window == 500)
    #expect(segment.payloadLength == UInt32(FrameKind.payloadLength))
    #expect(segment.hopLimit == 64)
  }

  @Test(arguments: FrameKind.all)
  func whole(_ kind: FrameKind) throws {
    let segment = try #require(dissect(kind.bytes, as: kind.linkType).segment)
    try Self.check(segment, kind)
    #expect(segment.options == .make(mss: 1400, scale: 9, sack: true, ts: (77, 66)))
    #expect(segment.frame == 1)
    #expect(segment.time == .at(1))
  }

  /// Captured up to every length: the wire length stays, so a cut frame is never malformed.
  @Test(arguments: FrameKind.all)
  func truncated(_ kind: FrameKind) throws {
    let bytes = kind.bytes
    let enough = kind.tcpOffset + 16
    for length in 0..<bytes.count {
      let result = dissect(
        Array(bytes[..<length]), as: kind.linkType, originalLength: bytes.count)
      if length < enough {
        #expect(result.reason == .truncated, "captured \(length)")
        continue
      }
      let segment = try #require(result.segment, "captured \(length)")
      try Self.check(segment, kind)
      let timestampsEnd = kind.tcpOffset + 20 + 16
      #expect(segment.options.hasTimestamps == (length >= timestampsEnd), "captured \(length)")
    }
  }

  /// Padding and a frame check sequence behind the datagram are no payload.
  @Test(arguments: FrameKind.all, [1, 4, 46])
  func padded(_ kind: FrameKind, padding: Int) throws {
    let bytes = kind.bytes + Array(repeating: 0xEE, count: padding)
    try Self.check(try #require(dissect(bytes, as: kind.linkType).segment), kind)
  }

  /// The length that an IP header announces counts, also where the savefile's is smaller: tools
  /// that cut frames sometimes write the cut length as the original one.
  @Test(arguments: FrameKind.all)
  func cutWithoutSayingSo(_ kind: FrameKind) throws {
    let bytes = Array(kind.bytes.dropLast(50))
    try Self.check(try #require(dissect(bytes, as: kind.linkType).segment), kind)
  }

  @Test(arguments: [2, 6, 11, 100, 147, 195, 65535])
  func unknownLinkType(_ value: Int) {
    let result = dissect([.ethernet, .ipv4(), .tcp()], as: LinkType(UInt16(value)))
    #expect(result.reason == .unknownLinkType)
  }
}

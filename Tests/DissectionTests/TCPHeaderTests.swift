import Dissection
import TestSupport
import Testing

struct TCPHeaderTests {
  @Test
  func fields() throws {
    let result = dissect([
      .ethernet, .ipv4(from: "10.1.2.3", to: "10.3.2.1"),
      .tcp(from: 0x1234, to: 0x5678, "PA", seq: 0xFEDC_BA98, ack: 0x8000_0001, win: 0xABCD),
      .payload([1]),
    ])
    let segment = try #require(result.segment)
    #expect(segment.source == SocketAddress(address: "10.1.2.3", port: 0x1234))
    #expect(segment.destination == SocketAddress(address: "10.3.2.1", port: 0x5678))
    #expect(segment.sequenceNumber == SequenceNumber(0xFEDC_BA98))
    #expect(segment.acknowledgmentNumber == SequenceNumber(0x8000_0001))
    #expect(segment.window == 0xABCD)
    #expect(segment.payloadLength == 1)
    #expect(segment.options == TCPOptions())
  }

  @Test(arguments: 0...255 as ClosedRange<UInt8>)
  func flags(_ bits: UInt8) throws {
    var bytes = FrameBuilder.bytes([.ipv4(), .tcp()])
    bytes[33] = bits
    #expect(try #require(dissect(bytes, as: .raw).segment).flags.rawValue == bits)
  }

  /// The reserved bits beside the data offset do not disturb it.
  @Test
  func reservedBits() throws {
    var bytes = FrameBuilder.bytes([.ipv4(), .tcp()])
    bytes[32] |= 0x0F
    #expect(try #require(dissect(bytes, as: .raw).segment).payloadLength == 0)
  }

  @Test(arguments: 0..<16 as Range<UInt8>, [FrameLayer.ipv4(), .ipv6()])
  func dataOffset(_ words: UInt8, network: FrameLayer) {
    let layers: [FrameLayer] = [
      .ethernet, network, .tcp(dataOffset: words), .payload(Array(repeating: 1, count: 20)),
    ]
    let result = dissect(layers)
    if words < 5 || words > 10 {
      #expect(result.reason == .malformed)
    } else {
      #expect(result.segment?.payloadLength == 40 - UInt32(words) * 4)
    }
  }

  /// A data offset beyond the datagram contradicts it even where padding would fill the gap.
  @Test
  func dataOffsetIntoPadding() {
    let layers: [FrameLayer] = [
      .ethernet, .ipv4(totalLength: 40), .tcp(dataOffset: 6), .payload([1, 1, 1, 1]),
    ]
    #expect(dissect(layers).reason == .malformed)
  }
}

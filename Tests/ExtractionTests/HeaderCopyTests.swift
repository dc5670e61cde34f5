import Dissection
import TestSupport
import Testing

@testable import Extraction

/// Headers of frames with addresses wherever they can stand: none of them is left, nor payload.
struct HeaderCopyTests {
  private static let secret4: [UInt8] = [198, 51, 100, 77]
  private static let secret6: [UInt8] = [
    0x20, 1, 0xd, 0xb8, 0xa, 0xb, 0xc, 0xd, 1, 2, 3, 4, 5, 6, 7, 8,
  ]
  private static let from4: IPAddress = "198.51.100.77"
  private static let from6: IPAddress = "2001:db8:a0b:c0d:102:304:506:708"
  private static let payload = FrameLayer.payload(Array("secret".utf8))

  /// Each with the options or headers that it is about.
  static let frames: [(name: String, link: LinkType, layers: [FrameLayer])] = [
    ("record route", .raw, [.ipv4(from: from4, options: [7, 11, 12] + secret4 + secret4 + [0])]),
    ("loose source route", .raw, [.ipv4(options: [131, 7, 8] + secret4 + [0])]),
    ("strict source route, open", .raw, [.ipv4(options: [1, 137, 7, 4] + secret4)]),
    ("time stamps", .raw, [.ipv4(options: [68, 12, 13, 1] + secret4 + [9, 9, 9, 9])]),
    ("an unknown option", .raw, [.ipv4(options: [82, 6] + secret4 + [1, 1])]),
    ("behind the end of options", .raw, [.ipv4(options: [0] + secret4 + [0, 0, 0])]),
    ("a cut option", .raw, [.ipv4(options: [7, 99, 4] + secret4 + [0])]),
    ("home address", .raw, [.ipv6(), .ipv6Extension(60, body: [1, 2, 0, 0, 0xC9, 16] + secret6)]),
    (
      "source route, version 6", .raw,
      [.ipv6(from: from6), .ipv6Extension(43, body: [0, 1, 0, 0, 0, 0] + secret6)]
    ),
    (
      "segment routing", .raw,
      [
        .ipv6(),
        .ipv6Extension(43, body: [4, 0, 0, 0, 0, 0] + secret6 + [9, 6] + secret4 + [0, 0]),
      ]
    ),
    (
      "a route of another type", .raw,
      [.ipv6(), .ipv6Extension(43, body: [3, 0, 0, 0, 0, 0] + secret6)]
    ),
    ("mobility", .raw, [.ipv6(), .ipv6Extension(135, body: [0, 0, 0, 0, 0, 0] + secret6)]),
    ("host identity", .raw, [.ipv6(), .ipv6Extension(139, body: [0, 0, 0, 0, 0, 0] + secret6)]),
    (
      "VXLAN", .ethernet,
      [.ethernet, .ipv4(from: from4), .udp(), .vxlan, .ethernet, .ipv6(to: from6)]
    ),
    (
      "GENEVE", .ethernet,
      [
        .ethernet, .ipv4(from: from4), .udp(), .geneve(options: [0, 0, 0, 1] + secret4),
        .ipv4(to: from4),
      ]
    ),
    ("GRE", .ethernet, [.ethernet, .ipv4(to: from4), .gre(key: true), .ipv4(from: from4)]),
    ("VLAN", .ethernet, [.ethernet, .vlan(7), .ipv4(from: from4)]),
    ("cooked", .linuxCooked, [.linuxCooked, .ipv4(from: from4)]),
    ("cooked 2", .linuxCooked2, [.linuxCooked2, .ipv6(from: from6)]),
  ]

  private static let tcpOptions: [[UInt8]] = [
    [30, 8, 0x30, 1] + secret4,
    [30, 20, 0x30, 1] + secret6,
    [30, 16, 0x30, 1] + secret4 + secret4 + secret4,
    [30, 12, 0, 0] + secret4 + secret4,
    [34, 10] + secret4 + secret4 + [1, 1],
    [254, 8, 0xF9, 0x89] + secret4,
    [19, 18] + secret6 + [1, 1],
    [77, 6] + secret4 + [1, 1],
    [0] + secret4 + [0, 0, 0],
    [8, 99] + secret4 + [0, 0],
  ]

  private static func isIn(_ part: [UInt8], _ whole: [UInt8]) -> Bool {
    whole.indices.contains { whole[$0...].starts(with: part) }
  }

  private static func copy(
    _ frame: [UInt8], _ link: LinkType, anonymized: Bool = true
  ) throws -> [UInt8] {
    var names = anonymized ? Pseudonyms(key: "key") : nil
    return try #require(
      HeaderCopy.make(
        of: frame.span, linkType: link, originalLength: UInt32(frame.count), &names))
  }

  private static func dissect(_ bytes: [UInt8], _ link: LinkType, original: Int) -> Dissected {
    Dissector().dissect(
      bytes.span, linkType: link, originalLength: UInt32(original), frame: 1, time: .at(1),
      interface: 0)
  }

  private static func segment(_ bytes: [UInt8], _ link: LinkType, original: Int) throws -> Segment {
    guard case .segment(let segment) = dissect(bytes, link, original: original) else {
      throw NoSegment()
    }
    return segment
  }
  private struct NoSegment: Error {}

  @Test(arguments: frames.indices)
  func noAddressIsLeft(_ index: Int) throws {
    let (name, link, layers) = Self.frames[index]
    for options in [[]] + Self.tcpOptions {
      let padded = options + Array(repeating: 1, count: -options.count & 3)
      let frame = FrameBuilder.bytes(layers + [.tcp("FA", seq: 9, options: padded), Self.payload])
      #expect(Self.isIn(Self.secret4, frame) || Self.isIn(Self.secret6, frame) || options.isEmpty)
      let copy = try Self.copy(frame, link)
      #expect(copy.count == frame.count - 6, "\(name)")
      #expect(!Self.isIn(Self.secret4, copy), "\(name), \(options)")
      #expect(!Self.isIn(Self.secret6, copy), "\(name), \(options)")
      #expect(!Self.isIn([2, 0, 0, 0, 0, 1], copy), "\(name)")
    }
  }

  /// What the tracker sees is the same, but for the addresses.
  @Test(arguments: frames.indices)
  func theSegmentStays(_ index: Int) throws {
    let (name, link, layers) = Self.frames[index]
    let options = FrameBuilder.synOptions(mss: 1400, scale: 9, ts: (77, 66))
    let frame = FrameBuilder.bytes(
      layers + [.tcp(from: 4321, "S", seq: 9, options: options), Self.payload])
    let before = try Self.segment(frame, link, original: frame.count)
    var names = Pseudonyms(key: "key")
    for anonymized in [false, true] {
      let copy = try Self.copy(frame, link, anonymized: anonymized)
      let after = try Self.segment(copy, link, original: frame.count)
      let isMapped = after.source == names.pseudonym(of: before.source)
      #expect(anonymized ? isMapped : after.source == before.source, "\(name)")
      #expect(
        after.destination
          == (anonymized ? names.pseudonym(of: before.destination) : before.destination))
      #expect(after.payloadLength == 6)
      #expect(after.sequenceNumber == before.sequenceNumber)
      #expect(after.flags == before.flags)
      #expect(after.options == before.options)
      #expect(after.vlan == before.vlan)
      #expect(after.hopLimit == before.hopLimit)
    }
  }

  /// An ICMP error is cut behind the TCP header that it quotes, and its quote gets the same names.
  @Test(arguments: [true, false])
  func quotes(isVersion4: Bool) throws {
    let outer: [FrameLayer] =
      isVersion4 ? [.ipv4(to: Self.from4), .icmp()] : [.ipv6(to: Self.from6), .icmpVersion6()]
    let quote: FrameLayer = isVersion4 ? .ipv4(from: Self.from4) : .ipv6(from: Self.from6)
    let frame = FrameBuilder.bytes(
      [.ethernet] + outer + [quote, .tcp(from: 5, seq: 7), Self.payload])
    let copy = try Self.copy(frame, .ethernet)
    #expect(copy.count == frame.count - 6)
    #expect(!Self.isIn(Self.secret4, copy) && !Self.isIn(Self.secret6, copy))
    guard case .icmpError(let error) = Self.dissect(copy, .ethernet, original: frame.count) else {
      Issue.record("no error")
      return
    }
    var names = Pseudonyms(key: "key")
    #expect(error.source.address == names.pseudonym(of: isVersion4 ? Self.from4 : Self.from6))
    #expect(error.sequenceNumber == SequenceNumber(7))
  }

  /// Whatever of a frame was captured, no more is taken than there is, and no address is left.
  @Test(arguments: frames.indices)
  func everyLength(_ index: Int) throws {
    let (name, link, layers) = Self.frames[index]
    let frame = FrameBuilder.bytes(layers + [.tcp(options: Self.tcpOptions[0]), Self.payload])
    for count in 0...frame.count {
      var names: Pseudonyms? = Pseudonyms(key: "key")
      let part = Array(frame[..<count])
      guard
        let copy = HeaderCopy.make(
          of: part.span, linkType: link, originalLength: UInt32(frame.count), &names)
      else { continue }
      #expect(copy.count <= count)
      #expect(!Self.isIn(Self.secret4, copy) && !Self.isIn(Self.secret6, copy), "\(name) \(count)")
    }
  }

  /// Octets of a checksum that was right stay right where all that it covers is there.
  @Test func checksumsStayRight() throws {
    var frame = FrameBuilder.bytes([.ipv4(from: Self.from4), .tcp(seq: 3)])
    frame.replaceSubrange(10..<12, with: FrameBuilder.octets(Self.checksum(frame[..<20])))
    let pseudo = frame[12..<20] + [0, 6, 0, 20]
    let tcp = Self.checksum(pseudo + frame[20...])
    frame.replaceSubrange(36..<38, with: FrameBuilder.octets(tcp))
    let copy = try Self.copy(frame, .raw)
    #expect(Self.checksum(copy[..<20]) == 0)
    #expect(Self.checksum(copy[12..<20] + [0, 6, 0, 20] + copy[20...]) == 0)
    // With payload that is cut, TCP's own stays as it was.
    let longer = FrameBuilder.bytes([.ipv4(from: Self.from4), .tcp(seq: 3), Self.payload])
    var marked = longer
    marked[36] = 0xAB
    #expect(try Self.copy(marked, .raw)[36] == 0xAB)
  }

  private static func checksum(_ octets: some Collection<UInt8>) -> UInt16 {
    var sum: UInt32 = 0
    for (index, octet) in octets.enumerated() {
      sum += index & 1 == 0 ? UInt32(octet) << 8 : UInt32(octet)
    }
    while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
    return ~UInt16(sum)
  }
}

import Dissection
import TestSupport
import Testing

/// Hostile bytes: nothing traps, and what comes out is consistent.
struct RobustnessTests {
  static let linkTypes: [LinkType] = [
    .ethernet, .null, .loop, .raw, .rawBSD, .rawOpenBSD, .ipv4, .ipv6, .linuxCooked,
    .linuxCooked2, .ppp, .pppHDLC, .pppoe, .ciscoHDLC, .fddi, .arcnetLinux, .ipoib, .ieee80211,
    .radiotap, .prism, .avs, .ppi,
  ]

  /// Checks that a segment's payload fits what can have announced it.
  private func check(_ bytes: [UInt8], as linkType: LinkType, original: Int, _ seed: UInt64) {
    let result = dissect(bytes, as: linkType, originalLength: original)
    switch result {
    case .segment(let segment):
      let scale = segment.options.windowScale ?? 0
      if scale > 14 { Issue.record("seed \(seed): window scale \(scale)") }
      // Nothing but a jumbogram exceeds both the frame and what 16 bits can tell.
      let hasJumbo = bytes.contains(0xC2)
      if segment.payloadLength > max(65535, original), !hasJumbo {
        Issue.record("seed \(seed): payload of \(segment.payloadLength)")
      }
    case .icmpError(let error):
      let (source, destination) = (error.source.address, error.destination.address)
      if (source.version4 == nil) != (destination.version4 == nil) {
        Issue.record("seed \(seed): \(error)")
      }
    case .skipped(let reason):
      // This one carries the link type within.
      if reason == .unknownLinkType, linkType != .ppi { Issue.record("seed \(seed): \(reason)") }
    }
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func randomBytes(_ block: UInt64) {
    for seed in block * 10_000..<(block + 1) * 10_000 {
      var generator = SplitMix64(seed: seed)
      let count = Int.random(in: 0...120, using: &generator)
      var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let linkType = Self.linkTypes[Int(seed % UInt64(Self.linkTypes.count))]
      // Half of them begin as IP, or hardly any would get past the first header.
      if seed.isMultiple(of: 2), let first = bytes.indices.first {
        bytes[first] = seed.isMultiple(of: 4) ? 0x45 : 0x60
      }
      check(bytes, as: linkType, original: count + Int(seed % 3) * 100, seed)
    }
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func mutatedFrames(_ block: UInt64) {
    let frames =
      FrameKind.all.map { ($0.linkType, $0.bytes) }
      + ICMPErrorTests.frames.map { (.ethernet, FrameBuilder.bytes($0)) }
    for seed in block * 10_000..<(block + 1) * 10_000 {
      var generator = SplitMix64(seed: seed ^ 0x5EED)
      let (linkType, frame) = frames[Int(seed % UInt64(frames.count))]
      var bytes = frame
      // The headers are in front; the payload is not worth mutating.
      let headers = bytes.count - FrameKind.payloadLength
      for _ in 0...Int.random(in: 0...4, using: &generator) {
        let position = Int.random(in: 0..<headers, using: &generator)
        bytes[position] =
          Bool.random(using: &generator)
          ? bytes[position] ^ (1 << UInt8.random(in: 0..<8, using: &generator))
          : UInt8.random(in: 0...255, using: &generator)
      }
      let captured = Int.random(in: 0...bytes.count, using: &generator)
      check(Array(bytes[..<captured]), as: linkType, original: frame.count, seed)
    }
  }

  /// What the captured bytes do not decide must not depend on what lies behind them.
  @Test
  func sliceOfALargerBlock() throws {
    for kind in FrameKind.all {
      let bytes = kind.bytes
      let block = Array(repeating: 0xFF, count: 33) + bytes + Array(repeating: 0xFF, count: 33)
      let result = Dissector().dissect(
        block.span.extracting(33..<33 + bytes.count), linkType: kind.linkType,
        originalLength: UInt32(bytes.count), frame: 9, time: .at(2), interface: 3)
      let segment = try #require(result.segment)
      try FrameKindTests.check(segment, kind)
      #expect(segment.frame == 9)
      #expect(segment.time == .at(2))
      #expect(segment.interface == 3)
    }
  }
}

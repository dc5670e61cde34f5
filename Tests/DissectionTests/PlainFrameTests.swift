import TestSupport
import Testing

@testable import Dissection

/// The short way of plain frames tells of every frame what the long way tells.
struct PlainFrameTests {
  private static let links: [[FrameLayer]] = [
    [.ethernet, .ipv4()], [.ethernet, .ipv6()], [.ethernet, .vlan(7), .ipv4()],
    [.ethernet, .vlan(7), .ipv6()], [.ethernet, .vlan(0), .ipv4()],
    [.ethernet, .vlan(7), .vlan(8), .ipv4()],
  ]

  private static let options: [[UInt8]] = [
    [], FrameBuilder.timestamps(5, 6), FrameBuilder.synOptions(mss: 1400, scale: 9, ts: (7, 8)),
    FrameBuilder.synOptions(scale: 200), [2, 4, 5, 0xB4], [1, 1, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0],
    [1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2], Array(repeating: 1, count: 40),
  ]

  private static let frames: [[UInt8]] = links.flatMap { headers in
    options.flatMap { options in
      ["S", "SA", "A", "FA"].map { flags in
        FrameBuilder.bytes(headers + [.tcp(flags, options: options), FrameBuilder.payload(30)])
      }
    }
  }

  /// Whether the short way told of the frame.
  private func compare(_ bytes: [UInt8], _ seed: UInt64) -> Bool {
    let span = bytes.span
    let original = UInt32(bytes.count)
    let long = Dissector().follow(
      span, linkType: .ethernet, originalLength: original, frame: 3, time: .at(2), interface: 4)
    let whole = Dissector().dissect(
      span, linkType: .ethernet, originalLength: original, frame: 3, time: .at(2), interface: 4)
    if "\(whole)" != "\(long)" { Issue.record("seed \(seed): \(whole) is not \(long)") }
    let plain =
      Segment(plainEthernet: span, frame: 3, time: .at(2), interface: 4)
      ?? Segment(taggedEthernet: span, frame: 3, time: .at(2), interface: 4)
    return plain != nil
  }

  @Test
  func wholeAndCutFrames() {
    var plain = 0
    for (index, frame) in Self.frames.enumerated() {
      for count in 0...frame.count where compare(Array(frame[..<count]), UInt64(index)) {
        plain += 1
      }
    }
    // Of five of the six kinds of header, and of these what is behind TCP's fixed header.
    #expect(plain > Self.frames.count * 5 / 6 * 30)
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func mutatedFrames(_ block: UInt64) {
    var plain = 0
    for seed in block * 1000..<(block + 1) * 1000 {
      var generator = SplitMix64(seed: seed ^ 0xFA57)
      var bytes = Self.frames[Int(seed % UInt64(Self.frames.count))]
      for _ in 0...Int.random(in: 0...2, using: &generator) {
        let position = Int.random(in: 12..<bytes.count - 30, using: &generator)
        bytes[position] =
          Bool.random(using: &generator)
          ? bytes[position] ^ (1 << UInt8.random(in: 0..<8, using: &generator))
          : UInt8.random(in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) {
        bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
      }
      if compare(bytes, seed) { plain += 1 }
    }
    #expect(plain > 200)
  }

  /// It is written once for every packet: it shall not grow unseen.
  @Test
  func sizes() {
    #expect(MemoryLayout<Segment>.stride == 88)
    #expect(MemoryLayout<TCPOptions>.stride == 12)
  }

  @Test
  func optionsThatAreTakenBack() {
    var options = TCPOptions()
    options.windowScale = 7
    options.maximumSegmentSize = 1460
    options.sackPermitted = true
    options.hasFastOpen = true
    options.hasTimestamps = true
    #expect(options.windowScale == 7 && options.maximumSegmentSize == 1460)
    #expect(options.sackPermitted && options.hasFastOpen && options.hasTimestamps)
    options.windowScale = nil
    options.maximumSegmentSize = nil
    options.sackPermitted = false
    options.hasFastOpen = false
    options.hasTimestamps = false
    #expect(options == TCPOptions())
    #expect(options.windowScale == nil && options.maximumSegmentSize == nil)
  }
}

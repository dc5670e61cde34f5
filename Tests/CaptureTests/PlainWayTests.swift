import Foundation
import TestSupport
import Testing

@testable import Capture
@testable import Dissection

/// The short ways that nearly all packets take give what the long ways give.
@Suite struct PlainWayTests {
  /// Every frame of the sample captures, whole and mutated, is dissected alike both ways.
  @Test func sampleFramesAreDissectedAlike() throws {
    let captures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Captures")
    let names = try FileManager.default.contentsOfDirectory(atPath: captures.path)
    var (frames, plain) = (0, 0)
    var random = SplitMix64(seed: 1)
    for name in names.sorted() where name.contains(".pcap") {
      let reader = try CaptureReader(paths: [captures.appendingPathComponent(name).path])
      var ofFile = 0
      while reader.readBatch({ _, records, block in
        // A thousand of a file are as good as all.
        for record in records.prefix(max(0, 1000 - ofFile)) {
          let bytes = block.extracting(record.range)
          ofFile += 1
          if Segment(plainEthernet: bytes, frame: 1, time: record.time, interface: 0) != nil {
            plain += 1
          }
          compare(bytes, record, name)
          var mutated = bytes.indices.map { bytes[$0] }
          guard let last = mutated.indices.last else { continue }
          let place = Int.random(in: 0...min(last, 80), using: &random)
          mutated[place] = UInt8.random(in: 0...255, using: &random)
          compare(mutated.span, record, "\(name), octet \(place) mutated")
        }
      }) {}
      frames += ofFile
    }
    #expect(frames > 1000)
    #expect(plain > frames / 4)
  }

  private func compare(_ bytes: Span<UInt8>, _ record: FrameRecord, _ name: String) {
    let dissector = Dissector()
    let whole = dissector.dissect(
      bytes, linkType: record.linkType, originalLength: record.originalLength,
      frame: record.frame, time: record.time, interface: record.interface)
    let long = dissector.follow(
      bytes, linkType: record.linkType, originalLength: record.originalLength,
      frame: record.frame, time: record.time, interface: record.interface)
    if "\(whole)" != "\(long)" {
      Issue.record("\(name), frame \(record.frame): \(whole) is not \(long)")
    }
  }

  /// Blocks with options are read one by one: what they hold comes out as without them.
  @Test(arguments: byteOrders)
  func packetBlocksAreReadAlikeWithAndWithoutOptions(_ order: ByteOrder) throws {
    let scratch = try Scratch()
    func capture(_ haveOptions: (Int) -> Bool) throws -> ReadCapture {
      var file = PcapngBytes(order)
      file.section()
      file.interface(1)
      file.interface(101)
      for number in 0..<3000 {
        file.enhanced(
          UInt32(number / 700 % 2), ticks: UInt64(number), Array(repeating: 1, count: number % 9),
          original: UInt32(number), options: haveOptions(number) ? [.comment("one")] : [])
      }
      return try ReadCapture([scratch.file("x.pcapng", file.bytes)])
    }
    let plain = try capture { _ in false }
    #expect(plain.frames.count == 3000)
    for other in [try capture { _ in true }, try capture { $0 % 3 == 0 }] {
      #expect(other.frames == plain.frames)
      #expect(other.interfaces == plain.interfaces)
    }
  }
}

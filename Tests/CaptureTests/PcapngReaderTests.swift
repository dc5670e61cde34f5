import Dissection
import Testing

@testable import Capture

@Suite struct PcapngReaderTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func read(_ bytes: [UInt8]) throws -> ReadCapture {
    try ReadCapture([scratch.file("x.pcapng", bytes)])
  }

  @Test(arguments: byteOrders)
  func everyKindOfPacketBlockIsReadInEitherByteOrder(_ order: ByteOrder) throws {
    var file = PcapngBytes(order)
    file.section()
    file.interface(1)
    file.interface(101)
    file.enhanced(1, ticks: 1_700_000_000_000_001, [1, 2, 3], original: 60)
    file.simple([4, 5])
    file.obsolete(0, ticks: 1_700_000_001_000_000, [6])
    let capture = try read(file.bytes)
    #expect(capture.damage == [])
    #expect(capture.bytes == [[1, 2, 3], [4, 5], [6]])
    #expect(capture.frames.map(\.linkType) == [101, 1, 1])
    #expect(capture.frames.map(\.originalLength) == [60, 2, 1])
    // A Simple Packet Block has no time: the last one known stands for it.
    #expect(
      capture.frames.map(\.time)
        == [1_700_000_000_000_001_000, 1_700_000_000_000_001_000, 1_700_000_001_000_000_000])
    #expect(capture.interfaces == [1, 0, 0])
    #expect(capture.files[0].format == "pcapng")
    #expect(capture.files[0].linkTypes.map(\.value) == [1, 101])
  }

  @Test func sectionsMayDifferInByteOrderAndInterfaces() throws {
    var first = PcapngBytes(.littleEndian)
    first.section()
    first.interface(1)
    first.enhanced(ticks: 1, [1])
    var second = PcapngBytes(.bigEndian)
    second.section(version: (1, 2))
    second.interface(113)
    second.interface(1)
    second.enhanced(0, ticks: 2, [2])
    second.enhanced(1, ticks: 3, [3])
    let capture = try read(first.bytes + second.bytes)
    #expect(capture.damage == [])
    #expect(capture.frames.map(\.linkType) == [1, 113, 1])
    #expect(capture.interfaces == [0, 1, 2])
    #expect(capture.frames.map(\.time) == [1000, 2000, 3000])
  }

  @Test func otherBlocksAreSkippedAndSomeAreNumbered() throws {
    var file = PcapngBytes()
    file.section()
    for type: UInt32 in [4, 5, 7, 8, 10, 0x77, 0x8000_0001] {
      file.block(type) { $0.append32(0) }
    }
    file.interface()
    file.enhanced(ticks: 1, [1])
    for type: UInt32 in [9, 0xbad, 0x4000_0bad, 0x204, 0x216, 0x221] {
      file.block(type) { $0.append64(0) }
    }
    file.enhanced(ticks: 2, [2])
    let capture = try read(file.bytes)
    #expect(capture.damage == [])
    #expect(capture.frames.map(\.frame) == [1, 8])
  }

  @Test func theSnapshotLengthCutsSimplePackets() throws {
    var file = PcapngBytes()
    file.section()
    file.interface(snapshotLength: 4)
    file.simple([1, 2, 3, 4], original: 1500)
    let capture = try read(file.bytes)
    #expect(capture.bytes == [[1, 2, 3, 4]])
    #expect(capture.frames.map(\.originalLength) == [1500])
    #expect(capture.files[0].truncated)
    #expect(capture.damage == [])
  }

  @Test func commentsAreKeptWithTheirFrame() throws {
    var file = PcapngBytes()
    file.section(options: [.comment("a section"), .init(code: 2, value: [1, 2, 3])])
    file.interface()
    file.enhanced(ticks: 1, [1])
    file.enhanced(
      ticks: 2, [2], options: [.init(code: 2, value: [0, 0, 0, 1]), .comment("a frame")])
    file.obsolete(ticks: 3, [3], options: [.comment("one"), .comment("two")])
    let expected = [
      CaptureComment(frame: nil, text: "a section"), CaptureComment(frame: 2, text: "a frame"),
      CaptureComment(frame: 3, text: "one"), CaptureComment(frame: 3, text: "two"),
    ]
    let alone = try read(file.bytes)
    #expect(alone.files[0].comments == expected)
    #expect(alone.damage == [])

    let earlier = try scratch.file("earlier.pcap", SavefileBytes.at([0, 0, 0, 0]))
    let merged = try ReadCapture([earlier, scratch.file("y.pcapng", file.bytes)])
    #expect(merged.files[1].comments.map(\.frame) == [nil, 6, 7, 7])
  }

  @Test func commentsAreBounded() throws {
    var file = PcapngBytes()
    file.section()
    file.interface()
    let long = String(repeating: "x", count: 5000)
    for tick in 0..<1100 { file.enhanced(ticks: UInt64(tick), [1], options: [.comment(long)]) }
    let capture = try read(file.bytes)
    #expect(capture.frames.count == 1100)
    #expect(capture.files[0].comments.count == 1000)
    #expect(capture.files[0].comments.allSatisfy { $0.text.utf8.count == 1024 })
  }

  @Test(arguments: byteOrders)
  func everyTruncationKeepsTheWholeBlocksBeforeIt(_ order: ByteOrder) throws {
    var file = PcapngBytes(order)
    file.section()
    file.interface()
    let ends = (0..<3).map { index in
      file.enhanced(ticks: UInt64(index), [1, 2, 3, 4, 5])
      return file.bytes.count
    }
    let boundaries = [28, 48] + ends
    for length in 0..<file.bytes.count {
      let capture = try read(Array(file.bytes.prefix(length)))
      #expect(capture.frames.count == ends.count { $0 <= length }, "\(length) bytes")
      #expect(capture.damage.isEmpty == boundaries.contains(length), "\(length) bytes")
      if length > 28, let damage = capture.damage.first {
        #expect(damage.offset == UInt64(boundaries.last { $0 < length } ?? 0), "\(length) bytes")
      }
    }
  }

  /// Every length of a block is wrong but its own, in front of it, behind it, and in both places.
  @Test(arguments: byteOrders)
  func everyWrongBlockLengthEndsTheFileBeforeIt(_ order: ByteOrder) throws {
    var file = PcapngBytes(order)
    file.section()
    file.interface()
    file.enhanced(ticks: 1, [1, 2, 3, 4])
    let start = file.bytes.count
    file.enhanced(ticks: 2, [1, 2, 3, 4])
    let end = file.bytes.count
    let wrong: [UInt32] = [0, 1, 4, 8, 11, 12, 16, 28, 31, 40, 64, 0x0100_0001, 0x7fff_fffc, .max]
    for length in wrong {
      var field = CaptureBytes(order)
      field.append32(length)
      for places in [[start + 4], [end - 4], [start + 4, end - 4]] {
        var bytes = file.bytes
        for place in places { bytes.replaceSubrange(place..<(place + 4), with: field.bytes) }
        let capture = try read(bytes)
        #expect(capture.frames.count == 1, "length \(length) at \(places)")
        #expect(capture.damage.map(\.offset) == [UInt64(start)], "length \(length) at \(places)")
      }
    }
  }

  @Test func blocksThatContradictTheirSectionEndTheFile() throws {
    typealias Break = (inout PcapngBytes) -> Void
    let breaks: [(Break, String)] = [
      ({ $0.enhanced(7, ticks: 1, [1]) }, "interface 7"),
      ({ $0.obsolete(7, ticks: 1, [1]) }, "interface 7"),
      ({ $0.enhanced(ticks: 1, [1], captured: 5) }, "room for 4"),
      ({ $0.enhanced(ticks: 1, [1], captured: 262_145) }, "at most 262144"),
      ({ $0.enhanced(ticks: 1, [1], captured: .max) }, "at most 262144"),
      ({ $0.simple([1], original: 9) }, "room for 4"),
      ({ $0.block(6) { $0.append32(0) } }, "too short for the Enhanced Packet Block"),
      ({ $0.block(2) { $0.append32(0) } }, "too short for the Packet Block"),
      ({ $0.block(3) { _ in } }, "too short for the Simple Packet Block"),
      ({ $0.block(1) { $0.append32(0) } }, "too short for the Interface Description Block"),
      ({ $0.section(version: (2, 0)) }, "version 1.0, found 2.0"),
      ({ $0.section(version: (1, 1)) }, "version 1.0, found 1.1"),
      ({ $0.interface(options: [.init(code: 9, value: [1, 2])]) }, "expected 1 bytes, found 2"),
      ({ $0.interface(options: [.init(code: 14, value: [1])]) }, "expected 8 bytes, found 1"),
      ({ $0.interface(options: [.resolution(20)]) }, "10^-20 s is too fine"),
      ({ $0.interface(options: [.resolution(0xc0)]) }, "2^-64 s is too fine"),
    ]
    for (breakIt, words) in breaks {
      var file = PcapngBytes()
      file.section()
      file.interface()
      file.enhanced(ticks: 1, [1])
      let start = UInt64(file.bytes.count)
      breakIt(&file)
      file.enhanced(ticks: 2, [2])
      let capture = try read(file.bytes)
      #expect(capture.frames.count == 1, "\(words)")
      #expect(capture.damage.map(\.offset) == [start], "\(words)")
      let message = capture.damage.first?.message ?? ""
      #expect(message.contains(words), "\(message)")
    }
  }

  @Test func aLaterSectionMustTellItsByteOrder() throws {
    var file = PcapngBytes()
    file.section()
    let start = file.bytes.count
    file.section()
    file.bytes[start + 8] = 0
    let capture = try read(file.bytes)
    #expect(capture.damage.map(\.offset) == [28])
    #expect(capture.damage.first?.message.contains("byte-order magic") == true)
  }

  @Test func optionsThatExceedTheirBlockAreDamageAndTheFrameStays() throws {
    var file = PcapngBytes()
    file.section()
    file.interface()
    let start = UInt64(file.bytes.count)
    file.block(6) { body in
      for field: UInt32 in [0, 0, 5, 4, 4, 0x0102_0304, 0xffff_0001] { body.append32(field) }
    }
    file.enhanced(ticks: 6, [1])
    let capture = try read(file.bytes)
    #expect(capture.frames.count == 2)
    #expect(capture.damage.map(\.offset) == [start])
  }

  @Test func damageIsBounded() throws {
    var file = PcapngBytes()
    file.section()
    file.interface(options: [.resolution(0)])
    for _ in 0..<5000 { file.enhanced(ticks: .max, [1]) }
    let capture = try read(file.bytes)
    #expect(capture.frames.count == 5000)
    #expect(capture.damage.count == 101)
    #expect(capture.damage.last?.message.contains("not listed") == true)
  }

  @Test func aSectionHasAtMost65536Interfaces() throws {
    var file = PcapngBytes()
    file.section()
    for _ in 0..<65537 { file.interface() }
    let capture = try read(file.bytes)
    #expect(capture.damage.map(\.offset) == [28 + 65536 * 20])
  }
}

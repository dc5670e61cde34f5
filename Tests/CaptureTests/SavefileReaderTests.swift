import Dissection
import Testing

@testable import Capture

/// Both byte orders, as arguments of tests.
let byteOrders: [ByteOrder] = [.littleEndian, .bigEndian]

@Suite struct SavefileReaderTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func read(_ bytes: [UInt8]) throws -> ReadCapture {
    try ReadCapture([scratch.file("x.pcap", bytes)])
  }

  @Test(arguments: byteOrders)
  func everyFieldIsReadInEitherByteOrder(_ order: ByteOrder) throws {
    var file = SavefileBytes(order, network: 113)
    file.record(1_700_000_000, 123_456, [1, 2, 3], original: 1500)
    file.record(0xffff_ffff, 999_999, [])
    let capture = try read(file.bytes)
    #expect(capture.damage == [])
    #expect(capture.frames.map(\.frame) == [1, 2])
    #expect(capture.frames.map(\.time) == [1_700_000_000_123_456_000, 4_294_967_295_999_999_000])
    #expect(capture.frames.map(\.capturedLength) == [3, 0])
    #expect(capture.frames.map(\.originalLength) == [1500, 0])
    #expect(capture.frames.map(\.linkType) == [113, 113])
    #expect(capture.bytes == [[1, 2, 3], []])
    let summary = capture.files[0]
    #expect(summary.format == "pcap")
    #expect(summary.linkTypes.map(\.value) == [113])
    #expect(summary.packets == 2)
    #expect(summary.firstTime?.nanoseconds == 1_700_000_000_123_456_000)
    #expect(summary.lastTime?.nanoseconds == 4_294_967_295_999_999_000)
    #expect(summary.truncated)
  }

  @Test(arguments: byteOrders)
  func theMagicNumberTellsNanoseconds(_ order: ByteOrder) throws {
    var file = SavefileBytes(order, magic: 0xa1b2_3c4d)
    file.record(5, 999_999_999, [1])
    let capture = try read(file.bytes)
    #expect(capture.frames.map(\.time) == [5_999_999_999])
    #expect(capture.files[0].format == "nsecpcap")
    #expect(!capture.files[0].truncated)
  }

  @Test(arguments: byteOrders)
  func modifiedFilesHaveLongerRecordHeaders(_ order: ByteOrder) throws {
    var file = SavefileBytes(order, magic: 0xa1b2_cd34)
    file.record(1, 2, [7, 8, 9], extra: 8)
    file.record(3, 4, [10], extra: 8)
    let capture = try read(file.bytes)
    #expect(capture.bytes == [[7, 8, 9], [10]])
    #expect(capture.frames.map(\.time) == [1_000_002_000, 3_000_004_000])
    #expect(capture.files[0].format == "modpcap")
    #expect(capture.damage == [])
  }

  @Test func frameCheckSequenceBitsAreNoPartOfTheLinkType() throws {
    for network: UInt32 in [0x0400_0001, 0x2400_0001, 0xf400_0001, 0xffff_0001] {
      var file = SavefileBytes(network: network)
      file.record(1, 0, [1, 2, 3, 4])
      let capture = try read(file.bytes)
      #expect(capture.frames.map(\.linkType) == [1])
      #expect(capture.frames.map(\.capturedLength) == [4])
    }
  }

  /// Which length stands first changed with version 2.3 (libpcap, sf-pcap.c).
  @Test(
    arguments: [
      (2, 0, true), (2, 1, true), (2, 2, true), (543, 0, true), (2, 4, false), (2, 3, false),
      (2, 7, false),
    ] as [(UInt16, UInt16, Bool)])
  func oldVersionsHaveTheOriginalLengthFirst(
    _ major: UInt16, _ minor: UInt16, _ swapped: Bool
  ) throws {
    var file = SavefileBytes(version: (major, minor))
    let data: [UInt8] = [1, 2, 3, 4]
    file.record(1, 0, data, original: swapped ? 4 : 60, captured: swapped ? 60 : 4)
    let capture = try read(file.bytes)
    #expect(capture.damage == [])
    #expect(capture.frames.map(\.capturedLength) == [4])
    #expect(capture.frames.map(\.originalLength) == [60])
  }

  @Test func version23MayHaveEitherLengthFirst() throws {
    var file = SavefileBytes(version: (2, 3))
    file.record(1, 0, [1, 2, 3, 4], original: 60, captured: 4)
    file.record(2, 0, [1, 2, 3, 4], original: 4, captured: 60)
    let capture = try read(file.bytes)
    #expect(capture.frames.map(\.capturedLength) == [4, 4])
    #expect(capture.frames.map(\.originalLength) == [60, 60])
  }

  @Test func aixFilesHaveInterfaceTypesAndNanoseconds() throws {
    var file = SavefileBytes(version: (2, 2), network: 6)
    file.record(1, 5, [1, 2])
    let capture = try read(file.bytes)
    #expect(capture.frames.map(\.time) == [1_000_000_005])
    #expect(capture.frames.map(\.linkType) == [1])
    #expect(capture.files[0].format == "aixpcap")
  }

  @Test(arguments: [0, 1, 65535, 0x7fff_ffff, 0xffff_ffff] as [UInt32])
  func theSnapshotLengthDoesNotLimitWhatIsThere(_ snapshotLength: UInt32) throws {
    var file = SavefileBytes(snapshotLength: snapshotLength)
    file.record(1, 0, [UInt8](repeating: 1, count: 100))
    let capture = try read(file.bytes)
    #expect(capture.frames.map(\.capturedLength) == [100])
    #expect(capture.damage == [])
  }

  @Test func fractionsBeyondASecondAreAdded() throws {
    var file = SavefileBytes()
    file.record(1, 2_500_000, [1])
    #expect(try read(file.bytes).frames.map(\.time) == [3_500_000_000])
  }

  @Test(arguments: byteOrders)
  func everyTruncationKeepsTheWholeRecordsBeforeIt(_ order: ByteOrder) throws {
    let bytes = SavefileBytes.at([1, 2, 3], order)
    for length in 0..<bytes.count {
      let capture = try read(Array(bytes.prefix(length)))
      let expected = max(0, length - 24) / 20
      #expect(capture.frames.count == expected, "\(length) bytes")
      let isClean = length >= 24 && (length - 24) % 20 == 0
      #expect(capture.damage.isEmpty == isClean, "\(length) bytes")
      if length > 24, let damage = capture.damage.first {
        #expect(damage.offset == UInt64(24 + expected * 20), "\(length) bytes")
      }
    }
  }

  @Test func damageSaysWhatIsMissing() throws {
    let bytes = SavefileBytes.at([1, 2])
    let inHeader = try read(Array(bytes.prefix(10)))
    #expect(
      inHeader.damage.map(\.message) == ["the file header is cut: expected 24 bytes, found 10"])
    let inRecordHeader = try read(Array(bytes.prefix(24 + 20 + 7)))
    #expect(
      inRecordHeader.damage.map(\.message)
        == ["a record header is cut: expected 16 bytes, found 7"])
    let inRecord = try read(Array(bytes.prefix(24 + 20 + 17)))
    #expect(
      inRecord.damage.map(\.message)
        == ["a record is cut: expected 4 bytes of packet data, found 1"])
    #expect(inRecord.damage.map(\.offset) == [44])
  }

  @Test(arguments: [262_145, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as [UInt32])
  func absurdLengthsEndTheFileBeforeThem(_ captured: UInt32) throws {
    var file = SavefileBytes()
    file.record(1, 0, [1, 2])
    file.record(2, 0, [1, 2], captured: captured)
    file.record(3, 0, [1, 2])
    let capture = try read(file.bytes)
    #expect(capture.frames.count == 1)
    #expect(capture.damage.map(\.offset) == [42])
    #expect(
      capture.damage.map(\.message)
        == ["a record claims \(captured) bytes of packet data: expected at most 262144"])
  }

  @Test func theLongestRecordIsRead() throws {
    var file = SavefileBytes()
    file.record(1, 0, [UInt8](repeating: 9, count: 262_144))
    file.record(2, 0, [1])
    let capture = try read(file.bytes)
    #expect(capture.frames.map(\.capturedLength) == [262_144, 1])
    #expect(capture.damage == [])
  }

  @Test func recordsLongerThanABlockAreReadWhereTheLinkTypeHasThem() throws {
    // USB on Linux: requests of many megabytes.
    var file = SavefileBytes(network: 220)
    file.record(1, 0, [1])
    file.record(2, 0, [UInt8](repeating: 9, count: 5 << 20))
    file.record(3, 0, [1])
    let capture = try read(file.bytes)
    #expect(capture.frames.map(\.capturedLength) == [1, 5 << 20, 1])
    #expect(capture.damage == [])
  }

  @Test func archaicVersionsAreRefused() throws {
    var file = SavefileBytes(version: (1, 0))
    file.record(1, 0, [1])
    let capture = try read(file.bytes)
    #expect(capture.frames == [])
    #expect(
      capture.damage.map(\.message)
        == ["expected savefile version 2.0 or later, found 1.0"])
  }
}

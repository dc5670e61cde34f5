import Testing

@testable import Capture

@Suite struct DecompressionTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func read(_ bytes: [UInt8]) throws -> ReadCapture {
    try ReadCapture([scratch.file("x", bytes)])
  }

  /// Large enough for several blocks of either format and several fills of our own buffers.
  private static let plain: [UInt8] = {
    var file = SavefileBytes()
    for second in 0..<1200 {
      file.record(UInt32(second), 0, [UInt8](repeating: UInt8(second & 0xff), count: 1000))
    }
    return file.bytes
  }()

  private static let encoders: [(name: String, encode: @Sendable ([UInt8]) -> [UInt8])] = [
    ("gzip", { CompressedBytes.gzip($0) }), ("zstd", { CompressedBytes.zstd($0) }),
  ]

  @Test func compressedFilesGiveTheSameFrames() throws {
    let expected = try read(DecompressionTests.plain)
    #expect(expected.frames.count == 1200)
    for (name, encode) in DecompressionTests.encoders {
      let capture = try read(encode(DecompressionTests.plain))
      #expect(capture.frames == expected.frames, "\(name)")
      #expect(capture.damage == [], "\(name)")
      #expect(capture.files[0].format == "pcap", "\(name)")
    }
  }

  @Test func membersInARowAreOneStream() throws {
    let expected = try read(DecompressionTests.plain)
    for (name, encode) in DecompressionTests.encoders {
      // Cut in the file header, inside records, and with an empty member.
      let cuts = [0, 10, 24, 500, 500, 200_001, DecompressionTests.plain.count]
      let parts = zip(cuts, cuts.dropFirst()).flatMap { from, to in
        encode(Array(DecompressionTests.plain[from..<to]))
      }
      let capture = try read(parts)
      #expect(capture.frames == expected.frames, "\(name)")
      #expect(capture.damage == [], "\(name)")
    }
  }

  @Test func paddingAndSkippableFramesAreNothing() throws {
    let bytes = SavefileBytes.at([1, 2])
    let padded = try read(CompressedBytes.gzip(bytes) + [0, 0, 0, 0, 0])
    #expect(padded.frames.count == 2)
    #expect(padded.damage == [])
    let skippable = CompressedBytes.zstdSkippable([1, 2, 3])
    let skipped = try read(skippable + CompressedBytes.zstd(bytes) + skippable)
    #expect(skipped.frames.count == 2)
    #expect(skipped.damage == [])
  }

  @Test func everyTruncationIsDamageAndKeepsWhatCameBefore() throws {
    let bytes = SavefileBytes.at([1, 2, 3])
    for (name, encode) in DecompressionTests.encoders {
      let compressed = encode(bytes)
      var most = 0
      for length in 0..<compressed.count {
        let capture = try read(Array(compressed.prefix(length)))
        #expect(capture.damage.count == 1, "\(name), \(length) bytes")
        #expect(capture.frames.count >= most, "\(name), \(length) bytes")
        most = max(most, capture.frames.count)
        let offset = capture.damage.first?.offset ?? .max
        #expect(offset <= UInt64(bytes.count), "\(name), \(length) bytes")
      }
      if name == "gzip" { #expect(most == 3) }
    }
  }

  @Test func damagedDataIsNamedWithItsPlaceInTheDecompressedStream() throws {
    let bytes = SavefileBytes.at([1, 2, 3])
    var checksum = CompressedBytes.gzip(bytes)
    checksum[checksum.count - 8] ^= 1
    let wrongSum = try read(checksum)
    #expect(wrongSum.frames.count == 3)
    #expect(wrongSum.damage.map(\.offset) == [UInt64(bytes.count)])
    #expect(wrongSum.damage.map(\.message) == ["gzip data is damaged: incorrect data check"])

    let trailing = try read(CompressedBytes.gzip(bytes) + Array("rest".utf8))
    #expect(trailing.frames.count == 3)
    #expect(
      trailing.damage.map(\.message) == ["what follows the gzip member is not gzip"])

    let zstd = try read(CompressedBytes.zstd(bytes) + Array("rest".utf8))
    #expect(zstd.frames.count == 3)
    #expect(zstd.damage.map(\.offset) == [UInt64(bytes.count)])
    #expect(zstd.damage.first?.message.hasPrefix("zstd data is damaged: ") == true)
  }

  @Test func anEmptyMemberIsAnEmptyFile() throws {
    for (name, encode) in DecompressionTests.encoders {
      let capture = try read(encode([]))
      #expect(
        capture.damage.map(\.message) == ["the file is empty: expected a capture"], "\(name)")
    }
  }
}

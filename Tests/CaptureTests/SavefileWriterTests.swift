import Dissection
import Foundation
import Testing

@testable import Capture

@Suite struct SavefileWriterTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func whatIsWrittenIsReadBack() throws {
    let path = scratch.path("out.pcap")
    let writer = try SavefileWriter(path: path, linkType: .raw)
    let frames: [(Int64, [UInt8], UInt32?)] = [
      (0, [], nil), (1_700_000_000_123_456_789, [1, 2, 3], 1500),
      (2_147_483_647_999_999_999, [UInt8](repeating: 7, count: 70000), nil),
    ]
    for (time, bytes, original) in frames {
      try writer.write(
        time: Timestamp(nanoseconds: time), bytes: bytes.span, originalLength: original)
    }
    try writer.close()
    let capture = try ReadCapture([path])
    #expect(capture.damage == [])
    #expect(capture.bytes == frames.map(\.1))
    #expect(capture.frames.map(\.time) == frames.map(\.0))
    #expect(capture.frames.map(\.originalLength) == [0, 1500, 70000])
    #expect(capture.files[0].linkTypes == [.raw])
    #expect(capture.files[0].format == "nsecpcap")
    #expect(LibpcapCapture(path)?.frames == capture.frames)
  }

  @Test func aWriterThatGoesWithoutCloseWritesTheRest() throws {
    let path = scratch.path("out.pcap")
    do {
      let writer = try SavefileWriter(path: path)
      try writer.write(time: Timestamp(nanoseconds: 1), bytes: [1, 2].span)
    }
    #expect(try ReadCapture([path]).bytes == [[1, 2]])
  }

  @Test func manyFramesAreWrittenInBlocks() throws {
    let path = scratch.path("out.pcap")
    let writer = try SavefileWriter(path: path)
    let bytes = [UInt8](repeating: 3, count: 1000)
    for index in 0..<3000 {
      try writer.write(time: Timestamp(nanoseconds: Int64(index)), bytes: bytes.span)
    }
    // The last time that fits.
    try writer.write(time: Timestamp(nanoseconds: 4_294_967_295_999_999_999), bytes: bytes.span)
    try writer.close()
    let capture = try ReadCapture([path])
    let times = (0..<3000).map { Int64($0) } + [4_294_967_295_999_999_999]
    #expect(capture.frames.map(\.time) == times)
    #expect(capture.damage == [])
  }

  @Test(arguments: [-1, 4_294_967_296_000_000_000, Int64.max, Int64.min])
  func timesThatASavefileCannotHoldAreRefused(_ nanoseconds: Int64) throws {
    let writer = try SavefileWriter(path: scratch.path("out.pcap"))
    let time = Timestamp(nanoseconds: nanoseconds)
    #expect(throws: SavefileWriter.Failure.timeOutOfRange(time)) {
      try writer.write(time: time, bytes: [1].span)
    }
  }

  @Test func aPathThatCannotBeWrittenIsNamed() throws {
    let path = scratch.directory.path
    #expect(
      throws: SavefileWriter.Failure.unwritable("cannot create \(path): Is a directory")
    ) { try SavefileWriter(path: path) }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func aFullDiskIsTold() throws {
    let writer = try SavefileWriter(path: "/dev/full")
    #expect(
      throws: SavefileWriter.Failure.unwritable(
        "cannot write /dev/full: No space left on device")
    ) { try writer.close() }
  }
}

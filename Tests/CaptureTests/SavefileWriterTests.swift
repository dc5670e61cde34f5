import Capture
import Dissection
import Foundation
import Testing

/// What the writer writes, the reader gives back.
struct SavefileWriterTests {
  /// Frames that are empty, that together fill the writer's block of a megabyte to the octet, and
  /// as long as readers allow.
  private static let lengths =
    [0, 1, 60] + Array(repeating: 209_672, count: 4) + [209_675, 70, 262_144, 5]

  private static func frame(_ length: Int) -> [UInt8] {
    (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ length) }
  }

  @Test("every frame comes back whole, with its time and its original length")
  func roundTrip() throws {
    let scratch = try Scratch()
    let path = scratch.path("written.pcap")
    let writer = try SavefileWriter(
      path: path, linkType: .raw)
    for (index, length) in SavefileWriterTests.lengths.enumerated() {
      try writer.write(
        time: Timestamp(nanoseconds: Int64(index) * 1_000_000_001),
        bytes: SavefileWriterTests.frame(length).span, originalLength: UInt32(length + index))
    }
    try writer.close()

    let capture = try ReadCapture([path])
    #expect(capture.damage.isEmpty)
    #expect(capture.files.first?.format == "nsecpcap")
    #expect(capture.frames.map(\.time) == (0..<11).map { $0 * 1_000_000_001 })
    #expect(capture.frames.map { Int($0.capturedLength) } == SavefileWriterTests.lengths)
    #expect(
      capture.frames.map { Int($0.originalLength) }
        == SavefileWriterTests.lengths.enumerated().map { $0.element + $0.offset })
    #expect(
      capture.frames.map(\.hash)
        == SavefileWriterTests.lengths.map { hash(SavefileWriterTests.frame($0).span) })
    #expect(capture.frames.allSatisfy { $0.linkType == LinkType.raw.value })
  }

  @Test("a frame longer than the writer's block is written whole")
  func longFrame() throws {
    let scratch = try Scratch()
    let path = scratch.path("long.pcap")
    let frame = SavefileWriterTests.frame(3 << 20)
    let writer = try SavefileWriter(path: path)
    try writer.write(time: Timestamp(nanoseconds: 0), bytes: frame.span)
    try writer.close()
    let written = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(written.count == 24 + 16 + frame.count)
    #expect(written.dropFirst(40).elementsEqual(frame))
  }

  @Test(
    "a time that the format cannot hold is refused", arguments: [-1, 4_294_967_296_000_000_000])
  func times(nanoseconds: Int64) throws {
    let scratch = try Scratch()
    let writer = try SavefileWriter(path: scratch.path("times.pcap"))
    let time = Timestamp(nanoseconds: nanoseconds)
    let none: [UInt8] = []
    #expect(throws: SavefileWriter.Failure.timeOutOfRange(time)) {
      try writer.write(time: time, bytes: none.span)
    }
  }

  @Test("a directory that is not there is named")
  func unwritable() throws {
    let scratch = try Scratch()
    let path = scratch.path("missing/file.pcap")
    let failure = #expect(throws: SavefileWriter.Failure.self) {
      _ = try SavefileWriter(path: path)
    }
    guard case .unwritable(let sentence) = failure else {
      Issue.record("another failure: \(String(describing: failure))")
      return
    }
    #expect(sentence.contains(path))
  }
}

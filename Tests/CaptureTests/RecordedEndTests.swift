import Dissection
import Testing

@testable import Capture

/// When the capture ended, as an Interface Statistics Block says, is believed of finwait alone.
struct RecordedEndTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A file of one frame at second 5, and an end at second 65.
  private func file(
    application: String?, _ order: ByteOrder = .littleEndian, value: [UInt8]? = nil,
    interface: UInt32 = 0
  ) throws -> String {
    var file = PcapngBytes(order)
    file.section(options: application.map { [.init(code: 4, value: Array($0.utf8))] } ?? [])
    file.interface(options: [.resolution(6)])
    file.enhanced(ticks: 5_000_000, [1, 2, 3, 4])
    var end = CaptureBytes(order)
    end.append32(0)
    end.append32(65_000_000)
    let options = [PcapngBytes.Option(code: 3, value: value ?? end.bytes)]
    file.block(5, options: options) { body in
      body.append32(interface)
      body.append64(0)
    }
    return try scratch.file("end.pcapng", file.bytes)
  }

  private func end(_ paths: [String]) throws -> Timestamp? {
    let reader = try CaptureReader(paths: paths)
    while reader.readBatch({ _, _, _ in }) {}
    #expect(reader.files.allSatisfy { $0.damage.isEmpty })
    return reader.recordedEnd
  }

  @Test(arguments: [ByteOrder.littleEndian, .bigEndian])
  func ofFinwait(_ order: ByteOrder) throws {
    let end = try end([file(application: "finwait 0.1.0", order)])
    #expect(end == Timestamp(nanoseconds: 65_000_000_000))
  }

  @Test(arguments: ["Dumpcap 1.12.1", "finwaiting", nil])
  func ofOthers(_ application: String?) throws {
    #expect(try end([file(application: application)]) == nil)
  }

  @Test func ofNoUse() throws {
    #expect(try end([file(application: "finwait 1", value: [1, 2, 3, 4])]) == nil)
    #expect(try end([file(application: "finwait 1", interface: 7)]) == nil)
  }

  /// What the writer writes the reader reads.
  @Test func thereAndBack() throws {
    let path = scratch.path("out.pcapng")
    let file = ReplacementFile(path: path)
    let writer = try file.begin(
      application: "finwait 1",
      interfaces: [.init(name: "0", linkType: .raw, snapshotLength: 0)], comment: "of the file")
    let record = FrameRecord(
      frame: 1, time: Timestamp(nanoseconds: 7), linkType: .raw, interface: 0, offset: 0,
      capturedLength: 3, originalLength: 90)
    try writer.write(record, ([1, 2, 3] as [UInt8]).span, comments: ["one", "two"])
    let end = Timestamp(nanoseconds: 1_700_000_000_123_456_789)
    try writer.write(end: end, of: 0)
    try writer.close()
    try file.putInPlace()
    #expect(try self.end([path]) == end)
    let capture = try ReadCapture([path])
    #expect(capture.bytes == [[1, 2, 3]])
    #expect(capture.frames.map(\.originalLength) == [90])
    #expect(capture.files[0].comments.map(\.text) == ["of the file", "one", "two"])
    #expect(capture.files[0].comments.map(\.frame) == [nil, 1, 1])
  }
}

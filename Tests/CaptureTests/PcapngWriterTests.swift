import Dissection
import Foundation
import TestSupport
import Testing

@testable import Capture

@Suite struct PcapngWriterTests {
  let scratch: Scratch
  private let interfaces = [
    PcapngWriter.Interface(name: "eth0", linkType: .ethernet, snapshotLength: 256),
    PcapngWriter.Interface(name: "tun", linkType: .raw, snapshotLength: 65_535),
  ]

  init() throws { scratch = try Scratch() }

  private func writer(_ path: String) throws -> PcapngWriter {
    try PrivatePlace(path: path).create(application: "test 1", interfaces: interfaces)
  }

  private func record(
    _ nanoseconds: Int64, _ bytes: [UInt8], interface: UInt16 = 0, original: UInt32? = nil
  ) -> FrameRecord {
    FrameRecord(
      frame: 0, time: Timestamp(nanoseconds: nanoseconds),
      linkType: interfaces[Int(interface)].linkType, interface: interface, offset: 0,
      capturedLength: UInt32(bytes.count), originalLength: original ?? UInt32(bytes.count))
  }

  /// Lengths with every padding, none among them; times up to the last; two link types.
  private var frames: [(record: FrameRecord, bytes: [UInt8])] {
    (0..<9).map { number in
      let bytes = [UInt8](repeating: UInt8(number), count: number)
      let time = number == 8 ? Int64.max : 1_700_000_000_123_456_780 + Int64(number)
      return (record(time, bytes, interface: UInt16(number % 2), original: 1500), bytes)
    }
  }

  private func write(_ path: String) throws {
    let writer = try writer(path)
    for frame in frames { try writer.write(frame.record, frame.bytes.span) }
    for index in interfaces.indices {
      let statistics = PcapngWriter.Statistics(
        received: 5, droppedByInterface: 1 << 40, droppedBySystem: 2)
      try writer.write(statistics, of: index, at: Timestamp(nanoseconds: 1_700_000_001_000_000_000))
    }
    let count = writer.count
    try writer.close()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == count)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let path = scratch.path("out.pcapng")
    try write(path)
    let capture = try ReadCapture([path])
    #expect(capture.damage == [])
    #expect(capture.bytes == frames.map(\.bytes))
    #expect(capture.frames.map(\.time) == frames.map(\.record.time.nanoseconds))
    #expect(capture.frames.map(\.linkType) == frames.map(\.record.linkType.value))
    #expect(capture.frames.allSatisfy { $0.originalLength == 1500 })
    #expect(capture.files[0].format == "pcapng")
  }

  @Test(.enabled(if: Tshark.isInstalled, "\(Tshark.missing)"))
  func tsharkReadsTheSame() throws {
    let path = scratch.path("out.pcapng")
    try write(path)
    let rows = try Tshark.fields(
      [
        "frame.time_epoch", "frame.cap_len", "frame.len", "frame.interface_name",
        "frame.encap_type",
      ], of: path, filter: "frame.number < 9")
    #expect(
      rows
        == frames.prefix(8).map { frame in
          let isEthernet = frame.record.interface == 0
          return [
            "1700000000.12345678\(frame.bytes.count)",
            "\(frame.bytes.count)", "1500", isEthernet ? "eth0" : "tun", isEthernet ? "1" : "7",
          ]
        })
  }

  /// A process can be ended within write(2): then the last block is cut.
  @Test func aFileCutAnywhereGivesAllFramesBefore() throws {
    let path = scratch.path("out.pcapng")
    try write(path)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var counts: [Int] = []
    for length in stride(from: 200, through: whole.count, by: 1) {
      let cut = try ReadCapture([scratch.file("cut.pcapng", Array(whole[..<length]))])
      #expect(cut.bytes == frames.prefix(cut.bytes.count).map(\.bytes))
      #expect(cut.damage.count <= 1)
      counts.append(cut.bytes.count)
    }
    #expect(counts == counts.sorted() && Set(counts) == Set((counts.first ?? 9)...9))
  }

  @Test func aFrameLongerThanTheBufferIsWritten() throws {
    let path = scratch.path("out.pcapng")
    let writer = try writer(path)
    let bytes = [UInt8](repeating: 3, count: 262_144)
    for time in 1...3 { try writer.write(record(Int64(time), bytes), bytes.span) }
    try writer.close()
    #expect(try ReadCapture([path]).bytes == [bytes, bytes, bytes])
  }

  // MARK: The ring

  private func owners(in ring: inout FrameRing, of wanted: Set<UInt32>) throws -> [[UInt8]] {
    let path = scratch.path("ring.pcapng")
    let writer = try writer(path)
    try ring.take(wanted) { block throws(SavefileWriter.Failure) in
      try writer.write(blocks: block)
    }
    try writer.close()
    return try ReadCapture([path]).bytes
  }

  @Test func theRingGivesTheFramesOfAnOwnerOnce() throws {
    var ring = FrameRing(octets: 0, history: .seconds(10))
    for number in UInt8(1)...30 {
      ring.append(
        record(Int64(number), [number]), [number].span, owner: UInt32(number % 3) + 1)
    }
    #expect(try owners(in: &ring, of: [2]) == (0..<10).map { [$0 * 3 + 1] })
    #expect(try owners(in: &ring, of: [2]) == [])
    #expect(try owners(in: &ring, of: [1, 3]) == (1...30).filter { $0 % 3 != 1 }.map { [$0] })
  }

  @Test func theRingIsBoundedInOctets() throws {
    var ring = FrameRing(octets: 4 << 20, history: .seconds(1_000_000))
    let bytes = [UInt8](repeating: 1, count: 1000)
    for number in 0..<20_000 {
      ring.append(record(Int64(number), bytes), bytes.span, owner: UInt32(number) + 1)
    }
    #expect((2_000...4_000).contains(ring.count), "\(ring.count)")
    #expect(try owners(in: &ring, of: [1]) == [], "the oldest is gone")
    #expect(try owners(in: &ring, of: [20_000]) == [bytes], "the latest is there")
  }

  @Test func theRingIsBoundedInTime() throws {
    var ring = FrameRing(octets: 1 << 30, history: .seconds(5))
    for number in 0..<100_000 {
      ring.append(record(Int64(number) * 1_000_000, [1]), [1].span, owner: UInt32(number) + 1)
    }
    // Five seconds of a thousand packets, and two pieces of the memory at most.
    #expect((5_000...(5_000 + 2 * 4096)).contains(ring.count), "\(ring.count)")
    #expect(try owners(in: &ring, of: [95_001]) == [[1]])
  }
}

import Testing

@testable import Capture

@Suite struct PcapngInterfaceTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func read(
    ticks: UInt64, _ options: [PcapngBytes.Option], _ order: ByteOrder = .littleEndian
  ) throws -> ReadCapture {
    var file = PcapngBytes(order)
    file.section()
    file.interface(options: options)
    file.enhanced(ticks: ticks, [1])
    return try ReadCapture([scratch.file("x.pcapng", file.bytes)])
  }

  /// if_tsresol: ticks and the nanoseconds that they come to, cut, never rounded up.
  @Test(
    arguments: [
      (0, 3, 3_000_000_000),
      (3, 1_234, 1_234_000_000),
      (6, 1_234_567, 1_234_567_000),
      (9, 1_234_567_890, 1_234_567_890),
      (10, 12_345_678_909, 1_234_567_890),
      (12, 1_234_567_890_999, 1_234_567_890),
      (19, 12_345_678_901_234_567_890, 1_234_567_890),
      (0x80, 3, 3_000_000_000),
      (0x81, 3, 1_500_000_000),
      (0x8a, 1025, 1_000_976_562),
      (0x9e, 1_073_741_825, 1_000_000_000),
      (0xa0, 0x1_8000_0000, 1_500_000_000),
      (0xbf, 0xc000_0000_0000_0000, 1_500_000_000),
    ] as [(UInt8, UInt64, Int64)])
  func ticksAreOfTheInterfacesResolution(
    _ option: UInt8, _ ticks: UInt64, _ nanoseconds: Int64
  ) throws {
    let capture = try read(ticks: ticks, [.resolution(option)])
    #expect(capture.frames.map(\.time) == [nanoseconds])
    #expect(capture.damage == [])
  }

  @Test(arguments: byteOrders)
  func theOffsetIsAdded(_ order: ByteOrder) throws {
    let later = try read(ticks: 1_500_000, [.offset(1_700_000_000, order)], order)
    #expect(later.frames.map(\.time) == [1_700_000_001_500_000_000])
    let earlier = try read(
      ticks: 1_500_000_000, [.resolution(9), .offset(-3, order)], order)
    #expect(earlier.frames.map(\.time) == [-1_500_000_000])
    #expect(earlier.damage == [])
  }

  /// Outside of what 64-bit nanoseconds hold: the nearest time, and the damage is named.
  @Test(
    arguments: [
      (UInt64.max, 6, 0, Int64.max),
      (UInt64.max, 9, 0, Int64.max),
      (1 << 63, 9, 0, Int64.max),
      (0, 6, 10_000_000_000, Int64.max),
      (0, 6, Int64.max, Int64.max),
      (0, 6, -10_000_000_000, Int64.min),
      (0, 6, Int64.min, Int64.min),
      (UInt64.max, 0, 1, Int64.max),
      (UInt64.max, 12, 10_000_000_000, Int64.max),
    ] as [(UInt64, UInt8, Int64, Int64)])
  func timesOutOfRangeAreClamped(
    _ ticks: UInt64, _ resolution: UInt8, _ offset: Int64, _ nearest: Int64
  ) throws {
    let capture = try read(
      ticks: ticks, [.resolution(resolution), .offset(offset, .littleEndian)])
    #expect(capture.frames.map(\.time) == [nearest])
    #expect(capture.damage.count == 1)
    #expect(capture.damage.first?.message.contains("1677 to 2262") == true)
  }

  @Test func theLastTimeThatFitsIsExact() throws {
    let capture = try read(ticks: UInt64(Int64.max), [.resolution(9)])
    #expect(capture.frames.map(\.time) == [Int64.max])
    #expect(capture.damage == [])
  }
}

import Dissection
import Testing

@testable import Capture

/// Random bytes and random damage: reading ends, stays within the block, and keeps its memory.
@Suite struct FuzzTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Reads all there is and checks what holds of any input.
  private func read(_ bytes: [UInt8], seed: UInt64) throws {
    let path = try scratch.file("fuzz", bytes)
    let input = try CaptureInput(path: path, sharing: 1, interfaces: InterfaceNumbers())
    var frames = 0
    var lane = Lane()
    repeat {
      input.fill(&lane)
      frames += lane.records.count
      for record in lane.records {
        let end = record.offset + Int(record.capturedLength)
        #expect(record.offset >= 0 && end <= input.buffer.count, "seed \(seed)")
      }
    } while !lane.records.isEmpty
    // No frame of either format takes less than 16 bytes of a file.
    #expect(frames <= bytes.count / 16, "seed \(seed)")
    #expect(input.buffer.capacity == CaptureInput.blockCapacity, "seed \(seed)")
  }

  private static func sample(_ order: ByteOrder) -> [UInt8] {
    var file = PcapngBytes(order)
    file.section(options: [.comment("one")])
    file.interface(options: [.resolution(9), .offset(-1, order)])
    file.interface(113)
    file.enhanced(1, ticks: 7, [1, 2, 3, 4, 5], options: [.comment("two")])
    file.simple([1, 2, 3])
    file.obsolete(1, ticks: 9, [1, 2])
    file.block(4) { $0.append64(0) }
    file.section()
    file.interface()
    file.enhanced(0, ticks: 7, [1, 2, 3, 4, 5])
    return file.bytes
  }

  @Test(arguments: 0..<400)
  func randomDamageOfACapture(_ number: Int) throws {
    let seed = UInt64(number)
    var random = SeededGenerator(seed: seed)
    let order = byteOrders[number % 2]
    var bytes =
      number % 4 < 2 ? FuzzTests.sample(order) : SavefileBytes.at([1, 2, 3, 4], order)
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[index] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes[index] = [0, 0x7f, 0x80, 0xff][Int.random(in: 0..<4, using: &random)]
      case _: bytes.removeSubrange(index..<min(bytes.count, index + 4))
      }
      if bytes.isEmpty { break }
    }
    try read(bytes, seed: seed)
    try read(CompressedBytes.gzip(bytes), seed: seed)
  }

  @Test(arguments: 0..<100)
  func randomBytesBehindAMagicNumber(_ number: Int) throws {
    let seed = UInt64(1000 + number)
    var random = SeededGenerator(seed: seed)
    let starts: [[UInt8]] = [
      [], SavefileBytes().bytes, SavefileBytes(.bigEndian, magic: 0xa1b2_cd34).bytes,
      [0x0a, 0x0d, 0x0d, 0x0a], [0x1f, 0x8b, 8, 0], [0x28, 0xb5, 0x2f, 0xfd],
    ]
    let noise = (0..<2000).map { _ in UInt8.random(in: 0...255, using: &random) }
    try read(starts[number % starts.count] + noise, seed: seed)
  }

  /// A length field of four gigabytes in a file of a hundred bytes.
  @Test func memoryFollowsTheFileAndNotItsLengthFields() throws {
    for link: UInt32 in [1, 220, 231] {
      for length: UInt32 in [262_144, 128 << 20, 0x7fff_ffff, .max] {
        var savefile = SavefileBytes(network: link)
        savefile.record(1, 0, [UInt8](repeating: 1, count: 60), captured: length)
        try read(savefile.bytes, seed: 0)
        var file = PcapngBytes()
        file.section()
        file.interface(UInt16(link))
        file.enhanced(ticks: 1, [UInt8](repeating: 1, count: 60), captured: length)
        try read(file.bytes, seed: 0)
        var field = CaptureBytes(.littleEndian)
        field.append32(length)
        file.bytes.replaceSubrange(52..<56, with: field.bytes)
        try read(file.bytes, seed: 0)
      }
    }
  }
}

import Dissection

/// Steps through the blocks of a pcapng file (draft-ietf-opsawg-pcapng).
///
/// How far a damaged file is read is as in wiretap's pcapng.c: a block whose length, trailer,
/// interface or packet length contradicts the rest ends the file before it.
struct PcapngReader {
  private(set) var order = ByteOrder.littleEndian
  /// Of the current section.
  private(set) var interfaces: [PcapngInterface] = []
  private let numbers: InterfaceNumbers
  /// finwait itself wrote the current section.
  private var isOurs = false
  var frames = 0
  /// For Simple Packet Blocks, which have none of their own.
  var lastTime = Timestamp(nanoseconds: 0)

  /// Before a block is believed: its type, its length, and (of a section) its byte order.
  private static let shortestBlock = 12
  private static let longestBlock: UInt32 = 16 << 20
  private static let mostInterfaces = 65536

  enum BlockType {
    static let section: UInt32 = 0x0a0d_0d0a
    static let interface: UInt32 = 1
    static let packet: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let statistics: UInt32 = 5
    static let enhancedPacket: UInt32 = 6
    /// No packets, but Wireshark shows and numbers them as frames: journal entries, custom
    /// blocks, system calls.
    static let numbered: [UInt32] = [9, 0xbad, 0x4000_0bad, 0x204, 0x216, 0x221]
  }

  /// A block that lies complete in memory.
  private struct Placement {
    var type: UInt32
    /// In memory.
    var start: Int
    /// In the stream.
    var offset: UInt64
  }

  init(interfaces numbers: InterfaceNumbers) { self.numbers = numbers }

  /// Whether a file that begins so is pcapng; its byte order may still be wrong.
  static func recognizes(_ bytes: Span<UInt8>) -> Bool {
    bytes.count >= 4 && bytes.uint32(at: 0, .littleEndian) == BlockType.section
  }

  /// Whether the first section tells its byte order.
  static func hasByteOrder(_ bytes: Span<UInt8>) -> Bool {
    bytes.count >= shortestBlock && sectionOrder(bytes) != nil
  }

  /// Appends the frames of the blocks that lie complete in `bytes` from `position` on, until
  /// `records` is full.
  ///
  /// - Parameter origin: where `bytes` begins in the stream.
  mutating func scan(
    _ bytes: Span<UInt8>, from position: inout Int, origin: UInt64,
    into records: inout OutputSpan<FrameRecord>, notes: inout InputNotes
  ) -> ScanStop {
    while !records.isFull {
      scanPlainPackets(bytes, from: &position, into: &records)
      if records.isFull { break }
      guard bytes.count - position >= PcapngReader.shortestBlock else {
        return .needs(PcapngReader.shortestBlock)
      }
      let head = bytes.extracting(position..<(position + PcapngReader.shortestBlock))
      let type = head.uint32(at: 0, order)
      if type == BlockType.section {
        guard let magicOrder = PcapngReader.sectionOrder(head) else {
          return .damaged(
            "expected a section's byte-order magic 0x1a2b3c4d, found "
              + hexadecimal(head.uint32(at: 8, .littleEndian)))
        }
        order = magicOrder
      }
      let length = head.uint32(at: 4, order)
      guard length >= 12, length <= PcapngReader.longestBlock else {
        return .damaged("expected a block of 12 bytes to 16 MiB, found a length of \(length)")
      }
      // Some writers leave the padding out of the length.
      let padded = (Int(length) + 3) & ~3
      guard bytes.count - position >= padded else { return .needs(padded) }
      let block = bytes.extracting(position..<(position + padded))
      let trailer = block.uint32(at: padded - 4, order)
      guard trailer == length else {
        return .damaged("a block's lengths differ: \(length) before it, \(trailer) after it")
      }
      let placement = Placement(
        type: type, start: position, offset: origin + UInt64(position))
      if let fault = read(block, placement, into: &records, notes: &notes) {
        return .damaged(fault)
      }
      position += padded
    }
    return .batchFull
  }

  /// What is missing when the file ends `available` bytes into a block of at least `needed`.
  func cut(available: Int, needed: Int) -> String {
    "a block is cut: expected at least \(needed) bytes, found \(available)"
  }

  /// - Returns: why the file cannot be read on.
  private mutating func read(
    _ block: Span<UInt8>, _ placement: Placement, into records: inout OutputSpan<FrameRecord>,
    notes: inout InputNotes
  ) -> String? {
    switch placement.type {
    case BlockType.enhancedPacket:
      guard block.count >= 32 else { return tooShort("Enhanced Packet Block", block) }
      let index = Int(block.uint32(at: 8, order))
      return readPacket(block, placement, interface: index, into: &records, notes: &notes)
    case BlockType.packet:
      guard block.count >= 32 else { return tooShort("Packet Block", block) }
      let index = Int(block.uint16(at: 8, order))
      return readPacket(block, placement, interface: index, into: &records, notes: &notes)
    case BlockType.simplePacket:
      return readSimplePacket(block, placement, into: &records)
    case BlockType.interface:
      return readInterface(block, notes: &notes)
    case BlockType.section:
      return readSection(block, placement, notes: &notes)
    case BlockType.statistics:
      if isOurs { readEnd(block, notes: &notes) }
      return nil
    default:
      // Names, secrets: nothing that bears on a frame.
      if BlockType.numbered.contains(placement.type) { frames += 1 }
      return nil
    }
  }

  private static func sectionOrder(_ head: Span<UInt8>) -> ByteOrder? {
    if head.uint32(at: 8, .littleEndian) == 0x1a2b_3c4d { return .littleEndian }
    if head.uint32(at: 8, .bigEndian) == 0x1a2b_3c4d { return .bigEndian }
    return nil
  }

  private mutating func readSection(
    _ block: Span<UInt8>, _ placement: Placement, notes: inout InputNotes
  ) -> String? {
    guard block.count >= 28 else { return tooShort("Section Header Block", block) }
    let major = block.uint16(at: 12, order)
    let minor = block.uint16(at: 14, order)
    // 1.2 was written by mistake and differs in nothing.
    guard major == 1, minor == 0 || minor == 2 else {
      return "expected pcapng version 1.0, found \(major).\(minor)"
    }
    interfaces.removeAll(keepingCapacity: true)
    isOurs = false
    var options = PcapngOptions(from: 24, order)
    while let option = options.next(in: block) {
      switch option.code {
      case PcapngOptions.comment:
        notes.note(comment: CaptureComment(frame: nil, text: block.text(option.value)))
      case PcapngOptions.application: isOurs = block.text(option.value).hasPrefix("finwait ")
      default: continue
      }
    }
    if options.isDamaged { return "an option of a Section Header Block exceeds its block" }
    return nil
  }

  private mutating func readInterface(
    _ block: Span<UInt8>, notes: inout InputNotes
  ) -> String? {
    guard block.count >= 20 else { return tooShort("Interface Description Block", block) }
    guard interfaces.count < PcapngReader.mostInterfaces else {
      return "expected at most \(PcapngReader.mostInterfaces) interfaces in a section"
    }
    let interface: PcapngInterface
    switch PcapngInterface.read(block, order, number: numbers.take()) {
    case .success(let description): interface = description
    case .failure(let fault): return fault.message
    }
    interfaces.append(interface)
    notes.note(interface.linkType)
    return nil
  }

  private mutating func readSimplePacket(
    _ block: Span<UInt8>, _ placement: Placement, into records: inout OutputSpan<FrameRecord>
  ) -> String? {
    guard block.count >= 16 else { return tooShort("Simple Packet Block", block) }
    guard let interface = interfaces.first else { return unknownInterface(0) }
    let original = block.uint32(at: 8, order)
    let limit = interface.snapshotLength == 0 ? UInt32.max : interface.snapshotLength
    let captured = min(original, limit)
    if let fault = checkLength(captured, room: block.count - 16, interface) { return fault }
    frames += 1
    records.append(
      FrameRecord(
        frame: frames, time: lastTime, linkType: interface.linkType,
        interface: interface.number, offset: placement.start + 12,
        capturedLength: captured, originalLength: original))
    return nil
  }

  /// Enhanced Packet Blocks and the obsolete Packet Blocks differ only in how they give the
  /// interface.
  @inline(__always)
  private mutating func readPacket(
    _ block: Span<UInt8>, _ placement: Placement, interface index: Int,
    into records: inout OutputSpan<FrameRecord>, notes: inout InputNotes
  ) -> String? {
    guard index < interfaces.count else { return unknownInterface(index) }
    let interface = interfaces[index]
    let captured = block.uint32(at: 20, order)
    if let fault = checkLength(captured, room: block.count - 32, interface) { return fault }
    let high = UInt64(block.uint32(at: 12, order))
    let ticks = high << 32 | UInt64(block.uint32(at: 16, order))
    frames += 1
    if let time = interface.time(ticks: ticks) {
      lastTime = time
    } else {
      lastTime = interface.nearestTime(ticks: ticks)
      notes.note(
        damageAt: placement.offset,
        "frame \(frames) of the file: expected a time from 1677 to 2262, found \(ticks) ticks")
    }
    records.append(
      FrameRecord(
        frame: frames, time: lastTime, linkType: interface.linkType,
        interface: interface.number, offset: placement.start + 28,
        capturedLength: captured, originalLength: block.uint32(at: 24, order)))
    let optionsStart = 28 + ((Int(captured) + 3) & ~3)
    if optionsStart + 4 < block.count {
      readPacketOptions(block, placement, from: optionsStart, notes: &notes)
    }
    return nil
  }

  private func readPacketOptions(
    _ block: Span<UInt8>, _ placement: Placement, from start: Int, notes: inout InputNotes
  ) {
    var options = PcapngOptions(from: start, order)
    while let option = options.next(in: block) {
      guard option.code == PcapngOptions.comment else { continue }
      notes.note(comment: CaptureComment(frame: frames, text: block.text(option.value)))
    }
    if options.isDamaged {
      notes.note(
        damageAt: placement.offset, "frame \(frames) of the file: an option exceeds its block")
    }
  }

  @inline(__always)
  private func checkLength(
    _ captured: UInt32, room: Int, _ interface: PcapngInterface
  ) -> String? {
    guard captured <= interface.linkType.maximumCapturedLength else {
      return tooLong(captured, "expected at most \(interface.linkType.maximumCapturedLength)")
    }
    guard Int(captured) <= room else {
      return tooLong(captured, "its block has room for \(room)")
    }
    return nil
  }

  @inline(never)
  private func tooLong(_ captured: UInt32, _ reason: String) -> String {
    "a frame claims \(captured) bytes of packet data: \(reason)"
  }

  private func tooShort(_ name: String, _ block: Span<UInt8>) -> String {
    "a block of \(block.count) bytes is too short for the \(name) that it claims to be"
  }

  private func unknownInterface(_ index: Int) -> String {
    "a frame names interface \(index): the section describes \(interfaces.count) so far"
  }
}

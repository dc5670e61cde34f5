import Dissection

/// The blocks of a pcapng section that finwait writes (draft-ietf-opsawg-pcapng): little-endian,
/// nanoseconds.
extension OutputBlock {
  private enum OptionCode {
    static let end: UInt16 = 0
    static let interfaceName: UInt16 = 2
    static let timeResolution: UInt16 = 9
    static let interfaceReceived: UInt16 = 4
    static let interfaceDropped: UInt16 = 5
    static let systemDropped: UInt16 = 7
  }

  /// A section that the named program wrote, of a length that nobody knows yet.
  mutating func appendSection(application: String, comment: String? = nil) {
    appendBlock(type: PcapngReader.BlockType.section) { block in
      block.append([0x1a2b_3c4d, 1, 0xffff_ffff, 0xffff_ffff])
      if let comment { block.appendComment(comment) }
      block.appendOption(PcapngOptions.application, Array(application.utf8).span)
    }
  }

  mutating func appendInterface(_ interface: PcapngWriter.Interface) {
    appendBlock(type: PcapngReader.BlockType.interface) { block in
      block.append([UInt32(interface.linkType.value), interface.snapshotLength])
      block.appendOption(OptionCode.interfaceName, Array(interface.name.utf8).span)
      block.appendOption(OptionCode.timeResolution, [9].span)
    }
  }

  mutating func appendStatistics(
    _ statistics: PcapngWriter.Statistics, of interface: Int, at time: Timestamp
  ) {
    appendBlock(type: PcapngReader.BlockType.statistics) { block in
      let ticks = time.ticks
      block.append([UInt32(truncatingIfNeeded: interface), ticks.high, ticks.low])
      block.appendOption(OptionCode.interfaceReceived, statistics.received)
      block.appendOption(OptionCode.interfaceDropped, statistics.droppedByInterface)
      block.appendOption(OptionCode.systemDropped, statistics.droppedBySystem)
    }
  }

  /// Says until when the interface was listened to.
  mutating func appendEnd(_ time: Timestamp, of interface: Int) {
    appendBlock(type: PcapngReader.BlockType.statistics) { block in
      let ticks = time.ticks
      block.append([UInt32(truncatingIfNeeded: interface), ticks.high, ticks.low])
      block.append([UInt32(PcapngOptions.interfaceEnd) | 8 << 16, ticks.high, ticks.low])
    }
  }

  /// A frame with what is to be said of it.
  mutating func appendPacket(
    _ record: FrameRecord, _ bytes: Span<UInt8>, comments: [String]
  ) {
    appendBlock(type: PcapngReader.BlockType.enhancedPacket) { block in
      let ticks = record.time.ticks
      block.append([
        UInt32(record.interface), ticks.high, ticks.low, UInt32(truncatingIfNeeded: bytes.count),
        record.originalLength,
      ])
      block.append(bytes)
      block.appendPadding(after: bytes.count)
      for comment in comments { block.appendComment(comment) }
    }
  }

  /// How long the block of a frame is.
  static func packetLength(captured: Int) -> Int { 32 + (captured + 3) & ~3 }

  /// A frame of an interface, by the index that its record has; the caller has asked for room.
  @inline(__always)
  mutating func appendPacket(_ record: FrameRecord, _ bytes: Span<UInt8>) {
    let length = UInt32(truncatingIfNeeded: Self.packetLength(captured: bytes.count))
    let ticks = record.time.ticks
    append([
      PcapngReader.BlockType.enhancedPacket, length, UInt32(record.interface), ticks.high,
      ticks.low, UInt32(truncatingIfNeeded: bytes.count), record.originalLength,
    ])
    append(bytes)
    appendPadding(after: bytes.count)
    append([length])
  }

  // MARK: Parts

  /// Writes the length of a block, which is known when its body is written, twice.
  private mutating func appendBlock(type: UInt32, _ body: (inout OutputBlock) -> Void) {
    var content = OutputBlock(capacity: 256)
    body(&content)
    content.append(UInt32(OptionCode.end))
    let length = UInt32(content.count + 12)
    append(type)
    append(length)
    append(content.octets.span.extracting(first: content.count))
    append(length)
  }

  private mutating func appendOption(_ code: UInt16, _ value: UInt64) {
    append(UInt32(code) | 8 << 16)
    append(UInt32(truncatingIfNeeded: value))
    append(UInt32(truncatingIfNeeded: value >> 32))
  }

  private mutating func appendOption(_ code: UInt16, _ value: Span<UInt8>) {
    append(UInt32(code) | UInt32(value.count) << 16)
    append(value)
    appendPadding(after: value.count)
  }

  /// At most what an option's length can say.
  private mutating func appendComment(_ text: String) {
    appendOption(PcapngOptions.comment, Array(text.utf8.prefix(0xFFFF)).span)
  }

  /// Values begin where 32 bits do.
  private mutating func appendPadding(after count: Int) {
    let zeros: InlineArray<3, UInt8> = [0, 0, 0]
    append(zeros.span.extracting(first: -count & 3))
  }

  /// A number, for which room is made.
  private mutating func append(_ value: UInt32) {
    let octets = InlineArray<4, UInt8> { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    append(octets.span)
  }
}

extension Timestamp {
  /// Nanoseconds since 1970, before which the format has no times, in two halves.
  fileprivate var ticks: (high: UInt32, low: UInt32) {
    let ticks = UInt64(max(nanoseconds, 0))
    return (UInt32(ticks >> 32), UInt32(truncatingIfNeeded: ticks))
  }
}

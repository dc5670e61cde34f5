import Dissection

extension PcapngReader {
  /// Appends the frames of the blocks that nearly all are: sound Enhanced Packet Blocks without
  /// options, one behind the other, of one interface.
  ///
  /// Stops without a word in front of any other block, of what is cut, and of what is wrong: that
  /// is read again by those who have words for it.
  mutating func scanPlainPackets(
    _ bytes: Span<UInt8>, from position: inout Int, into records: inout OutputSpan<FrameRecord>
  ) {
    switch order {
    case .littleEndian: scanPlainPackets(bytes, .littleEndian, from: &position, into: &records)
    case .bigEndian: scanPlainPackets(bytes, .bigEndian, from: &position, into: &records)
    }
  }

  @inline(__always)
  private mutating func scanPlainPackets(
    _ bytes: Span<UInt8>, _ order: ByteOrder, from position: inout Int,
    into records: inout OutputSpan<FrameRecord>
  ) {
    var rest = bytes.extracting(droppingFirst: position)
    guard rest.count >= PcapngReader.plainLength else { return }
    let index = rest.uint32(at: 8, order)
    guard index < interfaces.count else { return }
    // In locals, so that the loop keeps them in registers.
    let interface = interfaces[Int(index)]
    let (linkType, number) = (interface.linkType, interface.number)
    let limit = linkType.maximumCapturedLength
    var (frame, time) = (frames, lastTime)
    while !records.isFull, rest.count >= PcapngReader.plainLength,
      rest.uint32(at: 0, order) == BlockType.enhancedPacket, rest.uint32(at: 8, order) == index
    {
      let captured = rest.uint32(at: 20, order)
      guard captured <= limit else { break }
      let length = PcapngReader.plainLength &+ ((Int(captured) &+ 3) & ~3)
      guard rest.uint32(at: 4, order) == length, rest.count >= length else { break }
      let trailer = rest.extracting(droppingFirst: length &- 4)
      guard trailer.count >= 4, trailer.uint32(at: 0, order) == length else { break }
      let ticks = UInt64(rest.uint32(at: 12, order)) << 32 | UInt64(rest.uint32(at: 16, order))
      guard let stamp = interface.time(ticks: ticks) else { break }
      time = stamp
      frame &+= 1
      records.append(
        FrameRecord(
          frame: frame, time: time, linkType: linkType, interface: number,
          offset: bytes.count &- rest.count &+ 28, capturedLength: captured,
          originalLength: rest.uint32(at: 24, order)))
      rest = trailer.extracting(droppingFirst: 4)
    }
    position = bytes.count - rest.count
    (frames, lastTime) = (frame, time)
  }

  /// Of such a block, apart from the frame and its padding.
  private static let plainLength = 32
}

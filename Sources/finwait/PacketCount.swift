import Capture
import Dissection

/// What became of the packets of one file or interface.
struct PacketCount {
  var tcpPackets = 0
  var skipped: [SkipReason: Int] = [:]
  /// Among the skipped: those that told something of a connection.
  var icmpErrors = 0

  /// Counts a frame, and appends the segment in it, if there is one; an ICMP error is returned.
  @inline(__always)
  mutating func take(
    _ record: FrameRecord, _ bytes: Span<UInt8>, by dissector: Dissector,
    into segments: inout OutputSpan<Segment>
  ) -> ICMPError? {
    let frame = bytes.extracting(record.range)
    // Nearly all frames end here: in one pass, without leaving the loop.
    if record.linkType.value == LinkType.ethernet.value,
      let segment = Segment(
        plainEthernet: frame, frame: record.frame, time: record.time, interface: record.interface)
    {
      segments.append(segment)
      tcpPackets += 1
      return nil
    }
    let dissected = dissector.dissect(
      frame, linkType: record.linkType, originalLength: record.originalLength,
      frame: record.frame, time: record.time, interface: record.interface)
    switch dissected {
    case .skipped(let reason):
      skipped[reason, default: 0] += 1
      return nil
    case .icmpError(let error):
      skipped[.notTCP, default: 0] += 1
      icmpErrors += 1
      return error
    case .segment(let segment):
      segments.append(segment)
      tcpPackets += 1
      return nil
    }
  }
}

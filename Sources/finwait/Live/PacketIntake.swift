import Capture
import Dissection
import Reporting
import Tracking

/// What becomes of captured frames: segments and ICMP errors, or counted by why they were left out.
struct PacketIntake {
  /// Of one interface.
  struct Count {
    var tcpPackets = 0
    var skipped: [SkipReason: Int] = [:]
    var icmpErrors = 0
  }

  private let dissector = Dissector()
  private(set) var counts: [Count]
  /// Of all interfaces.
  private(set) var packets = 0
  /// This host's.
  private let addresses: Set<IPAddress>
  /// SYNs that this host has sent, or got.
  private var dials = Pair(initiator: 0, responder: 0)
  /// How many count; nil: all.
  var limit: Int?

  /// - Parameter addresses: this host's own.
  init(interfaces: Int, addresses: Set<IPAddress>) {
    counts = Array(repeating: Count(), count: interfaces)
    self.addresses = addresses
  }

  /// Where the packets are taken, as this host's addresses tell: at the side that it nearly always
  /// has; nil where it has none or both.
  var tap: TapPosition? {
    let (dialled, accepted) = (dials.initiator, dials.responder)
    if dialled > accepted * 4 { return .initiator }
    return accepted > dialled * 4 ? .responder : nil
  }

  /// Whether no more packets count.
  var isFull: Bool { limit.map { packets >= $0 } ?? false }

  /// Puts what consecutive frames of an interface hold into an empty batch.
  mutating func take(
    _ records: ArraySlice<FrameRecord>, of interface: Int, _ bytes: Span<UInt8>,
    into batch: inout SegmentBatch
  ) {
    let records = records.prefix(limit.map { $0 - packets } ?? .max)
    packets += records.count
    var count = counts[interface]
    batch.segments.append(addingCapacity: records.count) { segments in
      for record in records {
        if let error = dissect(record, bytes, into: &segments, &count) {
          batch.quotes.append(SegmentBatch.Quote(place: segments.count, error: error))
        }
      }
    }
    counts[interface] = count
    for segment in batch.segments where segment.flags.contains(.syn) {
      if segment.flags.contains(.ack) { continue }
      if addresses.contains(segment.source.address) { dials.initiator += 1 }
      if addresses.contains(segment.destination.address) { dials.responder += 1 }
    }
  }

  /// Appends the segment in a frame, if there is one; an ICMP error is returned.
  private func dissect(
    _ record: FrameRecord, _ bytes: Span<UInt8>, into segments: inout OutputSpan<Segment>,
    _ count: inout Count
  ) -> ICMPError? {
    let frame = bytes.extracting(record.range)
    if record.linkType.value == LinkType.ethernet.value,
      let segment = Segment(
        plainEthernet: frame, frame: record.frame, time: record.time, interface: record.interface)
    {
      count.tcpPackets += 1
      segments.append(segment)
      return nil
    }
    let dissected = dissector.dissect(
      frame, linkType: record.linkType, originalLength: record.originalLength,
      frame: record.frame, time: record.time, interface: record.interface)
    switch dissected {
    case .segment(let segment):
      count.tcpPackets += 1
      segments.append(segment)
      return nil
    case .icmpError(let error):
      count.skipped[.notTCP, default: 0] += 1
      count.icmpErrors += 1
      return error
    case .skipped(let reason):
      count.skipped[reason, default: 0] += 1
      return nil
    }
  }
}

import Capture
import Dissection
import Reporting
import Tracking

/// What becomes of captured frames: segments and ICMP errors, or counted by why they were left out.
struct PacketIntake {
  private let dissector = Dissector()
  /// By interface.
  private(set) var counts: [PacketCount]
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
    counts = Array(repeating: PacketCount(), count: interfaces)
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
        if let error = count.take(record, bytes, by: dissector, into: &segments) {
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
}

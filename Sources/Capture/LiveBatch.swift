import CPcap
import Dissection

/// Frames of one interface that have come and are not delivered yet: copied out of the kernel's
/// buffer, which then has room for others.
final class LiveBatch {
  private(set) var records: [FrameRecord] = []
  private(set) var bytes: [UInt8] = []
  /// Index of the first record that is not delivered.
  private(set) var cursor = 0
  /// Nanoseconds in a unit of the next stamps' fraction.
  var fractionNanoseconds: Int64 = 1

  /// The latest time of the frames, as far as they are on the steady clock.
  private(set) var latest = Timestamp.distantPast

  private let linkType: LinkType
  private let interface: UInt16
  private let limit: Int
  /// Index of the first record whose time is as it was stamped.
  private var raw = 0

  init(linkType: LinkType, interface: UInt16, snapshotLength: Int) {
    self.linkType = linkType
    self.interface = interface
    // In a core's second cache, as the blocks of a file are; no fewer frames than a call is worth.
    limit = max(64, min(1024, (256 << 10) / max(snapshotLength, 1)))
    records.reserveCapacity(limit)
  }

  /// How many frames more it takes.
  var room: Int { limit - records.count }
  var isEmpty: Bool { cursor == records.count }
  var head: Timestamp? { isEmpty ? nil : records[cursor].time }

  func append(_ header: pcap_pkthdr, _ frame: UnsafeBufferPointer<UInt8>) {
    // A stamp beyond 2262 is damaged.
    let time =
      Timestamp(
        seconds: Int64(header.ts.tv_sec),
        nanoseconds: Int64(header.ts.tv_usec) * fractionNanoseconds) ?? .distantFuture
    records.append(
      FrameRecord(
        frame: 0, time: time, linkType: linkType, interface: interface, offset: bytes.count,
        capturedLength: header.caplen, originalLength: header.len))
    // Within the capacity that earlier batches have left, nearly always.
    unsafe bytes.append(contentsOf: frame)
  }

  /// Puts the times of frames that have come since the last call onto the steady clock.
  func settle(_ clock: SteadyClock) {
    if clock.isShifted {
      for index in raw..<records.count {
        records[index].time = clock.steady(records[index].time)
      }
    }
    for record in records[raw...] where record.time > latest { latest = record.time }
    raw = records.count
  }

  /// The next frames, up to a time, with their numbers; they are delivered with that.
  func take(through horizon: Timestamp?, before bound: MergeOrder.Bound?, from number: Int)
    -> ArraySlice<FrameRecord>
  {
    let first = cursor
    while cursor < records.count {
      let time = records[cursor].time
      if let horizon, time > horizon { break }
      if cursor > first, bound?.admits(time) == false { break }
      records[cursor].frame = number + (cursor - first)
      cursor += 1
    }
    return records[first..<cursor]
  }

  /// Makes room, if all is delivered.
  func recycle() {
    guard isEmpty else { return }
    records.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
    (cursor, raw) = (0, 0)
    latest = .distantPast
  }
}

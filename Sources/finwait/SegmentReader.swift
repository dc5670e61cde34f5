import Capture
import Dissection
import Reporting
import Synchronization
import Tracking

/// The lower half of the one loop: frames of the inputs to segments, a batch at a time.
///
/// It may be called from another thread than the one that made it; a lock keeps two threads apart,
/// and is free whenever batches are not asked for.
final class SegmentReader: Sendable {
  /// The segments of a batch: what a core's second cache holds beside the frames.
  private static let batchSize = 1024

  private let state: Mutex<State>

  /// - Parameters:
  ///   - labeller: of the tracker that takes the segments.
  ///   - cutoff: from the time of the first frame, the time after which frames do not count.
  init(
    files: [String], filter: String?, labeller: SegmentLabeller,
    cutoff: @escaping @Sendable (_ first: Timestamp) throws -> Timestamp?
  ) throws {
    if files.contains("-") { StandardInput.leaveFirstInterruptToTheWriter() }
    let reader = try CaptureReader(paths: files, filter: filter)
    state = Mutex(State(reader: reader, labeller: labeller, cutoff: cutoff))
  }

  /// Puts the next segments into an empty batch.
  ///
  /// - Returns: false when there are no more behind them: the inputs are at their end, or a second
  ///   past the cutoff.
  func fill(_ batch: inout SegmentBatch) throws -> Bool {
    try state.withLock { try $0.fill(&batch, size: Self.batchSize) }
  }

  /// The instant of the report: the cutoff, or the end of the capture; nil when it has no frame.
  var instant: Timestamp? { state.withLock { $0.cutoff ?? $0.end } }

  /// One row a file, in command-line order; complete after the last batch.
  ///
  /// - Parameter tap: where the capture was taken.
  func captureRows(tap: TapPosition) -> [CaptureRow] {
    state.withLock { $0.captureRows(tap: tap) }
  }
}

private struct State {
  /// How far past the cutoff a frame must be stamped for reading to stop: frames of one capture
  /// are out of order by less.
  private static let disorder = Interval.seconds(1)

  private let reader: CaptureReader
  private let dissector = Dissector()
  private var labeller: SegmentLabeller
  private let resolveCutoff: @Sendable (Timestamp) throws -> Timestamp?
  private var counts: [Int: PacketCount] = [:]
  private var packets = 0
  private(set) var cutoff: Timestamp?
  private var isPastCutoff = false
  private(set) var clock = CaptureClock()

  init(
    reader: CaptureReader, labeller: SegmentLabeller,
    cutoff: @escaping @Sendable (Timestamp) throws -> Timestamp?
  ) {
    self.reader = reader
    self.labeller = labeller
    resolveCutoff = cutoff
  }

  /// Of the capture: that of its last frame, or a later one that a file records; nil without one.
  var end: Timestamp? {
    guard let end = clock.end else { return nil }
    return max(end, reader.recordedEnd ?? end)
  }

  mutating func fill(_ batch: inout SegmentBatch, size: Int) throws -> Bool {
    let reader = reader
    // What comes through a pipe is handed on as it comes.
    let size = reader.bytesTotal == nil ? 1 : size
    var hasMore = true
    while hasMore, !isPastCutoff, batch.segments.count + batch.quotes.count < size {
      hasMore = try reader.readBatch { file, records, bytes in
        if packets == 0, let first = records.first { cutoff = try resolveCutoff(first.time) }
        packets += records.count
        var count = counts[file] ?? PacketCount()
        let before = batch.segments.count
        batch.segments.append(addingCapacity: records.count) { segments in
          for record in records where admits(record.time) {
            guard let error = count.take(record, bytes, by: dissector, into: &segments) else {
              continue
            }
            batch.quotes.append(
              SegmentBatch.Quote(place: before + segments.count, error: error))
          }
        }
        counts[file] = count
      }
    }
    batch.label(by: &labeller)
    batch.progress = ReadingProgress(
      bytes: reader.bytesRead, total: reader.bytesTotal, packets: packets)
    return hasMore && !isPastCutoff
  }

  /// Whether a frame counts: it was not taken after the cutoff.
  @inline(__always)
  private mutating func admits(_ time: Timestamp) -> Bool {
    if let cutoff, time > cutoff {
      if time > cutoff.advanced(by: Self.disorder) { isPastCutoff = true }
      return false
    }
    clock.tick(time)
    return true
  }

  func captureRows(tap: TapPosition) -> [CaptureRow] {
    reader.files.enumerated().map { index, file in
      let count = counts[index] ?? PacketCount()
      return CaptureRow(
        file: file.file, format: file.format, linkTypes: file.linkTypes,
        tcpPackets: count.tcpPackets, skipped: count.skipped, icmpErrors: count.icmpErrors,
        firstTime: file.firstTime, lastTime: file.lastTime, tap: tap, truncated: file.truncated,
        damage: file.damage.map {
          CaptureRow.Damage(file: $0.file, offset: $0.offset, message: $0.message)
        })
    }
  }
}

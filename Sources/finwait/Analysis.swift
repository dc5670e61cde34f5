import Capture
import Dissection
import Reporting
import Tracking

/// What a command does with the segments and connections of a capture.
protocol SegmentConsumer {
  /// Frames stamped later do not count; asked once, after `begin`.
  var cutoff: Timestamp? { get }
  /// Why nothing more can be done with what is read.
  var failure: (any Error)? { get }

  /// The capture's first packet was read.
  mutating func begin(at first: Timestamp) throws
  mutating func willReceive(_ segment: Segment, _ tracker: borrowing Tracker)
  mutating func didReceive(_ receipt: Receipt, _ segment: Segment, _ tracker: borrowing Tracker)
  /// An ICMP error has quoted a segment of the connection of this number.
  mutating func didReceive(
    _ error: ICMPError, of connection: Int, _ tracker: borrowing Tracker)
  /// The last word on a connection that leaves memory.
  mutating func take(_ connection: ConnectionReport, at instant: Timestamp)
}

extension SegmentConsumer {
  var cutoff: Timestamp? { nil }
  mutating func begin(at first: Timestamp) throws {}
  mutating func willReceive(_ segment: Segment, _ tracker: borrowing Tracker) {}
  mutating func didReceive(
    _ receipt: Receipt, _ segment: Segment, _ tracker: borrowing Tracker
  ) {}
  mutating func didReceive(
    _ error: ICMPError, of connection: Int, _ tracker: borrowing Tracker
  ) {}
}

/// The one loop that joins the floors: frames to segments to connections to a command's consumer.
struct Analysis: ~Copyable {
  /// What became of one file's packets.
  private struct Count {
    var tcpPackets = 0
    var skipped: [SkipReason: Int] = [:]
    /// Among the skipped: those that told something of a connection.
    var icmpErrors = 0
  }

  /// How far past the cutoff a frame must be stamped for reading to stop: frames of one capture
  /// are out of order by less.
  private static let disorder = Interval.seconds(1)

  private let reader: CaptureReader
  private var dissector = Dissector()
  private var tracker: Tracker
  private let options: TrackerOptions
  private var progress: ProgressBar?
  private var counts: [Int: Count] = [:]
  private var cutoff: Timestamp?
  private var isPastCutoff = false
  private var clock = CaptureClock()

  init(
    files: [String], input: InputOptions, options: TrackerOptions, progress: ProgressBar?
  ) throws {
    if files.contains("-") { StandardInput.leaveFirstInterruptToTheWriter() }
    reader = try CaptureReader(paths: files, filter: input.filter)
    tracker = Tracker(options: options)
    self.options = options
    self.progress = progress
  }

  var connectionCount: Int { tracker.connectionCount }
  var evicted: [Eviction: Int] { tracker.evicted }
  /// The instant of the report: the cutoff, or the end of the capture; nil when it has no frame.
  var instant: Timestamp? { cutoff ?? clock.end }

  /// Reads to the end, or to a second past the consumer's cutoff.
  mutating func run(_ consumer: inout some SegmentConsumer) throws {
    let reader = reader
    var hasBegun = false
    var packets = 0
    var hasMore = true
    while hasMore, !isPastCutoff {
      hasMore = try reader.readBatch { file, records, bytes in
        if !hasBegun, let first = records.first {
          hasBegun = true
          try consumer.begin(at: first.time)
          cutoff = consumer.cutoff
        }
        var count = counts[file] ?? Count()
        for record in records {
          take(record, bytes, &count, &consumer)
        }
        counts[file] = count
        packets += records.count
      }
      if let failure = consumer.failure { throw failure }
      progress?.update(bytes: reader.bytesRead, of: reader.bytesTotal, packets: packets)
    }
    progress?.clear()
  }

  /// One of the connections that are in memory after `run`.
  borrowing func connection(_ number: Int) -> ConnectionReport? {
    instant.flatMap { tracker.connection(number, at: $0) }
  }

  /// Gives a body the connections that are in memory after `run`, as they are at `instant`: how
  /// many, and each in order of their numbers, as often as it asks.
  borrowing func withConnections<Result>(
    _ body: (_ count: Int, _ connection: (Int) -> ConnectionReport) throws -> Result
  ) throws -> Result {
    let roster = tracker.roster()
    // Without an instant there was no packet.
    let end = instant ?? .distantPast
    return try body(roster.count) { tracker.connection(at: $0, of: roster, at: end) }
  }

  @inline(__always)
  private mutating func take(
    _ record: FrameRecord, _ bytes: Span<UInt8>, _ count: inout Count,
    _ consumer: inout some SegmentConsumer
  ) {
    if let cutoff, record.time > cutoff {
      if record.time > cutoff.advanced(by: Self.disorder) { isPastCutoff = true }
      return
    }
    clock.tick(record.time)
    let frame = bytes.extracting(record.range)
    // Nearly all frames end here: in one pass, without leaving the loop.
    if record.linkType.value == LinkType.ethernet.value,
      let segment = Segment(
        plainEthernet: frame, frame: record.frame, time: record.time, interface: record.interface)
    {
      receive(segment, &count, &consumer)
      return
    }
    let dissected = dissector.dissect(
      frame, linkType: record.linkType, originalLength: record.originalLength,
      frame: record.frame, time: record.time, interface: record.interface)
    switch dissected {
    case .skipped(let reason):
      count.skipped[reason, default: 0] += 1
    case .icmpError(let error):
      count.skipped[.notTCP, default: 0] += 1
      count.icmpErrors += 1
      if let connection = tracker.receive(error) {
        consumer.didReceive(error, of: connection, tracker)
      }
    case .segment(let segment):
      receive(segment, &count, &consumer)
    }
  }

  private mutating func receive(
    _ segment: Segment, _ count: inout Count, _ consumer: inout some SegmentConsumer
  ) {
    count.tcpPackets += 1
    consumer.willReceive(segment, tracker)
    let receipt = tracker.receive(segment) {
      consumer.take($0, at: segment.time)
    }
    consumer.didReceive(receipt, segment, tracker)
  }

  /// One row a file, in command-line order; complete after `run`.
  var captureRows: [CaptureRow] {
    reader.files.enumerated().map { index, file in
      let count = counts[index] ?? Count()
      return CaptureRow(
        file: file.file, format: file.format, linkTypes: file.linkTypes,
        tcpPackets: count.tcpPackets, skipped: count.skipped, icmpErrors: count.icmpErrors,
        firstTime: file.firstTime,
        lastTime: file.lastTime, tap: options.tap ?? tracker.tap, truncated: file.truncated,
        damage: file.damage.map {
          CaptureRow.Damage(file: $0.file, offset: $0.offset, message: $0.message)
        })
    }
  }
}

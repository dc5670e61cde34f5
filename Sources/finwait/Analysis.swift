import Dissection
import Reporting
import Tracking

/// What a command does with the segments and connections of a capture.
protocol SegmentConsumer {
  /// Why nothing more can be done with what is read.
  var failure: (any Error)? { get }
  /// Whether it is told of each segment, and not of connections alone.
  var followsSegments: Bool { get }

  mutating func willReceive(_ segment: Segment, _ tracker: borrowing Tracker)
  mutating func didReceive(_ receipt: Receipt, _ segment: Segment, _ tracker: borrowing Tracker)
  /// An ICMP error has quoted a segment of the connection of this number.
  mutating func didReceive(
    _ error: ICMPError, of connection: Int, _ tracker: borrowing Tracker)
  /// The last word on a connection that leaves memory.
  mutating func take(_ connection: ConnectionReport, at instant: Timestamp)
}

extension SegmentConsumer {
  var followsSegments: Bool { false }
  mutating func willReceive(_ segment: Segment, _ tracker: borrowing Tracker) {}
  mutating func didReceive(
    _ receipt: Receipt, _ segment: Segment, _ tracker: borrowing Tracker
  ) {}
  mutating func didReceive(
    _ error: ICMPError, of connection: Int, _ tracker: borrowing Tracker
  ) {}
}

/// The one loop that joins the floors: frames to segments to connections to a command's consumer.
///
/// With two threads, one reads and dissects while the other tracks and reports. Every segment goes
/// through one tracker in file order, so that nothing depends on how many there are.
struct Analysis: ~Copyable {
  private let reader: SegmentReader
  private var tracker: Tracker
  private let threads: Int
  private var progress: ProgressBar?

  /// - Parameter cutoff: from the time of the first frame, the time after which frames do not
  ///   count; nil: all do.
  init(
    files: [String], input: InputOptions, options: TrackerOptions, running: RunningOptions,
    cutoff: @escaping @Sendable (_ first: Timestamp) throws -> Timestamp? = { _ in nil }
  ) throws {
    tracker = Tracker(options: options)
    reader = try SegmentReader(
      files: files, filter: input.filter, labeller: tracker.makeLabeller(), cutoff: cutoff)
    threads = running.threads
    progress = running.progressBar
  }

  var connectionCount: Int { tracker.connectionCount }
  var evicted: [Eviction: Int] { tracker.evicted }
  /// The instant of the report: the cutoff, or the end of the capture; nil when it has no frame.
  var instant: Timestamp? { reader.instant }
  /// One row a file, in command-line order; complete after `run`.
  var captureRows: [CaptureRow] { reader.captureRows(tap: tracker.tap) }

  /// Reads to the end, or to a second past the cutoff.
  mutating func run(_ consumer: inout some SegmentConsumer) throws {
    if threads == 1 {
      try readHere(&consumer)
    } else {
      try readBeside(&consumer)
    }
    progress?.clear()
  }

  private mutating func readHere(_ consumer: inout some SegmentConsumer) throws {
    var batch = SegmentBatch()
    var hasMore = true
    while hasMore {
      batch.removeAll()
      hasMore = try reader.fill(&batch)
      try take(batch, &consumer)
    }
  }

  private mutating func readBeside(_ consumer: inout some SegmentConsumer) throws {
    let queue = BatchQueue()
    let reader = reader
    queue.start { try reader.fill(&$0) }
    // Not waited for: a reader may wait for input that nobody wants any more.
    defer { queue.abandon() }
    while true {
      switch queue.next() {
      case .batch(let batch):
        try take(batch, &consumer)
        queue.recycle(batch)
      case .end(nil): return
      case .end(let failure?): throw failure
      }
    }
  }

  private mutating func take(
    _ batch: borrowing SegmentBatch, _ consumer: inout some SegmentConsumer
  ) throws {
    var nextSegment = 0
    for quote in batch.quotes {
      receive(batch, nextSegment..<quote.place, &consumer)
      nextSegment = quote.place
      receive(quote.error, &consumer)
    }
    receive(batch, nextSegment..<batch.segments.count, &consumer)
    if let failure = consumer.failure { throw failure }
    let progressed = batch.progress
    progress?.update(
      bytes: progressed.bytes, of: progressed.total, packets: progressed.packets)
  }

  private mutating func receive(
    _ batch: borrowing SegmentBatch, _ range: Range<Int>, _ consumer: inout some SegmentConsumer
  ) {
    let segments = batch.segments.span.extracting(range)
    let labels = batch.labels.span.extracting(range)
    guard consumer.followsSegments else {
      return tracker.receive(segments, labels) { consumer.take($0, at: $1) }
    }
    for index in segments.indices {
      let segment = segments[index]
      consumer.willReceive(segment, tracker)
      let receipt = tracker.receive(segment, labels[index]) {
        consumer.take($0, at: segment.time)
      }
      consumer.didReceive(receipt, segment, tracker)
    }
  }

  private mutating func receive(_ error: ICMPError, _ consumer: inout some SegmentConsumer) {
    guard let connection = tracker.receive(error) else { return }
    consumer.didReceive(error, of: connection, tracker)
  }

  /// One of the connections that are in memory after `run`.
  borrowing func connection(_ number: Int) -> ConnectionReport? {
    instant.flatMap { tracker.connection(number, at: $0) }
  }

  /// Gives a body the connections that are in memory after `run`, as they are at `instant`: how
  /// many, and each as often as it asks.
  ///
  /// - Parameter isSorted: by number; else in any order, which is faster.
  borrowing func withConnections<Result>(
    isSorted: Bool = true,
    _ body: (_ count: Int, _ connection: ConnectionSource) throws -> Result
  ) throws -> Result {
    let roster = tracker.roster(isSorted: isSorted)
    // Without an instant there was no packet.
    let end = instant ?? .distantPast
    return try body(roster.count) { try tracker.connection(at: $0, of: roster, at: end, $1) }
  }
}

import ArgumentParser
import Capture
import Dissection
import Reporting
import Tracking

/// Prints what each floor of finwait takes for a packet of a capture.
///
/// Every pass reads the file anew and goes one floor higher; a floor's own time is what its pass
/// takes more than the one below. What goes from floor to floor is so never kept, as in finwait.
@main
struct Floors: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure each floor of finwait on a capture: the least of some runs.")

  @Argument(help: "A capture that fits into the file cache.")
  var file: String

  @Option(help: "Passes for each floor.")
  var runs = 5

  mutating func validate() throws {
    guard runs > 0 else { throw ValidationError("--runs is 1 or more") }
  }

  func run() throws {
    let passes: [(floor: String, pass: () throws -> Int)] = [
      ("Capture", captured), ("Dissection", dissected), ("Tracking", tracked),
      ("Reporting", reported),
    ]
    var least = Array(repeating: Duration.seconds(Int.max / 2), count: passes.count)
    var packets = 0
    // In turn, so that a slow minute of the machine does not fall on one floor.
    for _ in 0..<runs {
      for (index, (_, pass)) in passes.enumerated() {
        let took = try ContinuousClock().measure { packets = try pass() }
        least[index] = min(least[index], took)
      }
    }
    print("| floor | ns a packet |\n|---|--:|")
    var below = Duration.zero
    for (index, (floor, _)) in passes.enumerated() {
      print("| \(floor) | \(nanoseconds(least[index] - below, for: packets)) |")
      below = least[index]
    }
    print("| all | \(nanoseconds(below, for: packets)) |\n\n\(packets) packets")
  }

  private func nanoseconds(_ duration: Duration, for packets: Int) -> Int {
    Int((duration / .nanoseconds(max(1, packets))).rounded())
  }

  private func captured() throws -> Int {
    let reader = try CaptureReader(paths: [file])
    var packets = 0
    while reader.readBatch({ _, records, _ in packets += records.count }) {}
    return packets
  }

  private func dissected() throws -> Int {
    try forEachSegment { _ in }.packets
  }

  private func tracked() throws -> Int {
    var tracker = Tracker()
    let read = try forEachSegment { segment in tracker.receive(segment) { _ in } }
    tracker.forEachConnection(at: read.end) { _ in }
    return read.packets
  }

  private func reported() throws -> Int {
    var tracker = Tracker()
    var report = ReadReport(
      format: .json, selection: Selection(minimumAge: .seconds(1)), drain: { _ in })
    var failure: (any Error)?
    func add(_ connection: ConnectionReport, at instant: Timestamp) {
      do { try report.add(connection, at: instant) } catch { failure = error }
    }
    let read = try forEachSegment { segment in
      tracker.receive(segment) { add($0, at: segment.time) }
    }
    let roster = tracker.roster()
    try report.finish(captures: [], at: read.end, count: roster.count) {
      try tracker.connection(at: $0, of: roster, at: read.end, $1)
    }
    if let failure { throw failure }
    return read.packets
  }

  /// Reads and dissects all frames.
  @inline(__always)
  private func forEachSegment(
    _ body: (borrowing Segment) -> Void
  ) throws -> (packets: Int, end: Timestamp) {
    let reader = try CaptureReader(paths: [file])
    let dissector = Dissector()
    var packets = 0
    var end = Timestamp(nanoseconds: 0)
    var isAtEnd = false
    while !isAtEnd {
      isAtEnd = !reader.readBatch { _, records, bytes in
        packets += records.count
        for record in records {
          end = max(end, record.time)
          let frame = bytes.extracting(record.range)
          if record.linkType.value == LinkType.ethernet.value,
            let segment = Segment(
              plainEthernet: frame, frame: record.frame, time: record.time,
              interface: record.interface)
          {
            body(segment)
            continue
          }
          let dissected = dissector.dissect(
            frame, linkType: record.linkType, originalLength: record.originalLength,
            frame: record.frame, time: record.time, interface: record.interface)
          if case .segment(let segment) = dissected { body(segment) }
        }
      }
    }
    return (packets, end)
  }
}

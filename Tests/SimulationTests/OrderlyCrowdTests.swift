import Dissection
import Simulation
import Testing

@testable import Tracking

/// Many simulated connections in one tracker: what is held in small forms takes places that others
/// have left, in the table, its index and the wheel, and nothing may come of that either.
@Suite struct OrderlyCrowdTests {
  /// A connection begins every so often.
  private static let interval = Interval.milliseconds(700)

  /// The runs of some seeds, each between two hosts of its own, every second one by IPv6.
  ///
  /// - Parameter pairs: how many pairs of hosts there are, where they are used again in turn, with the
  ///   same ports.
  private static func crowd(_ seeds: Range<UInt64>, pairs: UInt64 = .max) -> [Segment] {
    var segments: [Segment] = []
    for seed in seeds {
      let run = Run(Scenario.random(seed: seed))
      let start = interval * Int64(seed)
      for var segment in run.capture.map(\.segment) {
        segment.time = segment.time.advanced(by: start)
        segment.source = address(segment.source, seed % pairs)
        segment.destination = address(segment.destination, seed % pairs)
        segments.append(segment)
      }
    }
    // Ties stay in the order of the seeds.
    let order = segments.indices.sorted {
      (segments[$0].time, $0) < (segments[$1].time, $1)
    }
    return order.enumerated().map { frame, index in
      var segment = segments[index]
      segment.frame = frame + 1
      return segment
    }
  }

  private static func address(_ end: SocketAddress, _ seed: UInt64) -> SocketAddress {
    let host = end.address.version4 ?? 0
    let address =
      seed.isMultiple(of: 2)
      ? IPAddress(version4: host &+ UInt32(truncatingIfNeeded: seed) << 8)
      : IPAddress(version6High: 0x2001_0db8 << 32 | seed, low: UInt64(host))
    return SocketAddress(address: address, port: end.port)
  }

  /// What a tracker hands over of the crowd, and what it holds in the end.
  private static func reports(
    _ segments: [Segment], _ options: TrackerOptions
  ) -> (reports: [ConnectionReport], evicted: [Eviction: Int], most: Int) {
    var tracker = Tracker(options: options)
    var reports: [ConnectionReport] = []
    var most = 0
    for segment in segments {
      tracker.receive(segment) { reports.append($0) }
      most = max(most, tracker.table.count)
    }
    // Those that leave at the same time do so in no order that means anything.
    if let last = segments.last?.time { tracker.forEachConnection(at: last) { reports.append($0) } }
    return (reports.sorted { $0.number < $1.number }, tracker.evicted, most)
  }

  @Test(arguments: [nil, 40] as [Int?])
  func `all is the same as in full`(limit: Int?) {
    let segments = Self.crowd(0..<900)
    var options = TrackerOptions(maximumConnections: limit)
    let orderly = Self.reports(segments, options)
    options.followsOrderly = false
    let full = Self.reports(segments, options)
    #expect(orderly.reports.count >= 900)
    #expect(orderly.reports.count == full.reports.count)
    for (left, right) in zip(orderly.reports, full.reports) { #expect(left == right) }
    #expect(orderly.evicted == full.evicted)
    if let limit {
      #expect(orderly.most <= limit + 1)
      #expect(orderly.evicted[.idle] ?? 0 > 0)
      #expect(orderly.evicted[.halfOpen] ?? 0 > 0)
    } else {
      #expect(orderly.evicted.isEmpty)
      #expect(orderly.most > 60)
    }
  }

  /// Long after a connection, as its 2MSL end, and while it waits or is open.
  @Test(arguments: [400, 300, 200, 150, 120, 110, 100, 95, 93, 90, 80, 60, 30, 7] as [UInt64])
  func `ports that are used again make no difference`(pairs: UInt64) {
    let segments = Self.crowd(0..<1200, pairs: pairs)
    let orderly = Self.reports(segments, TrackerOptions())
    var options = TrackerOptions()
    options.followsOrderly = false
    let full = Self.reports(segments, options)
    #expect(orderly.reports.count == full.reports.count)
    let difference = zip(orderly.reports, full.reports).first { $0 != $1 }
    #expect(difference == nil)
  }
}

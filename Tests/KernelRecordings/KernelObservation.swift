import Dissection
import TestSupport
import Tracking

/// What finwait says of a kernel recording's ends, instant by instant.
struct KernelObservation: ~Copyable {
  private var tracker = Tracker()
  private var indices: [Way: Int] = [:]
  /// Indices of the ends, by connection number.
  private var known: [Int: Pair<Int?>] = [:]
  /// The last word on connections that have left memory, by end, and what came late to them.
  private var retired: [Saying?]
  private var retiredLate: [LateSegment] = []

  /// An end: its own address, then the other's.
  struct Way: Hashable {
    let local: SocketAddress
    let remote: SocketAddress

    var reversed: Way { Way(local: remote, remote: local) }
  }

  init(of ends: [KernelRecording.End]) {
    retired = Array(repeating: nil, count: ends.count)
    for (index, end) in ends.enumerated() {
      indices[Way(local: end.local, remote: end.remote)] = index
    }
  }

  /// Takes what the capture of a tap holds and tells what is said at instants that go forward, by
  /// end; nil where nothing is.
  mutating func sample(
    _ tap: KernelCapture, at instants: some Sequence<Timestamp>,
    _ body: (_ instant: Timestamp, _ sayings: [Saying?]) -> Void
  ) {
    var packets = tap.packets[...]
    for instant in instants {
      while let packet = packets.first, packet.time <= instant {
        receive(packet)
        packets.removeFirst()
      }
      body(instant, sayings(at: instant))
    }
  }

  private mutating func receive(_ packet: KernelCapture.Packet) {
    switch packet {
    case .segment(let segment): receive(segment)
    case .icmpError(let error): tracker.receive(error)
    }
  }

  /// Takes the next segment of a capture.
  mutating func receive(_ segment: Segment) {
    var left: [ConnectionReport] = []
    tracker.receive(segment) { left.append($0) }
    for report in left {
      Self.join(report, ends(of: report), into: &retired)
      retiredLate += report.late
    }
  }

  /// All that is late, as it is told at an instant.
  func late(at instant: Timestamp) -> [LateSegment] {
    var late = retiredLate
    tracker.forEachConnection(at: instant) { late += $0.late }
    return late
  }

  /// What is said at an instant, by end; nil where nothing is.
  mutating func sayings(at instant: Timestamp) -> [Saying?] {
    var sayings = retired
    var reports: [ConnectionReport] = []
    tracker.forEachConnection(at: instant) { reports.append($0) }
    for report in reports { Self.join(report, ends(of: report), into: &sayings) }
    return sayings
  }

  private static func join(
    _ report: ConnectionReport, _ ends: Pair<Int?>, into sayings: inout [Saying?]
  ) {
    for role in Role.allCases {
      guard let index = ends[role] else { continue }
      let claim = report.endpoints[role].claim
      if sayings[index] == nil {
        sayings[index] = Saying(claim)
      } else {
        sayings[index]?.join(claim)
      }
    }
  }

  private mutating func ends(of report: ConnectionReport) -> Pair<Int?> {
    if let ends = known[report.number] { return ends }
    func index(_ end: EndpointReport) -> Int? {
      indices[Way(local: end.local, remote: end.remote)]
    }
    let ends = Pair(
      initiator: index(report.endpoints.initiator), responder: index(report.endpoints.responder))
    known[report.number] = ends
    return ends
  }
}

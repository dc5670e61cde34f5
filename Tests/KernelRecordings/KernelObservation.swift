import Dissection
import TestSupport
import Tracking

/// What finwait says of a kernel recording's ends, instant by instant.
struct KernelObservation: ~Copyable {
  private let recording: KernelRecording
  private var tracker = Tracker()
  private var indices: [Way: Int] = [:]
  /// Indices of the ends, by connection number.
  private var known: [Int: Pair<Int?>] = [:]
  /// The last word on connections that have left memory, by end.
  private var retired: [Saying?]

  /// An end: its own address, then the other's.
  struct Way: Hashable {
    let local: SocketAddress
    let remote: SocketAddress

    var reversed: Way { Way(local: remote, remote: local) }
  }

  init(_ recording: KernelRecording) {
    self.recording = recording
    retired = Array(repeating: nil, count: recording.ends.count)
    for (index, end) in recording.ends.enumerated() {
      indices[Way(local: end.local, remote: end.remote)] = index
    }
  }

  /// Takes what the capture of a tap holds and tells what is said at every `step`, by end; nil
  /// where nothing is.
  mutating func sample(
    _ tap: KernelCapture, every step: Interval, during span: PacketTimes.Span? = nil,
    _ body: (_ instant: Timestamp, _ sayings: [Saying?]) -> Void
  ) {
    var next = span?.start ?? recording.start
    let end = span?.end ?? recording.end
    for packet in tap.packets {
      while next < packet.time, next <= end {
        body(next, sayings(at: next))
        next = next.advanced(by: step)
      }
      var left: [ConnectionReport] = []
      switch packet {
      case .segment(let segment): tracker.receive(segment) { left.append($0) }
      case .icmpError(let error): tracker.receive(error)
      }
      for report in left { Self.join(report, ends(of: report), into: &retired) }
    }
    while next <= end {
      body(next, sayings(at: next))
      next = next.advanced(by: step)
    }
  }

  private mutating func sayings(at instant: Timestamp) -> [Saying?] {
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

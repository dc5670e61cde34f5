import Dissection
import Tracking

/// What finwait says of a kernel recording's ends, instant by instant.
struct KernelObservation: ~Copyable {
  /// What is said of one end, whatever the number of its incarnations.
  struct Saying {
    var claim: Claim
    /// Over all incarnations that are said to be CLOSED.
    var possible: StateSet
    /// One of them is, because a timer must have run out.
    var isOverByTimer: Bool

    init(_ claim: Claim) {
      self.claim = claim
      possible = claim.possible
      isOverByTimer = claim.ground.isTimer
    }

    mutating func join(_ newer: Claim) {
      if newer.state == .closed, claim.state != .closed { return }
      let isClosed = newer.state == .closed
      possible = isClosed ? possible.union(newer.possible) : newer.possible
      isOverByTimer = newer.ground.isTimer || (isClosed && isOverByTimer)
      claim = newer
    }
  }

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
    _ tap: [Segment], every step: Interval, during span: PacketTimes.Span? = nil,
    _ body: (_ instant: Timestamp, _ sayings: [Saying?]) -> Void
  ) {
    var next = span?.start ?? recording.start
    let end = span?.end ?? recording.end
    for segment in tap {
      while next < segment.time, next <= end {
        body(next, sayings(at: next))
        next = next.advanced(by: step)
      }
      var left: [ConnectionReport] = []
      tracker.receive(segment) { left.append($0) }
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

extension Ground {
  /// It says CLOSED because a timer must have run out.
  var isTimer: Bool {
    switch self {
    case .timeWaitOver, .finWait2Over, .orphanOver, .handshakeOver: true
    case .nothingSeen, .sentSYN, .synArrived, .sentSYNACK, .handshakePassed, .sentInEstablished,
      .midStream, .peerFINPassed, .acknowledgedPeerFIN, .sentFIN, .ackOfFINPassed, .ackOfFINLost,
      .ackOfFINConfirmed, .finsCrossed, .lastACKPassed, .timeWaitRuns, .sentRST, .acceptedRST,
      .newIncarnation:
      false
    }
  }
}

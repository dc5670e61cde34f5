import Dissection
import Tracking

/// What the text report keeps of all connections: the worst rows of each section, and counts.
struct TextSections {
  /// One end with a finding.
  struct EndRow {
    var connection: Int
    var finding: Finding
    var end: EndpointReport

    var age: Interval { finding.age ?? .zero }
  }

  /// One connection that was reset.
  struct ResetRow {
    var connection: Int
    var finding: Finding
    var local: SocketAddress
    var remote: SocketAddress
    var cause: ResetCause
    var frame: Int
  }

  /// Who holds the sockets of a state: an end of one service's connections.
  struct Holder: Hashable {
    var service: SocketAddress
    var holder: IPAddress
    /// The service's own end holds them, not a client.
    var isService: Bool
  }

  struct Holding {
    var count = 0
    /// CLOSE_WAIT: ends that still send.
    var draining = 0
    var oldest: Interval = .zero
    /// TIME_WAIT: both sides closed at once.
    var simultaneous = 0
    var lastUntil: Timestamp?

    /// An end in TIME_WAIT.
    mutating func add(_ end: EndpointReport, isSimultaneous: Bool) {
      count += 1
      if isSimultaneous { simultaneous += 1 }
      if let until = end.claim.until { lastUntil = max(lastUntil ?? until, until) }
    }
  }

  /// A report answers in one screen: CLOSE_WAIT gets the most room, what is only counted little.
  static let rowLimit = 10
  static let shortLimit = 5
  static let sampleLimit = 3

  var closeWaitIdle: TopList<EndRow>
  var closeWaitDraining: TopList<EndRow>
  var unfinished: TopList<EndRow>
  var timeWait: TopList<EndRow>
  var late: TopList<LateSegment>
  var resets: TopList<ResetRow>
  private(set) var closeWaitHolders: [Holder: Holding] = [:]
  private(set) var timeWaitHolders: [Holder: Holding] = [:]
  private(set) var resetCauses: [ResetCause: Int] = [:]
  private(set) var lateEffects: [LateEffect: Int] = [:]
  private(set) var openConnections = 0
  /// Dials that came to nothing: answered by RST or ACK, and not answered at all.
  private(set) var refused = 0
  private(set) var unanswered = 0
  /// States too young to be findings.
  private(set) var young = 0
  private(set) var oneSided = 0
  private(set) var gaps = 0
  private(set) var copies = 0

  init(all: Bool) {
    func worst(_ limit: Int) -> TopList<EndRow> {
      TopList(limit: all ? nil : limit) { left, right in
        left.age == right.age ? left.connection < right.connection : left.age > right.age
      }
    }
    closeWaitIdle = worst(Self.rowLimit)
    closeWaitDraining = worst(Self.shortLimit)
    unfinished = worst(Self.shortLimit)
    timeWait = TopList(limit: all ? nil : Self.sampleLimit) { left, right in
      let (first, second) = (left.end.claim.until, right.end.claim.until)
      return first == second
        ? left.connection < right.connection
        : first ?? .distantPast > second ?? .distantPast
    }
    late = TopList(limit: all ? nil : Self.shortLimit) { $0.frame < $1.frame }
    resets = TopList(limit: all ? nil : Self.sampleLimit) { $0.frame < $1.frame }
  }

  mutating func add(_ selected: Selected) {
    let connection = selected.connection
    if connection.close == .open { openConnections += 1 }
    if connection.close == .refused { refused += 1 }
    if connection.close == .attempt, !connection.oneSided { unanswered += 1 }
    young += selected.young
    if connection.oneSided { oneSided += 1 }
    if connection.gap { gaps += 1 }
    copies += connection.copies
    for late in selected.late {
      self.late.offer(late)
      lateEffects[late.effect, default: 0] += 1
    }
    for finding in selected.findings { add(finding, connection) }
  }

  private mutating func add(_ finding: Finding, _ connection: ConnectionReport) {
    let end = connection.endpoints[finding.role]
    let row = EndRow(connection: connection.number, finding: finding, end: end)
    switch finding.kind {
    case .closeWait:
      if end.activity == .draining {
        closeWaitDraining.offer(row)
      } else {
        closeWaitIdle.offer(row)
      }
      var holding = closeWaitHolders[holder(finding, connection), default: Holding()]
      holding.count += 1
      if end.activity == .draining {
        holding.draining += 1
      } else {
        holding.oldest = max(holding.oldest, row.age)
      }
      closeWaitHolders[holder(finding, connection)] = holding
    case .timeWait:
      timeWait.offer(row)
      timeWaitHolders[holder(finding, connection), default: Holding()].add(
        end, isSimultaneous: connection.closedFirst == .both)
    case .finWait1, .finWait2, .lastAck, .closing, .halfOpen:
      unfinished.offer(row)
    case .latePackets: break  // told packet by packet
    case .reset:
      addReset(finding, connection)
    }
  }

  private mutating func addReset(_ finding: Finding, _ connection: ConnectionReport) {
    let cause = connection.resetCause ?? .unknown
    resetCauses[cause, default: 0] += 1
    let own = connection.endpoints[finding.role]
    let peer = connection.endpoints[finding.role.peer]
    let sender = own.rstFrame == nil && peer.rstFrame != nil ? peer : own
    resets.offer(
      ResetRow(
        connection: connection.number, finding: finding, local: sender.local,
        remote: sender.remote, cause: cause,
        frame: sender.rstFrame ?? finding.evidence.first ?? connection.lastFrame))
  }

  private func holder(_ finding: Finding, _ connection: ConnectionReport) -> Holder {
    let service = connection.serviceRole
    return Holder(
      service: connection.endpoints[service].local,
      holder: connection.endpoints[finding.role].local.address,
      isService: finding.role == service)
  }
}

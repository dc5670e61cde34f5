import Dissection
import Tracking

/// What the text report keeps of all connections: the worst rows of each section, and counts.
struct TextSections {
  /// One end with a finding.
  struct EndRow {
    let connection: Int
    let age: Interval?
    let end: EndpointReport
    /// What this host says of the end, if it is its own.
    let host: HostEnd?

    @inline(__always)
    init(_ finding: Finding, _ connection: ConnectionReport, _ host: HostEnds?) {
      self.init(
        finding.role, age: finding.age, connection, host?.end(finding.role, of: connection))
    }

    @inline(__always)
    init(_ role: Role, age: Interval?, _ connection: ConnectionReport, _ host: HostEnd?) {
      self.connection = connection.number
      self.age = age
      self.host = host
      end = connection.endpoints[role]
    }

    /// Whether no packet tells of it, so that it can be older than is known.
    var isUnseen: Bool { connection <= 0 }
  }

  /// One connection that was reset.
  struct ResetRow {
    var connection: Int
    var local: SocketAddress
    var remote: SocketAddress
    var cause: ResetCause
    var frame: Int
  }

  /// Who holds the sockets of a state: an end of one service's connections.
  struct Holder: AddressKey {
    var service: SocketAddress
    var holder: IPAddress
    /// The service's own end holds them, not a client.
    var isService: Bool

    func mix(into hash: inout AddressHash) {
      service.mix(into: &hash)
      holder.mix(into: &hash)
      hash.mix(isService ? 1 : 0)
    }
  }

  struct Holding {
    var count = 0
    /// CLOSE_WAIT: for how long.
    var oldest: Interval = .zero
    /// TIME_WAIT: both sides closed at once.
    var simultaneous = 0
    var lastUntil: Timestamp?
    /// CLOSE_WAIT: a program that holds them, and whether others do too.
    var process: HostEnd.Process?
    var hasOtherProcesses = false

    /// An end in CLOSE_WAIT.
    ///
    /// - Parameter host: what this host says of it, if it is its own.
    mutating func add(_ age: Interval, _ host: HostEnd?) {
      if count > 0, process != host?.process { hasOtherProcesses = true }
      process = process ?? host?.process
      count += 1
      oldest = max(oldest, age)
    }

    /// An end in TIME_WAIT.
    mutating func add(_ until: Timestamp?, isSimultaneous: Bool) {
      count += 1
      if isSimultaneous { simultaneous += 1 }
      if let until { lastUntil = max(lastUntil ?? until, until) }
    }
  }

  /// A report answers in one screen: CLOSE_WAIT gets the most room, what is only counted little.
  static let rowLimit = 10
  static let shortLimit = 5
  static let sampleLimit = 3

  /// The longest first; of TIME_WAIT, the last to end; of packets, the first.
  private(set) var closeWaitIdle: TopList<LargestFirst<Interval, Int>, EndRow>
  private(set) var closeWaitDraining: TopList<LargestFirst<Interval, Int>, EndRow>
  private(set) var unfinished: TopList<LargestFirst<Interval, Int>, EndRow>
  private(set) var timeWait: TopList<LargestFirst<Timestamp, Int>, EndRow>
  private(set) var late: TopList<Int, LateSegment>
  private(set) var resets: TopList<Int, ResetRow>
  /// Of those that do not send.
  private(set) var closeWaitHolders = AddressTable<Holder, Holding>()
  private(set) var timeWaitHolders = AddressTable<Holder, Holding>()
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
  /// The ends of this host of which packets and kernel say different things.
  private(set) var disagreements: TopList<Int, EndRow>
  var host: HostEnds?

  init(all: Bool) {
    closeWaitIdle = TopList(limit: all ? nil : Self.rowLimit)
    closeWaitDraining = TopList(limit: all ? nil : Self.shortLimit)
    unfinished = TopList(limit: all ? nil : Self.shortLimit)
    timeWait = TopList(limit: all ? nil : Self.sampleLimit)
    late = TopList(limit: all ? nil : Self.shortLimit)
    resets = TopList(limit: all ? nil : Self.sampleLimit)
    disagreements = TopList(limit: all ? nil : Self.shortLimit)
  }

  /// - Parameter selected: what is selected of `connection`.
  mutating func add(_ selected: Selected, of connection: ConnectionReport) {
    if connection.close == .open { openConnections += 1 }
    if connection.close == .refused { refused += 1 }
    if connection.close == .attempt, !connection.oneSided { unanswered += 1 }
    young += selected.young
    if connection.oneSided { oneSided += 1 }
    if connection.gap { gaps += 1 }
    copies += connection.copies
    for late in connection.late where selected.includes(late, of: connection) {
      if self.late.admits(late.frame) { self.late.insert(late, late.frame) }
      lateEffects[late.effect, default: 0] += 1
    }
    for finding in selected.findings { add(finding, of: connection) }
    addDisagreements(selected, of: connection)
  }

  private mutating func addDisagreements(
    _ selected: Selected, of connection: ConnectionReport
  ) {
    guard let host else { return }
    for role in Role.allCases where selected.shown[role] {
      guard let end = host.end(role, of: connection), end.kernelState != nil,
        disagreements.admits(connection.number)
      else { continue }
      disagreements.insert(EndRow(role, age: nil, connection, end), connection.number)
    }
  }

  private mutating func add(_ finding: Finding, of connection: ConnectionReport) {
    let (number, role) = (connection.number, finding.role)
    let age = LargestFirst(finding.age ?? .zero, number)
    switch finding.kind {
    case .closeWait:
      if connection.endpoints[role].activity == .draining {
        if closeWaitDraining.admits(age) {
          closeWaitDraining.insert(EndRow(finding, connection, host), age)
        }
      } else {
        let row = EndRow(finding, connection, host)
        if closeWaitIdle.admits(age) { closeWaitIdle.insert(row, age) }
        closeWaitHolders[holder(finding, connection), default: Holding()].add(age.value, row.host)
      }
    case .timeWait:
      let until = connection.endpoints[role].claim.until
      let rank = LargestFirst(until ?? .distantPast, number)
      if timeWait.admits(rank) { timeWait.insert(EndRow(finding, connection, host), rank) }
      timeWaitHolders[holder(finding, connection), default: Holding()].add(
        until, isSimultaneous: connection.closedFirst == .both)
    case .finWait1, .finWait2, .lastAck, .closing, .halfOpen:
      if unfinished.admits(age) { unfinished.insert(EndRow(finding, connection, host), age) }
    case .latePackets: break  // told packet by packet
    case .reset:
      addReset(finding, connection)
    }
  }

  private mutating func addReset(_ finding: Finding, _ connection: ConnectionReport) {
    let cause = connection.resetCause ?? .unknown
    resetCauses[cause, default: 0] += 1
    let sender = connection.endpoints[finding.role]
    let frame = sender.rstFrame ?? connection.lastFrame
    guard resets.admits(frame) else { return }
    resets.insert(
      ResetRow(
        connection: connection.number, local: sender.local, remote: sender.remote, cause: cause,
        frame: frame),
      frame)
  }

  private func holder(_ finding: Finding, _ connection: ConnectionReport) -> Holder {
    let service = connection.serviceRole
    return Holder(
      service: connection.endpoints[service].local,
      holder: connection.endpoints[finding.role].local.address,
      isService: finding.role == service)
  }
}

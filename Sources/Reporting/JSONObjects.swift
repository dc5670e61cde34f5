import Dissection
import Tracking

/// The objects of the JSON interface, each with its `type` first.
extension JSONWriter {
  public mutating func write(_ connection: ConnectionReport) {
    beginObject(.connection)
    field(.connection, connection.number)
    field(.stream, connection.stream)
    field(.initiator, connection.endpoints.initiator.local)
    field(.responder, connection.endpoints.responder.local)
    field(.rolesKnown, connection.rolesKnown)
    field(.firstTime, connection.firstTime)
    field(.lastTime, connection.lastTime)
    field(.firstFrame, connection.firstFrame)
    field(.lastFrame, connection.lastFrame)
    field(.packets, connection.packets)
    field(.copies, connection.copies)
    key(.mergedStreams)
    beginArray()
    if connection.otherStreams.isEmpty { value(connection.stream) }
    for stream in connection.otherStreams { value(stream) }
    endArray()
    field(.close, word: connection.close.rawValue)
    field(.closedFirst, word: connection.closedFirst?.rawValue)
    field(.resetCause, word: connection.resetCause?.rawValue)
    field(.oneSided, connection.oneSided)
    field(.gap, connection.gap)
    endObject()
  }

  public mutating func write(_ role: Role, of connection: ConnectionReport) {
    beginObject(.endpoint)
    fields(of: role, of: connection)
    endObject()
  }

  /// Those of an `endpoint` object.
  mutating func fields(of role: Role, of connection: ConnectionReport) {
    let end = connection.endpoints[role]
    field(.connection, connection.isUnseen ? nil : connection.number)
    field(.stream, connection.isUnseen ? nil : connection.stream)
    field(.role, word: connection.rolesKnown ? role.name : "unknown")
    field(.local, end.local)
    field(.remote, end.remote)
    claim(end.claim)
    field(.packets, end.packets)
    field(.bytesSent, end.bytesSent)
    field(.finFrame, end.finFrame)
    field(.finAckedFrame, end.finAckedFrame)
    field(.rstFrame, end.rstFrame)
    field(.finRetransmissions, end.finRetransmissions)
    field(.activity, word: end.activity?.rawValue)
    hostFields(of: role, of: connection)
  }

  /// What this host says of one of its own ends.
  private mutating func hostFields(of role: Role, of connection: ConnectionReport) {
    guard let end = host?.end(role, of: connection) else { return }
    key("process")
    if let process = end.process {
      beginObject()
      field("name", process.name)
      field("pid", process.pid)
      field("user", process.user)
      field("cgroup", process.controlGroup)
      endObject()
    } else {
      null()
    }
    field("source", word: end.source.rawValue)
    field("kernel_state", word: end.kernelState?.name)
  }

  private mutating func claim(_ claim: Claim) {
    key(.state)
    word(claim.state.label)
    field(.certainty, word: claim.certainty.name)
    key(.possible)
    beginArray()
    claim.possible.forEach(first: claim.state) { word($0.label) }
    endArray()
    field(.since, claim.since)
    field(.until, claim.until)
    key(.evidence)
    beginArray()
    claim.evidence.forEach { value($0) }
    endArray()
  }

  public mutating func write(_ late: LateSegment) {
    beginObject(.late)
    fields(of: late)
    endObject()
  }

  /// Those of a `late` object.
  ///
  /// - Parameter isDated: its time is among them.
  mutating func fields(of late: LateSegment, isDated: Bool = true) {
    field(.connection, late.connection)
    field(.stream, late.stream)
    field(.frame, late.frame)
    if isDated { field(.time, late.time) }
    field(.kind, word: late.kind.rawValue)
    field(.from, late.from)
    field(.to, late.to)
    field(.afterClose, late.afterClose)
    field(.effect, word: late.effect.rawValue)
    field(.replyFrame, late.replyFrame)
    field(.replyExpected, word: late.replyExpected.rawValue)
    field(.reachesNewConnection, late.reachesNewConnection)
  }

  public mutating func write(_ finding: Finding, of connection: ConnectionReport) {
    beginObject(.finding)
    fields(of: finding, of: connection)
    endObject()
  }

  /// Those of a `finding` object.
  mutating func fields(of finding: Finding, of connection: ConnectionReport) {
    field(.kind, word: finding.kind.rawValue)
    field(.connection, connection.isUnseen ? nil : connection.number)
    field(.endpoint, connection.endpoints[finding.role].local)
    field(.age, finding.age)
    key(.message)
    text { $0.append(messageOf: finding, in: connection) }
    field(.evidence, connection.evidence(of: finding))
    key(.wiresharkFilter)
    text { $0.append(filterOf: finding, in: connection) }
    hostFields(of: finding.role, of: connection)
  }

  public mutating func write(_ capture: CaptureRow) {
    beginObject(.capture)
    field("file", capture.file)
    field("format", capture.format)
    key("link_types")
    beginArray()
    for linkType in capture.linkTypes { value(linkType.name) }
    endArray()
    field("packets", capture.packets)
    field("tcp_packets", capture.tcpPackets)
    counts("skipped", SkipReason.allCases.map { ($0.rawValue, capture.skipped[$0] ?? 0) })
    field("first_time", capture.firstTime)
    field("last_time", capture.lastTime)
    field("tap", word: capture.tap.rawValue)
    field("truncated", capture.truncated)
    key("damage")
    beginArray()
    for damage in capture.damage {
      beginObject()
      field("file", damage.file)
      field("offset", damage.offset)
      field("message", damage.message)
      endObject()
    }
    endArray()
    field("icmp_errors", capture.icmpErrors)
    if let drops = capture.drops {
      field("dropped", drops.byKernel)
      field("dropped_by_interface", drops.byInterface)
    }
    endObject()
  }

  public mutating func write(_ summary: Summary) {
    beginObject(.summary)
    field("connections", summary.connections)
    counts(
      "endpoints_by_state",
      TCPState.allCases.map { ($0.name, summary.endpointsByState[$0] ?? 0) })
    counts("late_by_kind", LateKind.allCases.map { ($0.rawValue, summary.lateByKind[$0] ?? 0) })
    counts(
      "findings_by_kind",
      FindingKind.allCases.map { ($0.rawValue, summary.findingsByKind[$0] ?? 0) })
    key("by_service")
    beginArray()
    for (service, tally) in summary.services.sorted(by: { $0.key < $1.key }) {
      beginObject()
      address(of: service)
      field("connections", tally.connections)
      field("close_wait", tally.closeWait)
      field("time_wait", tally.timeWait)
      field("oldest_close_wait_age", tally.oldestCloseWaitAge)
      endObject()
    }
    endArray()
    counts("evicted", Eviction.allCases.map { ($0.rawValue, summary.evicted[$0] ?? 0) })
    endObject()
  }

  /// An object of counts; what was not counted has no key.
  private mutating func counts(_ name: JSONKey, _ rows: [(String, Int)]) {
    key(name)
    beginObject()
    for (name, count) in rows where count > 0 { field(JSONKey(name), count) }
    endObject()
  }
}

extension Role {
  /// As JSON and text spell it.
  public var name: String {
    switch self {
    case .initiator: "initiator"
    case .responder: "responder"
    }
  }
}

extension Certainty {
  /// As JSON and text spell it.
  public var name: String {
    switch self {
    case .proved: "proved"
    case .presumed: "presumed"
    }
  }

  /// Behind a state's name where there is no room for words.
  var mark: String {
    switch self {
    case .proved: ""
    case .presumed: "?"
    }
  }
}

import Dissection
import Tracking

/// The objects of the JSON interface, each with its `type` first.
extension JSONWriter {
  public mutating func write(_ connection: ConnectionReport) {
    beginObject()
    field("type", word: "connection")
    field("connection", connection.number)
    field("stream", connection.stream)
    field("initiator", connection.endpoints.initiator.local)
    field("responder", connection.endpoints.responder.local)
    field("roles_known", connection.rolesKnown)
    field("first_time", connection.firstTime)
    field("last_time", connection.lastTime)
    field("first_frame", connection.firstFrame)
    field("last_frame", connection.lastFrame)
    field("packets", connection.packets)
    field("copies", connection.copies)
    field("merged_streams", connection.mergedStreams)
    field("close", word: connection.close.rawValue)
    field("closed_first", word: connection.closedFirst?.rawValue)
    field("reset_cause", word: connection.resetCause?.rawValue)
    field("one_sided", connection.oneSided)
    field("gap", connection.gap)
    endObject()
  }

  public mutating func write(_ role: Role, of connection: ConnectionReport) {
    let end = connection.endpoints[role]
    beginObject()
    field("type", word: "endpoint")
    field("connection", connection.number)
    field("stream", connection.stream)
    field("role", word: connection.rolesKnown ? role.name : "unknown")
    field("local", end.local)
    field("remote", end.remote)
    claim(end.claim)
    field("packets", end.packets)
    field("bytes_sent", end.bytesSent)
    field("fin_frame", end.finFrame)
    field("fin_acked_frame", end.finAckedFrame)
    field("rst_frame", end.rstFrame)
    field("fin_retransmissions", end.finRetransmissions)
    field("activity", word: end.activity?.rawValue)
    endObject()
  }

  private mutating func claim(_ claim: Claim) {
    field("state", word: claim.state.name)
    field("certainty", word: claim.certainty.name)
    key("possible")
    beginArray()
    for state in claim.possible.ordered(first: claim.state) { word(state.name) }
    endArray()
    field("since", claim.since)
    field("until", claim.until)
    field("evidence", claim.evidence.frames)
  }

  public mutating func write(_ late: LateSegment) {
    beginObject()
    field("type", word: "late")
    field("connection", late.connection)
    field("stream", late.stream)
    field("frame", late.frame)
    field("time", late.time)
    field("kind", word: late.kind.rawValue)
    field("from", late.from)
    field("to", late.to)
    field("after_close", late.afterClose)
    field("effect", word: late.effect.rawValue)
    field("reply_frame", late.replyFrame)
    field("reply_expected", word: late.replyExpected.rawValue)
    field("reaches_new_connection", late.reachesNewConnection)
    endObject()
  }

  public mutating func write(_ finding: Finding, of connection: ConnectionReport) {
    beginObject()
    field("type", word: "finding")
    field("kind", word: finding.kind.rawValue)
    field("connection", finding.connection)
    field("endpoint", connection.endpoints[finding.role].local)
    field("age", finding.age)
    field("message", finding.message(in: connection))
    field("evidence", finding.evidence)
    field("wireshark_filter", finding.wiresharkFilter(in: connection))
    endObject()
  }

  public mutating func write(_ capture: CaptureRow) {
    beginObject()
    field("type", word: "capture")
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
    endObject()
  }

  public mutating func write(_ summary: Summary) {
    beginObject()
    field("type", word: "summary")
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
  private mutating func counts(_ name: String, _ rows: [(String, Int)]) {
    key(name)
    beginObject()
    for (name, count) in rows where count > 0 { field(name, count) }
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

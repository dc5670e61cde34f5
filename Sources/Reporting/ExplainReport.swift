import Dissection
import Tracking

/// One connection told as a ladder, with the reasons for what is claimed at its end.
public struct ExplainReport {
  public let connection: ConnectionReport
  public let ladder: Ladder
  public let instant: Timestamp
  public let findings: Findings

  public init(
    connection: ConnectionReport, ladder: Ladder, instant: Timestamp, minimumAge: Interval
  ) {
    self.connection = connection
    self.ladder = ladder
    self.instant = instant
    findings = connection.findings(at: instant, minimumAge: minimumAge)
  }

  /// The whole report in one of the forms.
  public func text(_ format: ReportFormat, style: TextStyle) -> [UInt8] {
    switch format {
    case .text: plainText(style, width: Page.width).bytes
    case .json: document()
    case .jsonl: jsonLines()
    case .csv: table()
    }
  }

  /// The text as lines of a page that is not as wide as others.
  func lines(_ style: TextStyle, width: Int) -> [String] {
    plainText(style, width: width).text.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  private func plainText(_ style: TextStyle, width: Int) -> OutputBuffer {
    var output = OutputBuffer()
    let times = TimeStyle(zone: style.zone, first: connection.firstTime, last: instant)
    let title =
      "Connection \(connection.number): \(connection.endpoints.initiator.local.text) to "
      + connection.endpoints.responder.local.text
    output.appendWrapped(title, width: width, palette: style.palette, as: .heading)
    output.appendWrapped(introduction(times), width: width)
    output.appendLine()
    let writer = LadderText(
      connection: connection, palette: style.palette, origin: connection.firstTime, width: width)
    writer.write(ladder.lines, to: &output)
    output.appendLine()
    output.appendLine("? behind a state: presumed, not proved by the end's own packets.")
    output.appendLine("States are as of \(times.sentence(instant)).")
    output.appendLine()
    for role in Role.allCases { explain(role, times, width: width, to: &output) }
    for finding in findings {
      output.appendWrapped(
        "Finding: \(finding.message(in: connection)).", width: width, palette: style.palette,
        as: .problem)
      if let filter = finding.ownFilter(in: connection) {
        output.appendLine("  Look at: \(filter)")
      }
    }
    output.appendLine("To see it in Wireshark: \(connection.wiresharkFilter)")
    return output
  }

  private func introduction(_ times: TimeStyle) -> String {
    var text =
      "\(connection.packets.counted("packet")), frames \(connection.firstFrame) to "
      + "\(connection.lastFrame), from \(times.sentence(connection.firstTime)); close: "
      + connection.close.rawValue
    if let first = connection.closedFirst {
      switch first {
      case .initiator: text += ", the initiator closed first"
      case .responder: text += ", the responder closed first"
      case .both: text += ", both closed at once"
      }
    }
    if let cause = connection.resetCause { text += "; reset: \(cause.words)" }
    if !connection.rolesKnown { text += "; who dialled is not known: the capture begins later" }
    if connection.oneSided { text += "; seen from one side only" }
    if connection.gap { text += "; packets are missing" }
    return text + "."
  }

  /// The frame that the timer runs from, where that is not the one that the state began with.
  private func restart(of end: EndpointReport) -> String {
    let restart = connection.late.last { $0.effect == .timerRestarted && $0.to == end.local }
    return restart.map { ", restarted by frame \($0.frame)," } ?? ""
  }

  /// Why this end's state is claimed, and what would settle what is open.
  private func explain(
    _ role: Role, _ times: TimeStyle, width: Int, to output: inout OutputBuffer
  ) {
    let end = connection.endpoints[role]
    let claim = end.claim
    let name = connection.rolesKnown ? "The \(role.name) " : ""
    var text = "\(name)\(end.local.text) is \(claim.state.name) (\(claim.certainty.name))"
    if let since = claim.since { text += " since \(times.sentence(since))" }
    text += ": \(claim.ground.sentence)."
    if let until = claim.until {
      text +=
        claim.state == .finWait2
        ? " If its program has closed the socket, it is gone at \(times.sentence(until))."
        : " Its timer\(restart(of: end)) runs until \(times.sentence(until))."
    }
    output.appendWrapped(text, width: width)
    let others = claim.possible.ordered(first: claim.state).dropFirst().map(\.name)
    if !others.isEmpty {
      output.appendWrapped(
        "It can also be \(others.joined(separator: ", ")).", indent: 2, width: width)
    }
    if claim.certainty == .presumed {
      output.appendWrapped(
        "What would settle it: \(claim.ground.whatWouldSettle).", indent: 2, width: width)
    }
    if let filter = WiresharkFilter.frames(claim.evidence.frames) {
      output.appendLine("  Look at: \(filter)")
    }
    output.appendLine()
  }
}

/// The forms for programs: the objects of `read` for this connection, and its segments.
extension ExplainReport {
  private func jsonLines() -> [UInt8] {
    var json = JSONWriter()
    json.writeLines(
      Selected(
        shown: Pair(initiator: true, responder: true), findings: findings),
      of: connection)
    for row in rows {
      write(row, to: &json)
      json.endLine()
    }
    return json.output.bytes
  }

  private func document() -> [UInt8] {
    var json = JSONWriter()
    func array<Values: Sequence>(
      _ name: JSONKey, _ values: Values, _ write: (Values.Element) -> Void
    ) {
      json.key(name)
      json.beginArray()
      for value in values {
        json.newLine()
        write(value)
      }
      json.endArray()
    }
    json.beginObject()
    array("connections", [connection]) { json.write($0) }
    array("endpoints", Role.allCases) { json.write($0, of: connection) }
    array("late", connection.late) { json.write($0) }
    array("findings", findings) { json.write($0, of: connection) }
    array("ladder", rows) { write($0, to: &json) }
    json.endObject()
    json.endLine()
    return json.output.bytes
  }

  private var rows: [LadderRow] {
    ladder.lines.compactMap { line in
      switch line {
      case .row(let row): row
      case .omitted: nil
      }
    }
  }

  /// What later segments showed of it counts for more than what was said when it passed.
  private func lateKind(_ segment: LadderSegment) -> LateKind? {
    connection.late.first { $0.frame == segment.frame }?.kind ?? segment.late
  }

  /// A `ladder` object: a segment, with a null `sender` an ICMP error, or with a null `frame` a
  /// timer.
  private func write(_ row: LadderRow, to json: inout JSONWriter) {
    json.beginObject(.ladder)
    json.field("connection", connection.number)
    json.field("time", row.time)
    let segment = row.segment
    json.field("frame", row.frame)
    json.field("sender", segment?.sender.name)
    json.field("flags", segment?.flags.names)
    json.field("relative_seq", segment.map { Int($0.relativeSequence) })
    json.field("relative_ack", segment?.relativeAcknowledgment.map { Int($0) })
    json.field("length", segment.map { Int($0.payloadLength) })
    json.field("copy", segment?.isCopy)
    json.field("late", segment.flatMap(lateKind)?.rawValue)
    json.field("initiator_state", row.states.initiator.state.name)
    json.field("initiator_certainty", row.states.initiator.certainty.name)
    json.field("responder_state", row.states.responder.state.name)
    json.field("responder_certainty", row.states.responder.certainty.name)
    json.field("note", row.note)
    json.endObject()
  }

  private func table() -> [UInt8] {
    var csv = CSVTable()
    csv.write(titles: [
      "time", "frame", "sender", "flags", "relative_seq", "relative_ack", "length", "late",
      "initiator_state", "initiator_certainty", "responder_state", "responder_certainty", "note",
    ])
    for row in rows {
      let segment = row.segment
      csv.time(row.time)
      csv.number(row.frame)
      csv.text(segment?.sender.name ?? "")
      csv.text(segment?.flags.names ?? "")
      csv.number(segment.map { Int($0.relativeSequence) })
      csv.number(segment?.relativeAcknowledgment.map { Int($0) })
      csv.number(segment.map { Int($0.payloadLength) })
      csv.text(segment.flatMap(lateKind)?.rawValue ?? "")
      for role in Role.allCases {
        csv.text(row.states[role].state.name)
        csv.text(row.states[role].certainty.name)
      }
      csv.text(row.note ?? "")
      csv.endLine()
    }
    return csv.output.bytes
  }
}

extension LadderRow {
  fileprivate var segment: LadderSegment? {
    switch event {
    case .segment(let segment): segment
    case .icmpError, .timer: nil
    }
  }

  fileprivate var frame: Int? {
    switch event {
    case .segment(let segment): segment.frame
    case .icmpError(let frame): frame
    case .timer: nil
    }
  }
}

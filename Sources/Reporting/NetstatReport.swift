import Dissection
import Tracking

/// Both ends of every connection as netstat would list them at one instant.
///
/// Nothing of a connection is held but what the list is sorted by: the connections are asked for
/// again when they are written.
public struct NetstatReport {
  /// One end that is listed.
  private struct Row {
    let local: SocketAddress
    let remote: SocketAddress
    let index: Int
    let role: Role

    func comesBefore(_ other: Row) -> Bool {
      if local != other.local { return local < other.local }
      if remote != other.remote { return remote < other.remote }
      return index < other.index
    }
  }

  private let format: ReportFormat
  private let selection: Selection
  private let style: TextStyle
  private let drain: OutputBuffer.Drain

  public init(
    format: ReportFormat, selection: Selection, style: TextStyle = TextStyle(),
    drain: @escaping OutputBuffer.Drain
  ) {
    self.format = format
    self.selection = selection
    self.style = style
    self.drain = drain
  }

  /// Writes the list as of `instant`; JSON and CSV by connection, text by address.
  ///
  /// - Parameters:
  ///   - count: how many connections there are.
  ///   - connection: one of them as it is at `instant`, in order of their numbers.
  public func write(
    count: Int, at instant: Timestamp?, connection: ConnectionSource
  ) throws {
    switch format {
    case .text:
      try writeText(count: count, at: instant, connection)
    case .json, .jsonl:
      try writeJSON(count: count, at: instant, connection)
    case .csv:
      var csv = CSVTable()
      csv.writeEndpointsHeader()
      guard let instant else { return try csv.output.drain(drain) }
      for index in 0..<count {
        try connection(index) { connection in
          forEachEnd(of: connection, at: instant) { csv.write($0, of: connection) }
        }
        try csv.output.drainIfFull(drain)
      }
      try csv.output.drain(drain)
    }
  }

  private func writeJSON(
    count: Int, at instant: Timestamp?, _ connection: ConnectionSource
  ) throws {
    var json = JSONWriter()
    if format == .json {
      json.beginObject()
      json.key("endpoints")
      json.beginArray()
    }
    for index in 0..<(instant == nil ? 0 : count) {
      try connection(index) { connection in
        forEachEnd(of: connection, at: instant ?? .distantPast) { role in
          if format == .json { json.newLine() }
          json.write(role, of: connection)
          if format == .jsonl { json.endLine() }
        }
      }
      try json.output.drainIfFull(drain)
    }
    if format == .json {
      json.endArray()
      json.endObject()
      json.endLine()
    }
    try json.output.drain(drain)
  }

  /// Calls `body` for each end that is listed.
  private func forEachEnd(
    of connection: ConnectionReport, at instant: Timestamp, _ body: (Role) -> Void
  ) {
    for role in [Role.initiator, .responder] {
      let end = connection.endpoints[role]
      guard selection.includes(end.local) else { continue }
      if end.claim.state == .closed, !selection.all { continue }
      if let since = end.claim.since, instant.since(since) < selection.minimumAge { continue }
      body(role)
    }
  }
}

/// The text form.
extension NetstatReport {
  private func writeText(
    count: Int, at instant: Timestamp?, _ connection: ConnectionSource
  ) throws {
    var output = OutputBuffer()
    guard let instant else {
      output.appendLine("No TCP packet, so no connection.")
      return try output.drain(drain)
    }
    var rows: [Row] = []
    var (earliest, latest) = (Timestamp?.none, instant)
    for index in 0..<count {
      try connection(index) { connection in
        forEachEnd(of: connection, at: instant) { role in
          let end = connection.endpoints[role]
          rows.append(Row(local: end.local, remote: end.remote, index: index, role: role))
          if let since = end.claim.since { earliest = min(earliest ?? since, since) }
          if let until = end.claim.until { latest = max(latest, until) }
        }
      }
    }
    let times = TimeStyle(zone: style.zone, first: earliest ?? instant, last: latest)
    output.appendLine(
      "\(rows.count.counted("end")) at \(times.sentence(instant)); ? is presumed, not proved")
    if rows.isEmpty { return try output.drain(drain) }

    var layout = TableLayout([
      .init("#", .right), .init("local", cutTo: 12), .init("foreign", cutTo: 12), .init("state"),
      .init("since"), .init("for"), .init("until"), .init("or", isOptional: true),
    ])
    var cells = TableRow()
    for row in rows {
      try connection(row.index) { fill(&cells, $0, row.role, at: instant, times) }
      layout.widen(to: cells)
    }
    rows.sort { $0.comesBefore($1) }
    layout.fit()
    layout.writeTitles(to: &output, palette: style.palette)
    for row in rows {
      try connection(row.index) { fill(&cells, $0, row.role, at: instant, times) }
      layout.write(cells, to: &output)
      try output.drainIfFull(drain)
    }
    try output.drain(drain)
  }

  private func fill(
    _ cells: inout TableRow, _ connection: ConnectionReport, _ role: Role,
    at instant: Timestamp, _ times: TimeStyle
  ) {
    let end = connection.endpoints[role]
    let claim = end.claim
    cells.removeAll()
    cells.add { $0.appendDecimal(Int64(connection.number)) }
    cells.add { $0.append(end.local) }
    cells.add { $0.append(end.remote) }
    cells.add {
      $0.append(claim.state.name)
      $0.append(claim.certainty.mark)
    }
    cells.add {
      guard let since = claim.since else { return $0.append("before") }
      $0.append(cell: since, times, isShort: true)
    }
    cells.add { if let since = claim.since { $0.append(words: instant.since(since)) } }
    cells.add { if let until = claim.until { $0.append(cell: until, times, isShort: true) } }
    cells.add { text in
      var isFirst = true
      claim.possible.subtracting(StateSet(claim.state)).forEach(first: claim.state) {
        if !isFirst { text.append(", ") }
        text.append($0.name)
        isFirst = false
      }
    }
  }
}

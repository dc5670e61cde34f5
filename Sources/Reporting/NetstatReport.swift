import Dissection
import Tracking

/// Both ends of every connection as netstat would list them at one instant.
public struct NetstatReport {
  /// One end of one of the connections held.
  private struct Row {
    var index: Int
    var role: Role
  }

  private let format: ReportFormat
  private let selection: Selection
  private let style: TextStyle
  private var connections: [ConnectionReport] = []
  private var rows: [Row] = []

  public init(format: ReportFormat, selection: Selection, style: TextStyle = TextStyle()) {
    self.format = format
    self.selection = selection
    self.style = style
  }

  /// Takes one connection as it is at `instant`.
  public mutating func add(_ connection: ConnectionReport, at instant: Timestamp) {
    let before = rows.count
    for role in Role.allCases {
      let end = connection.endpoints[role]
      guard selection.includes(end.local) else { continue }
      if end.claim.state == .closed, !selection.all { continue }
      if let since = end.claim.since, instant.since(since) < selection.minimumAge { continue }
      rows.append(Row(index: connections.count, role: role))
    }
    if rows.count > before { connections.append(connection) }
  }

  /// Writes the list as of `instant`; JSON by connection, text by address.
  public mutating func finish(at instant: Timestamp?, drain: OutputBuffer.Drain) throws {
    rows = rows.sorted { left, right in
      left.index == right.index
        ? left.role.rawValue < right.role.rawValue : number(left) < number(right)
    }
    switch format {
    case .text: try writeText(at: instant, drain: drain)
    case .json, .jsonl: try writeJSON(drain: drain)
    case .csv: try writeCSV(drain: drain)
    }
  }

  private func number(_ row: Row) -> Int { connections[row.index].number }

  private func end(_ row: Row) -> EndpointReport { connections[row.index].endpoints[row.role] }

  private func writeJSON(drain: OutputBuffer.Drain) throws {
    var json = JSONWriter()
    if format == .json {
      json.beginObject()
      json.key("endpoints")
      json.beginArray()
    }
    for row in rows {
      if format == .json { json.newLine() }
      json.write(row.role, of: connections[row.index])
      if format == .jsonl { json.endLine() }
      try json.output.drainIfFull(drain)
    }
    if format == .json {
      json.endArray()
      json.endObject()
      json.endLine()
    }
    try json.output.drain(drain)
  }

  private func writeCSV(drain: OutputBuffer.Drain) throws {
    var csv = CSVTable()
    csv.writeEndpointsHeader()
    for row in rows {
      csv.write(row.role, of: connections[row.index])
      try csv.output.drainIfFull(drain)
    }
    try csv.output.drain(drain)
  }
}

/// The text form.
extension NetstatReport {
  private mutating func writeText(at instant: Timestamp?, drain: OutputBuffer.Drain) throws {
    var output = OutputBuffer()
    guard let instant else {
      output.appendLine("No TCP packet, so no connection.")
      return try output.drain(drain)
    }
    sortByAddress()
    let earliest = rows.compactMap { end($0).claim.since }.min() ?? instant
    let latest = rows.compactMap { end($0).claim.until }.max() ?? instant
    let times = TimeStyle(zone: style.zone, first: earliest, last: max(latest, instant))
    output.appendLine(
      "\(rows.count.counted("end")) at \(times.sentence(instant)); ? is presumed, not proved")
    if rows.isEmpty { return try output.drain(drain) }

    var layout = TableLayout([
      .init("#", .right), .init("local", cutTo: 12), .init("foreign", cutTo: 12), .init("state"),
      .init("since"), .init("for"), .init("until"), .init("or", isOptional: true),
    ])
    for row in rows {
      for (column, cell) in cells(row, at: instant, times).enumerated() {
        layout.widen(column, to: cell)
      }
    }
    layout.fit()
    layout.writeTitles(to: &output, palette: style.palette)
    for row in rows {
      layout.write(cells(row, at: instant, times), to: &output)
      try output.drainIfFull(drain)
    }
    try output.drain(drain)
  }

  /// Few bytes a row are moved: a report is a hundred times as large.
  private mutating func sortByAddress() {
    let keys = rows.map { (local: end($0).local, remote: end($0).remote, number: number($0)) }
    let order = keys.indices.sorted { left, right in
      let (first, second) = (keys[left], keys[right])
      if first.local != second.local { return first.local < second.local }
      if first.remote != second.remote { return first.remote < second.remote }
      return first.number < second.number
    }
    rows = order.map { rows[$0] }
  }

  private func cells(_ row: Row, at instant: Timestamp, _ times: TimeStyle) -> [String] {
    let end = end(row)
    let claim = end.claim
    let others = claim.possible.ordered(first: claim.state).dropFirst().map(\.name)
    return [
      String(number(row)), end.local.text, end.remote.text,
      claim.state.name + claim.certainty.mark,
      claim.since.map { times.cell($0, isShort: true) } ?? "before",
      claim.since.map { instant.since($0).words } ?? "",
      claim.until.map { times.cell($0, isShort: true) } ?? "", others.joined(separator: ", "),
    ]
  }
}

import Dissection
import Tracking

/// The forms a report comes in.
public enum ReportFormat: String, CaseIterable, Sendable {
  case text, json, jsonl, csv
}

/// The report of `read`: takes connections one by one as they become final.
///
/// Text keeps the worst rows and counts; JSON lines and CSV are written as they come; a JSON
/// document holds the connections that it shows, to sort them.
public struct ReadReport {
  private let format: ReportFormat
  private let selection: Selection
  private let style: TextStyle
  private let drain: OutputBuffer.Drain
  public private(set) var summary = Summary()
  private var sections: TextSections
  private var held: [Selected] = []
  private var json = JSONWriter()
  private var csv = CSVTable()

  public init(
    format: ReportFormat, selection: Selection, style: TextStyle = TextStyle(),
    drain: @escaping OutputBuffer.Drain
  ) {
    self.format = format
    self.selection = selection
    self.style = style
    self.drain = drain
    sections = TextSections(all: selection.all)
    if format == .csv { csv.writeFindingsHeader() }
  }

  /// Takes one connection as it is at `instant`, and never again.
  public mutating func add(_ connection: ConnectionReport, at instant: Timestamp) throws {
    guard let selected = selection.apply(to: connection, at: instant) else { return }
    summary.add(selected, at: instant)
    let isShown = selected.isFound || selection.all
    switch format {
    case .text: sections.add(selected)
    case .json: if isShown { held.append(selected) }
    case .jsonl: if isShown { try writeLines(selected) }
    case .csv:
      for finding in selected.findings { csv.write(finding, of: connection) }
      try csv.output.drainIfFull(drain)
    }
  }

  /// Ends the report.
  ///
  /// - Parameter instant: the end of the capture; nil when nothing was in it.
  public mutating func finish(
    captures: [CaptureRow], evicted: [Eviction: Int] = [:], at instant: Timestamp?
  ) throws {
    summary.evicted = evicted
    switch format {
    case .text:
      var report = TextReport(
        sections: sections, summary: summary, captures: captures, instant: instant, style: style)
      try drain(report.write().bytes)
    case .json:
      try writeDocument(captures)
    case .jsonl:
      for capture in captures {
        json.write(capture)
        json.endLine()
      }
      json.write(summary)
      json.endLine()
      try json.output.drain(drain)
    case .csv:
      try csv.output.drain(drain)
    }
  }

  private mutating func writeLines(_ selected: Selected) throws {
    json.writeLines(selected)
    try json.output.drainIfFull(drain)
  }

  private mutating func writeDocument(_ captures: [CaptureRow]) throws {
    held.sort { $0.connection.number < $1.connection.number }
    json.beginObject()
    try writeArray("captures", captures) { $0.write($1) }
    try writeArray("connections", held) { $0.write($1.connection) }
    try writeArray("endpoints", held) { writer, selected in
      for role in selected.roles {
        if role != selected.roles.first { writer.newLine() }
        writer.write(role, of: selected.connection)
      }
    }
    try writeArray("late", held.lazy.flatMap(\.late)) { $0.write($1) }
    let findings = held.lazy.flatMap { selected in
      selected.findings.lazy.map { ($0, selected.connection) }
    }
    try writeArray("findings", findings) { $0.write($1.0, of: $1.1) }
    json.key("summary")
    json.write(summary)
    json.endObject()
    json.endLine()
    try json.output.drain(drain)
  }

  /// One array of the document, a line for each object.
  private mutating func writeArray<Rows: Sequence>(
    _ name: String, _ rows: Rows, _ write: (inout JSONWriter, Rows.Element) -> Void
  ) throws {
    json.key(name)
    json.beginArray()
    for row in rows {
      json.newLine()
      write(&json, row)
      try json.output.drainIfFull(drain)
    }
    json.endArray()
  }
}

extension JSONWriter {
  /// A connection and all that belongs to it, a line for each object.
  mutating func writeLines(_ selected: Selected) {
    let connection = selected.connection
    write(connection)
    endLine()
    for role in selected.roles {
      write(role, of: connection)
      endLine()
    }
    for late in selected.late {
      write(late)
      endLine()
    }
    for finding in selected.findings {
      write(finding, of: connection)
      endLine()
    }
  }
}

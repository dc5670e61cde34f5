import Dissection
import Tracking

/// The forms a report comes in.
public enum ReportFormat: String, CaseIterable, Sendable {
  case text, json, jsonl, csv
}

/// Gives a body one of the connections that are in memory, as often as it is asked for.
public typealias ConnectionSource = (
  _ index: Int, _ body: (ConnectionReport) throws -> Void
) throws -> Void

/// The report of `read`: takes connections one by one as they become final.
///
/// Text keeps the worst rows and counts; JSON lines and CSV are written as they come. A JSON document
/// is sorted, and is written at the end: of the connections that left before, it holds those that it
/// shows.
public struct ReadReport {
  private let format: ReportFormat
  private let selection: Selection
  private let style: TextStyle
  private let drain: OutputBuffer.Drain
  public private(set) var summary = Summary()
  private var sections: TextSections
  private var departed: [JSONDocument.Departed] = []
  private var json = JSONWriter()
  private var csv = CSVTable()
  /// What this host says of its ends, where it is known.
  public var host: HostEnds? {
    didSet {
      json.host = host
      sections.host = host
    }
  }

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

  /// Whether connections are told of in order of their numbers; what text tells has ranks of its own.
  public var isSorted: Bool { format != .text }

  /// Takes one connection as it is at `instant`, and never again.
  public mutating func add(_ connection: ConnectionReport, at instant: Timestamp) throws {
    let selected = selection.apply(to: connection, at: instant)
    if selected.isNothing { return }
    summary.add(selected, of: connection, at: instant)
    switch format {
    case .text: sections.add(selected, of: connection)
    case .json:
      if selection.shows(selected) {
        departed.append(JSONDocument.Departed(connection: connection, instant: instant))
      }
    case .jsonl:
      if selection.shows(selected) { json.writeLines(selected, of: connection) }
      try json.output.drainIfFull(drain)
    case .csv:
      for finding in selected.findings { csv.write(finding, of: connection) }
      try csv.output.drainIfFull(drain)
    }
  }

  /// Hands over what is written so far.
  public mutating func flush() throws {
    try json.output.drain(drain)
    try csv.output.drain(drain)
  }

  /// Ends the report.
  ///
  /// - Parameters:
  ///   - instant: the end of the capture; nil when nothing was in it.
  ///   - count: how many connections are in memory, which `add` has not been given.
  ///   - connection: one of them as it is at that instant, in order of their numbers if the report
  ///     `isSorted`; asked for as often as it tells something of it, which then need not be held.
  public mutating func finish(
    captures: [CaptureRow], evicted: [Eviction: Int] = [:], at instant: Timestamp?,
    count: Int, connection: ConnectionSource
  ) throws {
    summary.evicted = evicted
    if let instant, format != .json {
      for index in 0..<count { try connection(index) { try add($0, at: instant) } }
    }
    switch format {
    case .text:
      var report = TextReport(
        sections: sections, summary: summary, captures: captures, instant: instant, style: style)
      try drain(report.write().bytes[...])
    case .json:
      var document = JSONDocument(
        selection: selection, departed: departed, summary: summary, count: count,
        at: instant ?? .distantPast, host: host, drain: drain)
      departed = []
      try document.write(captures, connection)
      summary = document.summary
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
}

extension JSONWriter {
  /// A connection and all that belongs to it, a line for each object.
  ///
  /// - Parameter selected: what is selected of `connection`.
  mutating func writeLines(_ selected: Selected, of connection: ConnectionReport) {
    if !connection.isUnseen {
      write(connection)
      endLine()
    }
    for role in Role.allCases where selected.shown[role] {
      write(role, of: connection)
      endLine()
    }
    for late in connection.late where selected.includes(late, of: connection) {
      write(late)
      endLine()
    }
    for finding in selected.findings {
      write(finding, of: connection)
      endLine()
    }
  }
}

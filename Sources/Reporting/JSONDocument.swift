import Dissection
import Tracking

/// The report of `read` as one JSON document: an array for each kind of object, sorted by
/// connection.
///
/// The connections that are in memory are gone through once for each array.
struct JSONDocument {
  /// A connection that had left memory, and when.
  struct Departed {
    let connection: ConnectionReport
    let instant: Timestamp
  }

  private let selection: Selection
  private let departed: [Departed]
  private(set) var summary: Summary
  private let count: Int
  private let instant: Timestamp
  private let drain: OutputBuffer.Drain
  private var json = JSONWriter()

  /// - Parameters:
  ///   - departed: those that are shown; `summary` counts them, and others.
  ///   - count: how many connections are in memory.
  ///   - instant: the end of the capture.
  init(
    selection: Selection, departed: [Departed], summary: Summary, count: Int,
    at instant: Timestamp, drain: @escaping OutputBuffer.Drain
  ) {
    self.selection = selection
    self.count = count
    self.instant = instant
    self.departed = departed.sorted { $0.connection.number < $1.connection.number }
    self.summary = summary
    self.drain = drain
  }

  /// - Parameter connection: one of those in memory, in order of their numbers.
  mutating func write(_ captures: [CaptureRow], _ connection: (Int) -> ConnectionReport) throws {
    json.beginObject()
    begin("captures")
    for capture in captures { try row { $0.write(capture) } }
    end()

    begin("connections")
    var late: [LateSegment] = []
    try forEachShown(connection, isFirst: true) { document, selected in
      late += selected.late
      try document.row { $0.write(selected.connection) }
    }
    end()

    begin("endpoints")
    try forEachShown(connection) { document, selected in
      for role in selected.roles {
        try document.row { $0.write(role, of: selected.connection) }
      }
    }
    end()

    begin("late")
    for late in late { try row { $0.write(late) } }
    end()

    begin("findings")
    try forEachShown(connection) { document, selected in
      for finding in selected.findings {
        try document.row { $0.write(finding, of: selected.connection) }
      }
    }
    end()

    json.key("summary")
    json.write(summary)
    json.endObject()
    json.endLine()
    try json.output.drain(drain)
  }

  /// Goes through all connections that are shown, in order of their numbers.
  ///
  /// - Parameter isFirst: those in memory are yet to be counted.
  private mutating func forEachShown(
    _ connection: (Int) -> ConnectionReport, isFirst: Bool = false,
    _ body: (inout JSONDocument, Selected) throws -> Void
  ) throws {
    var next = 0
    for index in 0..<count {
      let connection = connection(index)
      while next < departed.count, departed[next].connection.number < connection.number {
        try tell(departed[next], body)
        next += 1
      }
      guard let selected = selection.apply(to: connection, at: instant) else { continue }
      if isFirst { summary.add(selected, at: instant) }
      if selection.shows(selected) { try body(&self, selected) }
    }
    for departed in departed[next...] { try tell(departed, body) }
  }

  private mutating func tell(
    _ departed: Departed, _ body: (inout JSONDocument, Selected) throws -> Void
  ) throws {
    let selected = selection.apply(to: departed.connection, at: departed.instant)
    if let selected { try body(&self, selected) }
  }

  private mutating func begin(_ name: JSONKey) {
    json.key(name)
    json.beginArray()
  }

  private mutating func row(_ write: (inout JSONWriter) -> Void) throws {
    json.newLine()
    write(&json)
    try json.output.drainIfFull(drain)
  }

  private mutating func end() { json.endArray() }
}

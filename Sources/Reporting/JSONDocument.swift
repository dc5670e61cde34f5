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
  /// Of the connections that are shown.
  private var late: [LateSegment] = []
  private var json = JSONWriter()

  /// - Parameters:
  ///   - departed: those that are shown; `summary` counts them, and others.
  ///   - count: how many connections are in memory.
  ///   - instant: the end of the capture.
  init(
    selection: Selection, departed: [Departed], summary: Summary, count: Int,
    at instant: Timestamp, host: HostEnds?, drain: @escaping OutputBuffer.Drain
  ) {
    self.selection = selection
    self.count = count
    self.instant = instant
    self.departed = departed.sorted { $0.connection.number < $1.connection.number }
    self.summary = summary
    self.drain = drain
    json.host = host
  }

  /// - Parameter connection: one of those in memory, in order of their numbers.
  mutating func write(_ captures: [CaptureRow], _ connection: ConnectionSource) throws {
    json.beginObject()
    begin("captures")
    for capture in captures { try row { $0.write(capture) } }
    end()
    for kind in [Kind.connections, .endpoints, .late, .findings] {
      begin(kind.key)
      try writeAll(kind, connection)
      end()
    }
    json.key("summary")
    json.write(summary)
    json.endObject()
    json.endLine()
    try json.output.drain(drain)
  }

  /// What the arrays hold that connections have.
  private enum Kind {
    case connections, endpoints, late, findings

    var key: JSONKey {
      switch self {
      case .connections: "connections"
      case .endpoints: "endpoints"
      case .late: "late"
      case .findings: "findings"
      }
    }
  }

  /// Goes through all connections that are shown, in order of their numbers.
  private mutating func writeAll(_ kind: Kind, _ connection: ConnectionSource) throws {
    // Few have any: they were kept.
    if kind == .late { return try late.forEach { late in try row { $0.write(late) } } }
    var next = 0
    for index in 0..<count {
      try connection(index) { connection in
        while next < departed.count, departed[next].connection.number < connection.number {
          try write(kind, of: departed[next].connection, at: departed[next].instant)
          next += 1
        }
        try write(kind, of: connection, at: instant, counts: kind == .connections)
      }
    }
    for departed in departed[next...] {
      try write(kind, of: departed.connection, at: departed.instant)
    }
  }

  /// Writes what is to be shown of a connection.
  ///
  /// - Parameter counts: it is yet to be counted.
  private mutating func write(
    _ kind: Kind, of connection: ConnectionReport, at instant: Timestamp, counts: Bool = false
  ) throws {
    let selected = selection.apply(to: connection, at: instant)
    if selected.isNothing { return }
    if counts { summary.add(selected, of: connection, at: instant) }
    guard selection.shows(selected) else { return }
    switch kind {
    case .connections:
      if !connection.isUnseen { try row { $0.write(connection) } }
      if selected.hasLate {
        late += connection.late.filter { selected.includes($0, of: connection) }
      }
    case .endpoints:
      for role in Role.allCases where selected.shown[role] {
        try row { $0.write(role, of: connection) }
      }
    case .late: break
    case .findings:
      for finding in selected.findings { try row { $0.write(finding, of: connection) } }
    }
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

import Dissection
import Tracking

/// What `live` tells as it happens.
public enum LiveEvent {
  /// An end has entered a state.
  case state(Role, ConnectionReport)
  case findingOpened(Finding, ConnectionReport)
  /// What was found is over; the finding's age is how long it lasted.
  case findingClosed(Finding, ConnectionReport)
  case late(LateSegment)
  /// Packets of an interface that were not captured, since it was said last.
  case drops(interface: String, CaptureRow.Drops)
}

/// Writes events as JSON lines.
public struct EventWriter {
  private let drain: OutputBuffer.Drain
  private var json = JSONWriter()

  public init(drain: @escaping OutputBuffer.Drain) { self.drain = drain }

  /// What this host says of its ends.
  public mutating func tell(of host: HostEnds) { json.host = host }

  public mutating func write(_ event: LiveEvent, at time: Timestamp) {
    json.beginObject(.event)
    json.field("event", word: event.name)
    json.field(.time, time)
    switch event {
    case .state(let role, let connection): json.fields(of: role, of: connection)
    case .findingOpened(let finding, let connection), .findingClosed(let finding, let connection):
      json.fields(of: finding, of: connection)
    case .late(let late): json.fields(of: late, isDated: false)
    case .drops(let interface, let drops):
      json.field("file", interface)
      json.field("dropped", drops.byKernel)
      json.field("dropped_by_interface", drops.byInterface)
    }
    json.endObject()
    json.endLine()
  }

  /// Hands over the lines that are written.
  public mutating func flush() throws {
    if json.output.count > 0 { try json.output.drain(drain) }
  }
}

extension LiveEvent {
  fileprivate var name: String {
    switch self {
    case .state: "state"
    case .findingOpened: "finding_opened"
    case .findingClosed: "finding_closed"
    case .late: "late"
    case .drops: "drops"
    }
  }
}

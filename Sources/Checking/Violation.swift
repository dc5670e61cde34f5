import Dissection
import Reporting
import Tracking

/// One thing that breaks a rule: what was seen, in which connection, in which frames.
public struct Violation: Equatable, Sendable {
  /// Of a violation that is about one connection.
  public struct Connection: Equatable, Sendable {
    public var number: Int
    public var stream: Int
    public var client: SocketAddress
    public var service: SocketAddress
    public var wiresharkFilter: String

    init(_ connection: ConnectionReport) {
      number = connection.number
      stream = connection.stream
      client = connection.client
      service = connection.service
      wiresharkFilter = connection.wiresharkFilter
    }
  }

  /// What is the same in another capture of the same test: what a baseline knows it by.
  public struct Kind: Hashable, Sendable {
    /// The service's socket, or where it is about no connection the host's address; nil: neither.
    public var place: String?
    /// Of the end that it is about; the service's is the responder.
    public var role: Role?
    /// A state, a kind of finding, a cause: as JSON spells it.
    public var what: String
  }

  public var connection: Connection?
  public var kind: Kind
  /// A sentence without a name of its subject's rule and without a time of day.
  public var seen: String
  /// How long it lasted, where that has a meaning.
  public var duration: Interval?
  /// Frames to look at, as Wireshark numbers them.
  public var frames: [Int]
  /// How many things of the kind it stands for.
  public var count = 1
  /// Compared with a baseline; nil: there is none.
  public var standing: Standing?
}

/// What a baseline says of a violation.
public enum Standing: String, Equatable, Sendable {
  case new, worse, known
}

extension Violation {
  /// - Parameter end: whom it is about; nil: the connection as a whole.
  init(
    _ connection: ConnectionReport, end: Role?, what: String, seen: String,
    duration: Interval? = nil, frames: [Int]
  ) {
    self.connection = Connection(connection)
    kind = Kind(
      place: connection.service.text, role: end.map { connection.serviceView(of: $0) }, what: what)
    self.seen = seen
    self.duration = duration
    self.frames = frames
  }
}

import Dissection
import Foundation
import TestSupport
import Tracking

/// Two hosts whose kernel told its own states while they were captured: `kernel/NAME` among the
/// shared files, or a directory that the laboratory of KernelTests has just written.
struct KernelRecording {
  /// A host, and the tap at its device.
  enum Side: String, Codable, CaseIterable { case a = "A", b = "B" }

  /// A change of state; between `earliest` and `latest` the kernel's state is not known.
  struct Change {
    let time: Timestamp
    let state: TCPState
    let source: String
    let earliest: Timestamp
    let latest: Timestamp
  }

  /// TIME_WAIT's timer was set between `earliest` and `latest`, to end at `expiry`.
  struct Timer {
    let earliest: Timestamp
    let latest: Timestamp
    let expiry: Timestamp
  }

  /// One host's end of a 4-tuple.
  struct End {
    let scenario: String
    let side: Side
    let local: SocketAddress
    let remote: SocketAddress
    let changes: [Change]
    /// In order; the shared recordings have none.
    let timers: [Timer]
    /// When the timer of a TIME_WAIT that the recording did not outlast will end.
    let expiry: Timestamp?
    /// When the host's kernel was not asked: its states then may be others.
    let blind: [(start: Timestamp, end: Timestamp)]

    /// The kernel's state; nil within 30 ms of a change, when the wire cannot show it yet.
    func state(at instant: Timestamp) -> TCPState? {
      let margin = Interval.milliseconds(30)
      var state = TCPState.closed
      for change in changes {
        let isNear =
          instant.since(change.earliest) >= margin * -1
          && change.latest.since(instant) >= margin * -1
        if isNear { return nil }
        if change.time <= instant { state = change.state }
      }
      return state
    }
  }

  /// A port on which a host accepts connections, and from when to when.
  struct Listener: Decodable {
    let side: Side
    let port: UInt16
    let start: Timestamp
    let end: Timestamp

    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      side = try fields.decode(Side.self)
      _ = try fields.decode(String.self)
      port = try fields.decode(UInt16.self)
      start = try fields.decode(Double.self).timestamp
      end = try fields.decode(Double.self).timestamp
    }
  }

  /// A packet given to a host, and what the host made of it.
  struct Delivery: Decodable {
    struct Address: Decodable {
      let socket: SocketAddress
      init(from decoder: any Decoder) throws {
        var fields = try decoder.unkeyedContainer()
        let host = try fields.decode(String.self)
        let port = try fields.decode(UInt16.self)
        socket = SocketAddress(address: IPAddress(stringLiteral: host), port: port)
      }
    }
    let t: Double
    let to: Side
    let a: Address
    let b: Address
    let flags: String
    let seq: UInt32
    let ack: UInt32
    let len: UInt32
    let before: String
    let after: String
    let drop: [String]
    /// RSTs sent at once in answer.
    let rst: Int

    var time: Timestamp { Timestamp(nanoseconds: Int64(t * 1e9)) }
    var source: SocketAddress { to == .b ? a.socket : b.socket }
    var destination: SocketAddress { to == .b ? b.socket : a.socket }
  }

  static let names = ["suite", "random"]
  static let missing = "no kernel recordings beside the repository"
  static var isThere: Bool {
    FileManager.default.fileExists(atPath: directory(names[0]).path)
  }
  /// Whether a list's row is about one of the recordings.
  static func hasSide(_ row: TabSeparated.Row) -> Bool {
    names.contains(row["recording"]) && Side(rawValue: row["side"]) != nil
  }
  private static func directory(_ name: String) -> URL {
    SharedFiles.directory.appendingPathComponent("kernel").appendingPathComponent(name)
  }

  /// A packet on the wire between the hosts: when its sender's tap, the middle tap and its
  /// receiver had it.
  struct Passage: Decodable {
    let scenario: String
    let from: Side
    /// A duplicate made by the wire: not sent once more.
    let isCopy: Bool
    let sent: Timestamp
    /// Nil: lost, or held to the end, before the tap; or a duplicate made behind it.
    let middle: Timestamp?
    /// Nil: lost, or held to the end.
    let delivered: Timestamp?

    private enum Key: String, CodingKey { case scenario, from, copy, sent, mid, out }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: Key.self)
      scenario = try fields.decode(String.self, forKey: .scenario)
      from = try fields.decode(Side.self, forKey: .from)
      isCopy = try fields.decode(Bool.self, forKey: .copy)
      sent = try fields.decode(Double.self, forKey: .sent).timestamp
      middle = try fields.decodeIfPresent(Double.self, forKey: .mid)?.timestamp
      delivered = try fields.decodeIfPresent(Double.self, forKey: .out)?.timestamp
    }
  }

  let name: String
  private let directory: URL
  let start: Timestamp
  let end: Timestamp
  let ends: [End]
  let listeners: [Listener]
  /// By scenario, the numbers of the edge cases it shows; the shared recordings tell none.
  let situations: [String: [Int]]

  init(_ name: String) throws {
    try self.init(name, in: Self.directory(name))
  }

  init(_ name: String, in directory: URL) throws {
    self.name = name
    self.directory = directory
    let file = directory.appendingPathComponent("truth.json")
    let document = try JSONDecoder().decode(Document.self, from: Data(contentsOf: file))
    start = document.meta.start.timestamp
    end = document.meta.end.timestamp
    listeners = document.listeners ?? []
    situations = Dictionary(
      document.connections.map { ($0.scenario, $0.situations ?? []) }
    ) { first, _ in first }
    let blind = (document.meta.blind ?? [:]).mapValues { spans in
      spans.map { (start: $0[0].timestamp, end: $0[1].timestamp) }
    }
    ends = document.connections.flatMap { connection -> [End] in
      let (a, b) = (connection.a.socket, connection.b.socket)
      let sides = [(Side.a, connection.hostA, a, b), (Side.b, connection.hostB, b, a)]
      return sides.filter { $0.1.exists }.map { side, host, local, remote in
        End(
          scenario: connection.scenario, side: side, local: local, remote: remote,
          changes: host.transitions.map(\.change), timers: (host.timers ?? []).map(\.timer),
          expiry: host.final?.expiry(after: document.meta.end.timestamp),
          blind: blind[side.rawValue] ?? [])
      }
    }
  }

  /// - Parameter tap: `a`, `b` or `mid`.
  func capture(_ tap: String) throws -> KernelCapture {
    try KernelCapture(directory.appendingPathComponent("\(tap).pcap").path)
  }

  var span: PacketTimes.Span { PacketTimes.Span(start: start, end: end) }

  func deliveries() throws -> [Delivery] { try lines(of: "rx.jsonl") }
  func passages() throws -> [Passage] { try lines(of: "wire.jsonl") }

  private func lines<Line: Decodable>(of name: String) throws -> [Line] {
    let lines = try Data(contentsOf: directory.appendingPathComponent(name))
    return try lines.split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(Line.self, from: $0)
    }
  }
}

// MARK: - truth.json

extension KernelRecording {
  private struct Document: Decodable {
    struct Meta: Decodable {
      let start: Double
      let end: Double
      let blind: [String: [[Double]]]?
    }
    struct Connection: Decodable {
      let scenario: String
      let situations: [Int]?
      let a: Delivery.Address
      let b: Delivery.Address
      let hostA: Host
      let hostB: Host

      enum CodingKeys: String, CodingKey {
        case scenario, situations, a, b
        case hostA = "A"
        case hostB = "B"
      }
    }
    let meta: Meta
    let connections: [Connection]
    let listeners: [Listener]?
  }

  private struct Host: Decodable {
    /// False of an address that only forged packets bear.
    let exists: Bool
    let transitions: [Transition]
    let timers: [Restart]?
    let final: Final?
  }

  /// As the host listed the end when the recording was over.
  private struct Final: Decodable {
    let state: String
    let remaining: Int64?

    enum CodingKeys: String, CodingKey {
      case state
      case remaining = "expires_ms"
    }

    func expiry(after end: Timestamp) -> Timestamp? {
      guard state == TCPState.timeWait.name, let remaining else { return nil }
      return end.advanced(by: .milliseconds(remaining))
    }
  }

  private struct Restart: Decodable {
    let timer: Timer

    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      timer = Timer(
        earliest: try fields.decode(Double.self).timestamp,
        latest: try fields.decode(Double.self).timestamp,
        expiry: try fields.decode(Double.self).timestamp)
    }
  }

  private struct Transition: Decodable {
    let change: Change

    init(from decoder: any Decoder) throws {
      var fields = try decoder.unkeyedContainer()
      let time = try fields.decode(Double.self).timestamp
      let name = try fields.decode(String.self)
      guard let state = TCPState.allCases.first(where: { $0.name == name }) else {
        throw DecodingError.dataCorruptedError(in: fields, debugDescription: "no state: \(name)")
      }
      change = Change(
        time: time, state: state, source: try fields.decode(String.self),
        earliest: try fields.decode(Double.self).timestamp,
        latest: try fields.decode(Double.self).timestamp)
    }
  }
}

extension Double {
  fileprivate var timestamp: Timestamp { Timestamp(nanoseconds: Int64(self * 1e9)) }
}

import Dissection
import Foundation
import TestSupport
import Tracking

/// Two hosts whose kernel told its own states while they were captured: `kernel/NAME` among the
/// shared files.
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

  /// One host's end of a 4-tuple.
  struct End {
    let scenario: String
    let side: Side
    let local: SocketAddress
    let remote: SocketAddress
    let changes: [Change]

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

  let name: String
  let start: Timestamp
  let end: Timestamp
  let ends: [End]

  init(_ name: String) throws {
    self.name = name
    let file = Self.directory(name).appendingPathComponent("truth.json")
    let document = try JSONDecoder().decode(Document.self, from: Data(contentsOf: file))
    start = document.meta.start.timestamp
    end = document.meta.end.timestamp
    ends = document.connections.flatMap { connection -> [End] in
      let (a, b) = (connection.a.socket, connection.b.socket)
      let sides = [(Side.a, connection.hostA, a, b), (Side.b, connection.hostB, b, a)]
      return sides.filter { $0.1.exists }.map { side, host, local, remote in
        End(
          scenario: connection.scenario, side: side, local: local, remote: remote,
          changes: host.transitions.map(\.change))
      }
    }
  }

  /// - Parameter tap: `a`, `b` or `mid`.
  func capture(_ tap: String) throws -> KernelCapture {
    try KernelCapture(Self.directory(name).appendingPathComponent("\(tap).pcap").path)
  }

  func deliveries() throws -> [Delivery] {
    let lines = try Data(contentsOf: Self.directory(name).appendingPathComponent("rx.jsonl"))
    return try lines.split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(Delivery.self, from: $0)
    }
  }
}

// MARK: - truth.json

extension KernelRecording {
  private struct Document: Decodable {
    struct Meta: Decodable {
      let start: Double
      let end: Double
    }
    struct Connection: Decodable {
      let scenario: String
      let a: Delivery.Address
      let b: Delivery.Address
      let hostA: Host
      let hostB: Host

      enum CodingKeys: String, CodingKey {
        case scenario, a, b
        case hostA = "A"
        case hostB = "B"
      }
    }
    let meta: Meta
    let connections: [Connection]
  }

  private struct Host: Decodable {
    /// False of an address that only forged packets bear.
    let exists: Bool
    let transitions: [Transition]
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

import Dissection
import TestSupport
import Tracking

@testable import finwait

/// A field of a stream on which finwait and tshark do not agree.
struct StreamDifference: Hashable, Comparable, CustomStringConvertible {
  let capture: String
  /// tcp.stream, or `-` for the capture as a whole.
  let stream: String
  let field: String
  var detail = ""

  static func == (left: Self, right: Self) -> Bool { left.place == right.place }
  static func < (left: Self, right: Self) -> Bool {
    left.place.lexicographicallyPrecedes(right.place)
  }
  func hash(into hasher: inout Hasher) { hasher.combine(place) }
  private var place: [String] { [capture, stream, field] }

  var description: String { "\(capture) stream \(stream) \(field) \(detail)" }
}

/// One tcp.stream as tshark tells it.
struct StreamTruth {
  struct Side {
    let address: SocketAddress
    let packets: Int
    let fin: Int?
    let finAcked: Int?
    let rst: Int?
  }

  let stream: Int
  /// The sender of the first frame, and its peer.
  let a: Side
  let b: Side

  init(_ row: TabSeparated.Row) throws {
    func side(_ name: String) throws -> Side {
      let text = row[name + "_addr"]
      let colon = text.lastIndex(of: ":") ?? text.startIndex
      return Side(
        address: SocketAddress(
          address: try IPAddress(parsing: String(text[..<colon])),
          port: UInt16(text[colon...].dropFirst()) ?? 0),
        packets: row.number(name + "_packets") ?? 0, fin: row.number(name + "_sent_fin"),
        finAcked: row.number(name + "_fin_acked"), rst: row.number(name + "_sent_rst"))
    }
    stream = row.number("stream") ?? -1
    a = try side("a")
    b = try side("b")
  }
}

/// A capture's connections held against tshark's streams, 4-tuple by 4-tuple.
struct StreamComparison {
  private(set) var differences: [StreamDifference] = []
  /// Streams that are alone on their 4-tuple.
  private(set) var compared = 0
  private(set) var differing = 0
  /// 4-tuples that have several streams.
  private(set) var split = 0

  init(capture: String, truth: [StreamTruth], connections: [ConnectionReport]) {
    let ours = Dictionary(grouping: connections) {
      Self.key($0.endpoints.initiator.local, $0.endpoints.responder.local)
    }
    let theirs = Dictionary(grouping: truth) { Self.key($0.a.address, $0.b.address) }
    for (key, streams) in theirs {
      let found = ours[key] ?? []
      var wrong: [(field: String, detail: String)] = []
      if streams.count > 1 {
        split += 1
        let union = Set(found.flatMap(\.mergedStreams))
        if union != Set(streams.map(\.stream)) { wrong = [("streams", "\(union.sorted())")] }
      } else {
        compared += 1
        wrong = Self.compare(streams[0], found)
        if !wrong.isEmpty { differing += 1 }
      }
      differences += wrong.map {
        StreamDifference(
          capture: capture, stream: "\(streams[0].stream)", field: $0.field, detail: $0.detail)
      }
    }
    for key in ours.keys where theirs[key] == nil {
      differences.append(
        StreamDifference(capture: capture, stream: "-", field: "connections", detail: "\(key)"))
    }
  }

  private static func key(_ left: SocketAddress, _ right: SocketAddress) -> [SocketAddress] {
    left < right ? [left, right] : [right, left]
  }

  private static func compare(
    _ truth: StreamTruth, _ found: [ConnectionReport]
  ) -> [(field: String, detail: String)] {
    guard let connection = found.first, found.count == 1 else {
      return [("connections", "\(found.map(\.number))")]
    }
    var wrong: [(field: String, detail: String)] = []
    func expect(_ field: String, _ ours: Int?, _ theirs: Int?) {
      if ours != theirs { wrong.append((field, "\(ours ?? 0), tshark \(theirs ?? 0)")) }
    }
    expect("stream", connection.stream, truth.stream)
    if connection.mergedStreams != [connection.stream] {
      wrong.append(("merged_streams", "\(connection.mergedStreams)"))
    }
    // A connection of a socket with itself has no sides.
    guard truth.a.address != truth.b.address else { return wrong }
    for role in Role.allCases {
      let end = connection.endpoints[role]
      let (name, side) = end.local == truth.a.address ? ("a", truth.a) : ("b", truth.b)
      expect(name + "_packets", end.packets, side.packets)
      expect(name + "_sent_fin", end.finFrame, side.fin)
      expect(name + "_fin_acked", end.finAckedFrame, side.finAcked)
      expect(name + "_sent_rst", end.rstFrame, side.rst)
    }
    return wrong
  }
}

import Foundation
import Testing

/// `--light`: of SYN, FIN and RST alone, the ends of the samples come out in the same states, but
/// nothing is proved.
struct LightTests {
  private struct End: Decodable {
    struct Address: Decodable, Hashable {
      var address: String
      var port: Int
    }
    var local: Address
    var remote: Address
    var state: String
    var certainty: String

    /// Two incarnations can have the same.
    var name: [Address] { [local, remote] }
  }

  /// What only other packets tell: whether a handshake was completed, and whether a FIN arrived.
  private static let untold: [String: Set<String>] = [
    "19-half-open.pcap": ["SYN_SENT", "SYN_RECEIVED"],
    "20-fin-wait-1.pcap": ["ESTABLISHED"],
  ]

  private static let closes =
    "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0 or (ip6[6] = 6 and ip6[53] & 7 != 0)"

  private static func ends(_ capture: String, _ options: [String]) throws -> [End] {
    // As of one instant: the last packets of a capture are those of no close.
    let read = try FinwaitProcess(["read", capture, "--format", "json"], in: Repository.captures)
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(read.output.utf8)) as? [String: Any])
    let rows = try #require(document["captures"] as? [[String: Any]])
    let end = try #require(rows.compactMap { $0["last_time"] as? String }.max())
    let run = try FinwaitProcess(
      ["netstat", capture, "--at", end, "--all", "--format", "jsonl"] + options,
      in: Repository.captures)
    return try run.output.split(separator: "\n").map {
      try JSONDecoder().decode(End.self, from: Data($0.utf8))
    }
  }

  @Test(arguments: Repository.captureNames)
  func endsAreInTheStatesThatAllPacketsTell(capture: String) throws {
    let all = try Self.ends(capture, [])
    let light = try Self.ends(capture, ["--light", "--filter", Self.closes])
    #expect(light.allSatisfy { $0.certainty == "presumed" })
    let told = Dictionary(grouping: light, by: \.name).mapValues { Set($0.map(\.state)) }
    var seen = 0
    for end in all where Self.untold[capture]?.contains(end.state) != true {
      // A connection may be seen by other packets alone.
      guard let states = told[end.name] else { continue }
      seen += 1
      #expect(states.contains(end.state), "\(end.local) is \(end.state), said to be \(states)")
    }
    #expect(seen > 0 || light.isEmpty || Self.untold[capture] != nil)
  }

  @Test func leaksAreFound() throws {
    let light = try Self.ends("15-busy-server.pcap", ["--light", "--filter", Self.closes])
    #expect(light.count { $0.state == "CLOSE_WAIT" } == 5)
  }
}

import Foundation
import Testing

/// At the end of every sample capture, both ends of every connection are in the state that the
/// kernel listed at that instant (`Captures/kernel-states.tsv`).
struct SampleKernelTests {
  private struct Row: Hashable, CustomStringConvertible {
    var local: String
    var remote: String
    var state: String

    var description: String { "\(local) \(remote) \(state)" }
  }

  private struct Listed: Decodable {
    struct Address: Decodable {
      var address: String
      var port: Int

      var text: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }
    }
    var local: Address
    var remote: Address
    var state: String
    var certainty: String
    var possible: [String]
  }

  private static func kernelRows() throws -> [(capture: String, row: Row)] {
    let table = try String(
      contentsOf: Repository.captures.appendingPathComponent("kernel-states.tsv"), encoding: .utf8)
    return table.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      return (fields[0], Row(local: fields[1], remote: fields[2], state: fields[3]))
    }
  }

  @Test(arguments: Repository.captureNames)
  func endsAreInTheKernelsStates(capture: String) throws {
    let kernel = try Self.kernelRows().filter { $0.capture == capture }.map(\.row)
    let run = try FinwaitProcess(
      ["netstat", capture, "--format", "jsonl"], in: Repository.captures)
    let listed = try run.output.split(separator: "\n").map {
      try JSONDecoder().decode(Listed.self, from: Data($0.utf8))
    }
    let rows = listed.map { Row(local: $0.local.text, remote: $0.remote.text, state: $0.state) }
    #expect(Set(rows) == Set(kernel))
    #expect(rows.count == kernel.count)
    for end in listed {
      #expect(end.possible.first == end.state)
      #expect(end.certainty != "proved" || end.possible.count == 1)
    }
  }

  /// The README's figure.
  @Test
  func thereAreAsManyEndsAsTheREADMESays() throws {
    #expect(try Self.kernelRows().count == 145)
    #expect(Repository.captureNames.count == 30)
  }
}

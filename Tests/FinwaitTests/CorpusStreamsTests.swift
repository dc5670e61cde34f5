import ArgumentParser
import Dissection
import Reporting
import TestSupport
import Testing
import Tracking

@testable import finwait

/// Captures of others: what finwait says of every connection is what tshark says of its stream.
@Suite(.enabled(if: CaptureCorpus.shared != nil, "\(CaptureCorpus.missing)"))
struct CorpusStreamsTests {
  /// Every connection of a capture, and its row.
  private struct Contents: SegmentConsumer {
    var connections: [ConnectionReport] = []
    var failure: (any Error)? { nil }

    mutating func take(_ connection: ConnectionReport, at _: Timestamp) {
      connections.append(connection)
    }

    static func read(_ path: String) throws -> (connections: [ConnectionReport], CaptureRow) {
      var analysis = try Analysis(
        files: [path], input: try InputOptions.parse([]), options: TrackerOptions(),
        running: try RunningOptions.parse(["--progress", "never"]))
      var contents = Contents()
      try analysis.run(&contents)
      try analysis.withConnections { count, connection in
        for index in 0..<count {
          try connection(index) { contents.connections.append($0) }
        }
      }
      return (contents.connections, try #require(analysis.captureRows.first))
    }
  }

  @Test func everyStreamIsAsTsharkTellsIt() throws {
    let corpus = try #require(CaptureCorpus.shared)
    let streams = try corpus.streams()
    var differences: [StreamDifference] = []
    var (compared, differing, split) = (0, 0, 0)
    for row in corpus.rows where row.isRegular {
      let (connections, capture) = try Contents.read(row.path)
      func expect(_ field: String, _ ours: Int, _ theirs: Int) {
        if ours != theirs {
          differences.append(
            StreamDifference(
              capture: row.capture, stream: "-", field: field, detail: "\(ours), \(theirs)"))
        }
      }
      expect("packets", capture.packets, row.count("packets"))
      // What would make the exit status 2 instead of 0.
      #expect(InputVerdict([capture]).complaints == [])
      guard CorpusDissectionTests.isFollowed(row) else { continue }
      expect("tcp_packets", capture.tcpPackets, row.count("tcp_packets"))
      let comparison = StreamComparison(
        capture: row.capture, truth: try (streams[row.capture] ?? []).map(StreamTruth.init),
        connections: connections)
      differences += comparison.differences
      compared += comparison.compared
      differing += comparison.differing
      split += comparison.split
    }
    #expect(compared > 3000)
    #expect(split > 0)
    #expect(Double(differing) <= 0.005 * Double(compared))
    try Self.holdAgainstList(differences)
  }

  /// Every difference stands in the list beside this test, with its reason, and nothing else does.
  private static func holdAgainstList(_ differences: [StreamDifference]) throws {
    let rows = try TabSeparated(beside: #filePath, named: "CorpusDifferences.tsv").rows
    let listed = Set(
      rows.map {
        StreamDifference(capture: $0["capture"], stream: $0["stream"], field: $0["field"])
      })
    #expect(rows.allSatisfy { !$0["reason"].isEmpty } && listed.count == rows.count)
    let found = Set(differences)
    #expect(found.subtracting(listed).sorted() == [], "not in the list")
    #expect(listed.subtracting(found).sorted() == [], "no longer so: take them out of the list")
  }
}

import Foundation
import Testing

/// Where the edge cases that decide quality are tested: a test of each has its number and the words
/// here at the head of its name, in the files beside this one.
@Suite struct EdgeCaseIndexTests {
  private static let cases = [
    "1 duplicate FIN in CLOSE_WAIT: retransmitted",
    "1 duplicate FIN in CLOSE_WAIT: delivered twice by the network",
    "2 FIN behind a gap",
    "3 inexact RST in ESTABLISHED",
    "3 inexact RST in CLOSE_WAIT",
    "4 RST at RCV.NXT-1 in ESTABLISHED",
    "4 RST at RCV.NXT-1 in CLOSE_WAIT",
    "4 RST at RCV.NXT-1 in LAST_ACK",
    "4 RST at RCV.NXT-1 in CLOSING",
    "5 RST at TIME_WAIT, exact",
    "5 RST at TIME_WAIT, inexact",
    "6 bare ACK restarts TIME_WAIT silently",
    "7 retransmitted FIN in TIME_WAIT",
    "8 keep-alives into TIME_WAIT",
    "9 SYN refused by ACK, RST, retry",
    "10 SYN accepted in TIME_WAIT",
    "11 newer TSval",
    "11 older TSval",
    "11 neither",
    "12 SYN at TIME_WAIT with no listener",
    "13 old FIN after a new SYN, before its answer",
    "13 old FIN after a new SYN has been answered",
    "14 SYN inside ESTABLISHED: the dialler has left",
    "14 SYN inside ESTABLISHED: a duplicate of the first",
    "15 close()",
    "15 shutdown(WR)",
    "16 data to an orphaned FIN_WAIT_1",
    "17 close with unread data, from ESTABLISHED",
    "17 close with unread data, from CLOSE_WAIT",
    "18 simultaneous close with a lost ACK",
    "18 simultaneous close without a lost ACK",
    "19 three-packet close",
    "20 FIN held back by a zero window, in ESTABLISHED",
    "20 FIN held back by a zero window, in CLOSE_WAIT",
    "21 ACK below the FIN",
    "22 challenge ACK in LAST_ACK",
    "23 FIN|ACK ending the handshake",
    "24 bare FIN",
    "24 FIN acknowledging unsent data",
    "24 data after FIN",
    "25 LAST_ACK expiry by silence",
    "26 FIN_WAIT_2 expiry",
    "27 captured copies",
    "28 one-sided traces: the initiator's side",
    "28 one-sided traces: the responder's side",
    "29 mid-stream first packet is a FIN",
    "29 mid-stream first packet is the ACK of a FIN",
    "30 final ACK lost before the tap",
    "30 final ACK lost after the tap",
    "31 end of capture just after a FIN",
    "32 RST instead of ACK for a late FIN",
    "33 RST at an orphaned FIN_WAIT_2",
    "33 RST in the window of FIN_WAIT_2",
    "34 time backwards",
    "34 sequence wrap",
    "34 RST with ack 0 or payload",
    "34 Fast Open data on SYN, taken",
    "34 Fast Open data on SYN, not taken",
    "34 simultaneous open and simultaneous close",
  ]

  /// The names of the tests in the files of this folder that begin with a number.
  private static func numberedTests() throws -> Set<String> {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    let sources = try files.filter { $0.lastPathComponent.hasPrefix("EdgeCase") }
      .map { try String(contentsOf: $0, encoding: .utf8) }
    return sources.reduce(into: []) { names, source in
      for match in source.matches(of: #/func `(\d+ [^`]+)`/#) { names.insert(String(match.1)) }
    }
  }

  @Test func `every case has a test`() throws {
    let names = try Self.numberedTests()
    for name in Self.cases { #expect(names.contains { $0.hasPrefix(name) }, "\(name)") }
  }

  @Test func `every number has a case`() {
    let numbers = Self.cases.compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
    #expect(Set(numbers) == Set(1...34))
  }

  @Test func `every numbered test is of a case`() throws {
    let numbers = Set(Self.cases.compactMap { $0.split(separator: " ").first })
    for name in try Self.numberedTests() {
      #expect(name.split(separator: " ").first.map(numbers.contains) == true, "\(name)")
    }
  }
}

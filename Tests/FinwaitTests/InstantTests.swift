import Foundation
import Testing

/// `netstat --at`: what is known at that instant, from what was read until then.
@Suite struct InstantTests {
  private static let capture = Repository.captures.appendingPathComponent("15-busy-server.pcap")

  /// The records of a savefile with little-endian nanoseconds, behind its header.
  private static func records(_ bytes: [UInt8]) -> [(nanoseconds: Int, bytes: ArraySlice<UInt8>)] {
    func word(_ place: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
    var records: [(nanoseconds: Int, bytes: ArraySlice<UInt8>)] = []
    var place = 24
    while place < bytes.count {
      let end = place + 16 + word(place + 8)
      records.append((word(place) * 1_000_000_000 + word(place + 4), bytes[place..<end]))
      place = end
    }
    return records
  }

  private static func netstat(_ file: String, at offset: Int, _ form: String) throws
    -> FinwaitProcess
  {
    try FinwaitProcess(["netstat", file, "--at", "+\(offset)", "--format", form, "--all"])
  }

  @Test(arguments: [0, 1, 7, 30, 60])
  func theAnswerIsThatOfACaptureThatEndsThere(offset: Int) throws {
    let bytes = [UInt8](try Data(contentsOf: Self.capture))
    let records = Self.records(bytes)
    let instant = try #require(records.first).nanoseconds + offset * 1_000_000_000
    let until = records.filter { $0.nanoseconds <= instant }
    #expect(until.count < records.count)
    let cut = bytes[..<24] + until.flatMap(\.bytes)
    try CommandTests.withFile(Array(cut)) { file in
      for form in ["text", "jsonl"] {
        let whole = try Self.netstat(Self.capture.path, at: offset, form)
        #expect(whole.status == 0)
        #expect(whole.output == (try Self.netstat(file, at: offset, form)).output)
      }
    }
  }

  /// What is written behind the instant is not read: that it is damaged isn't known.
  @Test func readingStopsASecondPastTheInstant() throws {
    let bytes = [UInt8](try Data(contentsOf: Self.capture))
    try CommandTests.withFile(Array(bytes.dropLast(3))) { file in
      for threads in ["1", "2"] {
        let arguments = ["netstat", file, "--all", "--format", "jsonl", "--threads", threads]
        let early = try FinwaitProcess(arguments + ["--at", "+10"])
        #expect(early.status == 0)
        #expect(early.errors.isEmpty)
        #expect(early.output == (try Self.netstat(Self.capture.path, at: 10, "jsonl")).output)
        #expect(try FinwaitProcess(arguments).status == 2)
        #expect(try FinwaitProcess(arguments + ["--at", "+1000"]).status == 2)
      }
    }
  }
}

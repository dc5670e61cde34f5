import Foundation
import Testing

/// What `diff` says of two captures.
@Suite struct DiffTests {
  static func diff(_ old: String, _ new: String, _ arguments: [String] = []) throws
    -> FinwaitProcess
  {
    try FinwaitProcess(["diff", old, new] + arguments, in: Repository.captures)
  }

  private static func words(_ run: FinwaitProcess) -> String {
    run.output.replacing(/\s+/, with: " ")
  }

  @Test func aLeakIsWorseByServiceAndByConnection() throws {
    let run = try Self.diff("01-graceful-close-by-client.pcap", "03-close-wait-server.pcap")
    #expect(run.status == 1)
    let text = Self.words(run)
    #expect(
      text.contains(
        "worse: 192.0.2.2:8080: 1 of 2 connections leaves the responder in CLOSE_WAIT, for up to "
          + "6.1 s; before: none of 1"))
    #expect(
      text.contains(
        "worse: 192.0.2.1 to 192.0.2.2:8080, connection 1 is closed by one end alone, leaves the "
          + "initiator in FIN_WAIT_2 for 6 s, leaves the responder in CLOSE_WAIT for 6.1 s"))
  }

  @Test func theOtherWayRoundItIsBetter() throws {
    let run = try Self.diff("03-close-wait-server.pcap", "01-graceful-close-by-client.pcap")
    #expect(run.status == 0)
    #expect(Self.words(run).contains("Nothing got worse: 3 better, 1 changed."))
  }

  /// Other ports, the same service: what closed first is told, and is no fault.
  @Test func whoClosesFirstIsAChange() throws {
    let run = try Self.diff(
      "01-graceful-close-by-client.pcap", "02-graceful-close-by-server.pcap.gz")
    #expect(run.status == 0)
    let text = Self.words(run)
    #expect(text.contains("changed: 192.0.2.2:8080: 1 of 1 connection leaves the responder in"))
    #expect(text.contains("before: closed gracefully, leaves the initiator in TIME_WAIT"))
  }

  @Test func aNewServiceIsAChangeAndItsLeaksAreWorse() throws {
    let run = try Self.diff("01-graceful-close-by-client.pcap", "16-ipv6.pcap")
    #expect(run.status == 1)
    let text = Self.words(run)
    #expect(text.contains("changed: 192.0.2.2:8080 is gone; before: 1 connection"))
    #expect(text.contains("changed: [2001:db8::2]:8080 is new: 2 connections"))
    #expect(text.contains("worse: [2001:db8::2]:8080: 1 of 2 connections leaves the responder"))
  }

  /// A half-close in use is no leak, in either end.
  @Test func aHalfCloseInUseIsNotWorse() throws {
    let run = try Self.diff("01-graceful-close-by-client.pcap", "05b-half-close-draining.pcap")
    #expect(run.status == 0, "\(run.output)")
  }

  /// A saved report is worth its capture.
  @Test(arguments: Repository.captureNames)
  func aSavedReportIsTheSame(capture: String) throws {
    let saved = try FinwaitProcess(
      ["read", "--format", "json", "--all", capture], in: Repository.captures)
    try CommandTests.withFile(Array(saved.output.utf8), name: "saved.json") { path in
      let run = try Self.diff(path, capture)
      #expect(run.status == 0)
      #expect(run.output == "Nothing is different.\n", "\(run.output)")
    }
  }

  @Test func reportsOfCheckAreComparedByRule() throws {
    func saved(_ capture: String) throws -> [UInt8] {
      Array(try BaselineTests.check(capture, ["--format", "json"]).output.utf8)
    }
    try CommandTests.withFile(try saved("03-close-wait-server.pcap")) { old in
      try CommandTests.withFile(try saved("15-busy-server.pcap")) { new in
        let run = try Self.diff(old, new)
        #expect(run.status == 1)
        #expect(
          Self.words(run).contains(
            "worse: No socket is left in CLOSE_WAIT: 192.0.2.2:8080, the responder: 3 "
              + "close_wait, for up to 1 min 29 s; before: 1, for up to 7 s"))
        #expect(try Self.diff(new, old).status == 0)
        #expect(try Self.diff(new, "15-busy-server.pcap").status == 64)
      }
    }
  }

  @Test func jsonHoldsTheSameChanges() throws {
    struct Document: Decodable {
      struct Change: Decodable {
        let verdict: String
        let scope: String
        let sentence: String
      }
      let changes: [Change]
      let summary: [String: Value]

      enum Value: Decodable {
        case number(Int)
        case text(String)

        init(from decoder: any Decoder) throws {
          let container = try decoder.singleValueContainer()
          do {
            self = .number(try container.decode(Int.self))
          } catch {
            self = .text(try container.decode(String.self))
          }
        }
      }
    }
    let run = try Self.diff(
      "03-close-wait-server.pcap", "15-busy-server.pcap", ["--format", "json"])
    let document = try JSONDecoder().decode(Document.self, from: Data(run.output.utf8))
    let worse = document.changes.count { $0.verdict == "worse" }
    guard case .number(worse)? = document.summary["worse"] else {
      Issue.record("\(document.summary)")
      return
    }
    let text = Self.words(
      try Self.diff("03-close-wait-server.pcap", "15-busy-server.pcap", ["--all"]))
    for change in document.changes {
      #expect(text.contains(change.sentence), "\(change.sentence)")
    }
  }

  @Test func damageIsToldBehindWhatGotWorse() throws {
    let whole = try Data(
      contentsOf: Repository.captures.appendingPathComponent("03-close-wait-server.pcap"))
    try CommandTests.withFile(Array(whole.dropLast(3))) { cut in
      #expect(try Self.diff("01-graceful-close-by-client.pcap", cut).status == 1)
      let run = try Self.diff("03-close-wait-server.pcap", cut)
      #expect(run.status == 2)
      #expect(run.errors.contains("at byte"))
    }
  }

  @Test(arguments: [["diff", "x"], ["diff"], ["diff", "x", "y", "--min-age", "-1"]])
  func wrongUsageIs64(arguments: [String]) throws {
    #expect(try FinwaitProcess(arguments, in: Repository.captures).status == 64)
  }

  /// An age that no 64-bit number of nanoseconds holds.
  @Test func anAgeOutOfRangeIs64() throws {
    let saved = try FinwaitProcess(
      ["read", "--format", "json", "--all", "03-close-wait-server.pcap"], in: Repository.captures)
    let json = saved.output.replacing(/"age":[0-9.]+/, with: "\"age\":1e300")
    try CommandTests.withFile(Array(json.utf8)) { path in
      let run = try Self.diff(path, path)
      #expect(run.status == 64)
    }
  }

  @Test(arguments: ["{\"a\": 1}", "{\"connections\": 5}", "{"])
  func anotherDocumentIs64(json: String) throws {
    try CommandTests.withFile(Array(json.utf8)) { path in
      let run = try Self.diff(path, "03-close-wait-server.pcap")
      #expect(run.status == 64)
      #expect(run.errors.contains("this is no report"), "\(run.errors)")
    }
  }
}

import Foundation
import TestSupport
import Testing

/// What was there before does not count, and what is new or worse does.
@Suite struct BaselineTests {
  static let leaks = "rules: [{name: leaks, never: {finding: close_wait, activity: idle}}]"

  /// A directory with rules in it.
  static func withRules(_ body: (_ file: (String) -> String) throws -> Void) throws {
    try CommandTests.withFile(Array(leaks.utf8), name: "rules.yml") { path in
      let place = URL(fileURLWithPath: path).deletingLastPathComponent()
      try body { place.appendingPathComponent($0).path }
    }
  }

  static func check(_ capture: String, _ arguments: [String]) throws -> FinwaitProcess {
    try FinwaitProcess(["check", capture] + arguments, in: Repository.captures)
  }

  static let capture = "15-busy-server.pcap"

  @Test func theSameCaptureAddsNothing() throws {
    try Self.withRules { file in
      let rules = ["--rules", file("rules.yml")]
      let first = try Self.check(Self.capture, rules + ["--write-baseline", file("known.json")])
      #expect(first.status == 1)
      let again = try Self.check(Self.capture, rules + ["--baseline", file("known.json")])
      #expect(again.status == 0, "\(again.output)")
      #expect(again.output.contains("3 known from the baseline"))
    }
  }

  /// The report of `check` in JSON serves as one, too.
  @Test func aReportIsABaseline() throws {
    try Self.withRules { file in
      let rules = ["--rules", file("rules.yml")]
      _ = try Self.check(Self.capture, rules + ["--report", "json=\(file("report.json"))"])
      let again = try Self.check(Self.capture, rules + ["--baseline", file("report.json")])
      #expect(again.status == 0, "\(again.output)")
    }
  }

  /// Its client ports are not those of the other capture, its service is.
  @Test(arguments: [("03-close-wait-server.pcap", 1), ("06-fin-wait-2-orphan.pcap", 0)])
  func moreOfTheSameIsWorse(known: String, status: Int32) throws {
    try Self.withRules { file in
      let rules = ["--rules", file("rules.yml")]
      _ = try Self.check(known, rules + ["--write-baseline", file("known.json")])
      // One end in CLOSE_WAIT of the same service for 6.1 s, or three for up to 88 s.
      let same = try Self.check(
        "03-close-wait-server.pcap", rules + ["--baseline", file("known.json")])
      #expect(same.status == (known.hasPrefix("06") ? 1 : 0), "longer than before is worse")
      let more = try Self.check(Self.capture, rules + ["--baseline", file("known.json")])
      #expect(more.status == 1)
      #expect(more.output.contains("[worse] 192.0.2.2:8080"), "\(more.output)")
    }
  }

  @Test func whatIsGoneIsSaid() throws {
    try Self.withRules { file in
      let rules = ["--rules", file("rules.yml")]
      _ = try Self.check(Self.capture, rules + ["--write-baseline", file("known.json")])
      let run = try Self.check(
        "01-graceful-close-by-client.pcap", rules + ["--baseline", file("known.json")])
      #expect(run.status == 0)
      #expect(run.output.contains("gone from it: 1 kind"), "\(run.output)")
    }
  }

  @Test func anotherServiceIsNew() throws {
    try Self.withRules { file in
      let rules = ["--rules", file("rules.yml")]
      _ = try Self.check(Self.capture, rules + ["--write-baseline", file("known.json")])
      let run = try Self.check("16-ipv6.pcap", rules + ["--baseline", file("known.json")])
      #expect(run.status == 1)
      #expect(run.output.contains("[new] [2001:db8::2]:8080"), "\(run.output)")
    }
  }

  /// Nothing in it is of one run alone: no frame, no ephemeral port, no time of day.
  @Test func aBaselineDoesNotChurn() throws {
    try Self.withRules { file in
      _ = try Self.check(
        Self.capture, ["--rules", file("rules.yml"), "--write-baseline", file("known.json")])
      let text = try String(contentsOfFile: file("known.json"), encoding: .utf8)
      #expect(
        text == """
          {"type":"baseline","tally":[
          {"rule":"leaks","service":"192.0.2.2:8080","role":"responder","kind":"close_wait",\
          "count":3,"longest":89}]}

          """)
    }
  }

  @Test(.enabled(if: Validators.areThere, "scripts/setup-validators was not run"))
  func reportsSayWhatIsKnown() throws {
    try Self.withRules { file in
      let rules = ["--rules", file("rules.yml")]
      _ = try Self.check(Self.capture, rules + ["--write-baseline", file("known.json")])
      let forms = ["junit", "sarif", "gitlab"]
      _ = try Self.check(
        Self.capture,
        rules + ["--baseline", file("known.json")]
          + forms.flatMap { ["--report", "\($0)=\(file($0))"] })
      for form in forms {
        #expect(try Validators.read(form, URL(fileURLWithPath: file(form))) == [])
      }
      let log = try String(contentsOfFile: file("sarif"), encoding: .utf8)
      #expect(log.contains("\"baselineState\":\"unchanged\""))
    }
  }

  @Test(
    arguments: [
      ("{", "no baseline"), ("{}", "there is no 'tally'"), ("[]", "no baseline"),
      ("{\"tally\": [{\"rule\": 5}]}", "at .tally[0].rule"),
      (
        "{\"tally\": [{\"rule\": \"a\", \"kind\": \"b\", \"count\": 1, \"longest\": 1e300}]}",
        "out of range"
      ),
    ])
  func whatIsNoBaselineIs64(json: String, words: String) throws {
    try CommandTests.withFile(Array(json.utf8)) { path in
      let run = try Self.check(Self.capture, ["--baseline", path])
      #expect(run.status == 64)
      #expect(run.errors.contains(words), "\(run.errors)")
    }
  }
}

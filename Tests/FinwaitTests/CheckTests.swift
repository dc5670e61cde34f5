import Foundation
import Testing

/// `check` on the sample captures: each rule kind holds in one and is broken in another.
@Suite struct CheckTests {
  static let rules = Repository.captures.appendingPathComponent("rules")

  static func check(_ capture: String, _ rules: String? = nil, _ arguments: [String] = []) throws
    -> FinwaitProcess
  {
    guard let rules else {
      return try FinwaitProcess(["check", capture] + arguments, in: Repository.captures)
    }
    return try CommandTests.withFile(Array(rules.utf8), name: "rules.yml") { file in
      try FinwaitProcess(
        ["check", capture, "--rules", file] + arguments, in: Repository.captures)
    }
  }

  @Test(arguments: Repository.captureNames)
  func everyCaptureHoldsToItsRules(capture: String) throws {
    let name = capture.prefix { $0 != "." }
    let rules = Self.rules.appendingPathComponent("\(name).yml")
    let run = try FinwaitProcess(
      ["check", capture, "--rules", rules.path], in: Repository.captures)
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }

  @Test func everyRulesFileHasItsCapture() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.rules.path)
    let captures = Repository.captureNames.map { "\($0.prefix { $0 != "." }).yml" }
    #expect(names.sorted() == captures.sorted())
  }

  /// What is broken without rules of one's own.
  @Test(arguments: Repository.captureNames)
  func theDefaultRulesFindWhatIsHardlyEverMeant(capture: String) throws {
    let broken = [
      "03": "CLOSE_WAIT", "04": "CLOSE_WAIT", "06": "CLOSE_WAIT", "06c": "CLOSE_WAIT",
      "10": "unread data", "14c": "new connection", "15": "CLOSE_WAIT", "16": "CLOSE_WAIT",
      "20": "FIN is answered", "21": "FIN is answered", "22": "FIN is answered",
    ]
    let run = try Self.check(capture)
    let words = broken[String(capture.prefix { $0 != "-" })]
    #expect(run.status == (words == nil ? 0 : 1), "\(run.output)")
    let failed = run.output.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
    if let words { #expect(failed.contains { $0.contains(words) }) }
  }

  struct Kind: CustomTestStringConvertible {
    let rule: String
    let passes: String
    let fails: String
    /// In the output of the one that fails.
    let seen: String

    var testDescription: String { rule }

    init(_ rule: String, passes: String, fails: String, _ seen: String) {
      self.rule = rule
      self.passes = passes
      self.fails = fails
      self.seen = seen
    }
  }

  static let kinds = [
    // The requirements that the documentation begins with.
    Kind(
      "service: :8080, role: responder, never: {state: CLOSE_WAIT, longer_than: 5s}",
      passes: "06-", fails: "03-", "192.0.2.2:8080 is in CLOSE_WAIT for 6.1 s"),
    Kind(
      "service: :8080, never: {closed_first: responder}", passes: "01-", fails: "02-",
      "the responder 192.0.2.2:8080 closed first"),
    Kind(
      "never: {reset: any, after_fin: true}", passes: "11-", fails: "17-",
      "192.0.2.1:40001 reset the connection with 192.0.2.2:8080 after a FIN"),
    Kind(
      "never: {late: data-after-fin}", passes: "05-", fails: "24-",
      "data-after-fin from 192.0.2.1:40001 to 192.0.2.2:8080 500 ms after the close; effect: none"),
    Kind(
      "limit: {state: TIME_WAIT, at_once: 8}", passes: "07-", fails: "15-",
      "ends of 192.0.2.2 in the state at once"),
    Kind(
      "always: {close: graceful, within: 2s}", passes: "01-", fails: "05-",
      "closed gracefully, after 4"),
    Kind(
      "never: {late: any, effect: any}", passes: "13-", fails: "08-", "effect: timer restarted"),
    Kind(
      "initiator: 192.0.0.0/8, service: :8080, never: {finding: half_open, longer_than: 1s}",
      passes: "03-", fails: "19-", "waits for"),
    Kind(
      "connection: 192.0.2.1 to 192.0.2.2:8080, expect: {initiator: TIME_WAIT, responder: CLOSED}",
      passes: "01-", fails: "02-", "the initiator 192.0.2.1:40001 is CLOSED"),
    // What else a rule can ask for.
    Kind(
      "never: {late: any, reaches_new_connection: true}", passes: "14-", fails: "14c-",
      "it lies in a new connection's window; frames 16, 17"),
    Kind("never: {state: CLOSE_WAIT, at_end: true}", passes: "05-", fails: "05b-", "CLOSE_WAIT"),
    Kind("never: {state: FIN_WAIT_2}", passes: "22-", fails: "05-", "was in FIN_WAIT_2 for 4"),
    Kind(
      "never: {state: CLOSE_WAIT, activity: idle, longer_than: 1s}", passes: "05-", fails: "16-",
      "[2001:db8::2]:8080 is in CLOSE_WAIT"),
    Kind(
      "never: {state: FIN_WAIT_1, certainty: proved, longer_than: 1s}", passes: "01-",
      fails: "20-", "is in FIN_WAIT_1 for"),
    Kind(
      "never: {finding: close_wait, activity: draining}", passes: "03-", fails: "05b-",
      "half-close in use"),
    Kind(
      "never: {finding: [fin_wait_2, close_wait], certainty: proved}", passes: "07-", fails: "06-",
      "192.0.2.2:8080 has the FIN of 192.0.2.1:40001"),
    Kind("never: {finding: any}", passes: "18-", fails: "01-", "TIME_WAIT"),
    Kind("never: {close: [reset, unanswered]}", passes: "01-", fails: "11-", "was reset"),
    Kind(
      "never: {close: graceful, longer_than: 2s}", passes: "01-", fails: "05-",
      "closed gracefully, after 4"),
    Kind("always: {closed_first: initiator}", passes: "01-", fails: "09-", "both closed at once"),
    Kind("always: {close: graceful}", passes: "18-", fails: "03-", "unfinished for 6"),
    Kind("never: {reset: unread-data}", passes: "11-", fails: "10-", "received data unread"),
    Kind("role: initiator, never: {reset: any}", passes: "10-", fails: "11-", "SO_LINGER"),
    Kind(
      "limit: {late: any, at_most: 1}", passes: "08-", fails: "12-", "3 in 1 connection, 1 allowed"
    ),
    Kind(
      "limit: {close: reset, share: 4%}", passes: "15-", fails: "10-",
      "1 of 1 connection (100 %), 4 % allowed"),
    Kind(
      "connection: 1, expect: {responder: [CLOSED, CLOSE_WAIT], certainty: proved}",
      passes: "03-", fails: "06b-", "the responder 192.0.2.2:8080 is CLOSE_WAIT (presumed)"),
    Kind(
      "connection: 3, expect: {responder: CLOSED}", passes: "07-", fails: "01-",
      "there is no such connection"),
    Kind(
      "service: :8080, required: true, never: {close: open}", passes: "01-", fails: "18-",
      "there is no such connection"),
    Kind("host: 192.0.2.1, never: {state: CLOSE_WAIT}", passes: "03-", fails: "04-", "192.0.2.1"),
    Kind(
      "network: 2001:db8::/32, never: {finding: close_wait}", passes: "03-", fails: "16-", "db8"),
    Kind("port: 8000-8099, never: {finding: half_open}", passes: "18-", fails: "19-", ":8080"),
    Kind("between: [+0, +1], never: {closed_first: responder}", passes: "07-", fails: "02-", ":"),
  ]

  @Test(arguments: kinds)
  func aRuleHoldsInOneCaptureAndIsBrokenInAnother(_ kind: Kind) throws {
    let rules = "rules: [{name: it, \(kind.rule)}]\n".replacing(" :8", with: " 8")
    let passing = try Self.check(try Self.capture(kind.passes), rules)
    #expect(passing.status == 0, "\(passing.output)\(passing.errors)")
    let failing = try Self.check(try Self.capture(kind.fails), rules)
    #expect(failing.status == 1, "\(failing.output)\(failing.errors)")
    let text = failing.output.replacing(/\s+/, with: " ")
    #expect(text.contains(kind.seen), "\(failing.output)")
  }

  private static func capture(_ beginning: String) throws -> String {
    try #require(Repository.captureNames.first { $0.hasPrefix(beginning) }, "\(beginning)")
  }

  // MARK: What the exit status says

  static let broken = "rules: [{name: it, never: {closed_first: initiator}}]"
  static let kept = "rules: [{name: it, never: {close: reset}}]"

  @Test func brokenRulesComeBeforeDamage() throws {
    let whole = try Data(
      contentsOf: Repository.captures.appendingPathComponent(try Self.capture("01-")))
    try CommandTests.withFile(Array(whole.dropLast(3))) { cut in
      #expect(try Self.check(cut, Self.broken).status == 1)
      let kept = try Self.check(cut, Self.kept)
      #expect(kept.status == 2)
      #expect(kept.output.contains("Damaged: "))
      #expect(kept.errors.contains("at byte"))
    }
  }

  @Test func mistakesInRulesAre64() throws {
    let run = try Self.check(
      try Self.capture("01-"), "rules: [{name: it, nevr: {}}]\n  - x", [])
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("rules.yml:2:3: "))
    let missing = try FinwaitProcess(
      ["check", try Self.capture("01-"), "--rules", "/nonexistent.yml"], in: Repository.captures)
    #expect(missing.status == 66)
  }

  @Test func theResultDoesNotDependOnThreads() throws {
    for capture in ["14b-", "15-", "23-"] {
      let name = try Self.capture(capture)
      let rules = "rules: [{name: it, never: {state: [TIME_WAIT, CLOSE_WAIT]}}]"
      let one = try Self.check(name, rules, ["--format", "json"])
      let two = try Self.check(name, rules, ["--format", "json", "--threads", "2"])
      #expect(one.output == two.output)
    }
  }
}

import Checking
import Foundation
import TestSupport
import Testing

/// Validators and consumers from PyPI, where scripts/setup-validators has put them.
enum Validators {
  static let python = Repository.root.appendingPathComponent(".build/validators/bin/python")
  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("reports/validate.py")

  static var areThere: Bool {
    FileManager.default.fileExists(
      atPath: Repository.root.appendingPathComponent(".build/validators/complete").path)
  }

  /// What the validator read; a report that is not valid is an issue.
  static func read(_ kind: String, _ file: URL, _ more: [String] = []) throws -> [String] {
    let run = try Consumer(python, [script.path, kind, file.path] + more)
    #expect(run.status == 0, "\(file.lastPathComponent): \(run.output)")
    return try JSONDecoder().decode([String].self, from: Data(run.output.utf8))
  }
}

/// A program that reads what finwait wrote.
struct Consumer {
  let status: Int32
  /// Both streams.
  let output: String

  init(_ program: URL, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    status = process.terminationStatus
    output = String(decoding: data, as: UTF8.self)
  }
}

/// Every form of what `check` says is what its readers take.
@Suite struct CheckReportTests {
  /// Names that could break out of a form.
  static let hostile = [
    "a < b & \"c\" 'd' > e", "%0A::error::x, y: z", "# SKIP \\ not ok", "| `x` | <b>",
    "\\u001b[31m",
  ]

  static let rules =
    "rules:\n"
    + hostile.map {
      "  - name: '\($0.replacing("'", with: "''"))'\n    never: {state: TIME_WAIT}\n"
    }.joined() + "  - name: \"\\e[31m and \\u202E\"\n    never: {finding: any}\n"
    + "  - name: kept\n    never: {close: refused}\n"

  /// The reports of a check by hostile rules, in the forms named.
  static func reports(
    of capture: String = "15-busy-server.pcap", rules: String = rules, _ forms: [String],
    _ body: (_ file: (String) -> URL) throws -> Void
  ) throws {
    try CommandTests.withFile(Array(rules.utf8), name: "a rules%,file.yml") { path in
      let place = URL(fileURLWithPath: path).deletingLastPathComponent()
      func file(_ form: String) -> URL { place.appendingPathComponent("report.\(form)") }
      let run = try FinwaitProcess(
        ["check", capture, "--rules", path]
          + forms.flatMap { ["--report", "\($0)=\(file($0).path)"] }, in: Repository.captures)
      #expect(run.status == 1, "\(run.errors)")
      try body(file)
    }
  }

  @Test(.enabled(if: Validators.areThere, "scripts/setup-validators was not run"))
  func schemasAndConsumersTakeThem() throws {
    try Self.reports(["junit", "sarif", "gitlab"]) { file in
      let failed = try Validators.read("junit", file("junit"))
      #expect(failed.count == 6)
      #expect(Array(failed.prefix(4)) == Array(Self.hostile.prefix(4)))
      #expect(failed.last == "\\e[31m and \\u{202E}")
      #expect(try Validators.read("sarif", file("sarif")).count == 6)
      #expect(try Validators.read("gitlab", file("gitlab")).count == 6)
    }
  }

  @Test(.enabled(if: Validators.areThere, "scripts/setup-validators was not run"))
  func damageIsToldInEachForm() throws {
    let whole = try Data(
      contentsOf: Repository.captures.appendingPathComponent("15-busy-server.pcap"))
    try CommandTests.withFile(Array(whole.dropLast(3))) { cut in
      try Self.reports(of: cut, ["junit", "sarif", "gitlab"]) { file in
        #expect(try Validators.read("junit", file("junit")).last == "The captures are whole")
        #expect(try Validators.read("sarif", file("sarif")).count == 6)
        let log = try String(contentsOf: file("sarif"), encoding: .utf8)
        #expect(log.contains("\"executionSuccessful\":false"))
      }
    }
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/prove"), "no prove"))
  func proveCountsTheTests() throws {
    try Self.reports(["tap"]) { file in
      let run = try Consumer(
        URL(fileURLWithPath: "/usr/bin/prove"), ["--exec", "cat", file("tap").path])
      #expect(run.output.contains("Failed 6/7 subtests"), "\(run.output)")
    }
    let kept = "rules: [{name: 'kept # SKIP', never: {close: refused}}]"
    try CommandTests.withFile(Array(kept.utf8)) { path in
      let run = try FinwaitProcess(
        ["check", "15-busy-server.pcap", "--rules", path, "--format", "tap"],
        in: Repository.captures)
      #expect(run.output == "TAP version 13\n1..1\nok 1 - kept \\# SKIP\n")
    }
  }

  /// The commands escape as GitHub's toolkit does (`@actions/core`, command.ts): `%`, CR and LF in a
  /// message, colons and commas too in a property.
  @Test func gitHubTakesTheAnnotations() throws {
    try Self.reports(["github"]) { file in
      let lines = try String(contentsOf: file("github"), encoding: .utf8)
        .split(separator: "\n").map(String.init)
      #expect(lines.count == 7)
      let command =
        /::(error|notice) ((?:[a-z]+=[^:,\r\n]*)(?:,[a-z]+=[^:,\r\n]*)*)::([^\r\n]*)/
      for line in lines {
        let match = try #require(line.wholeMatch(of: command), "\(line)")
        // Every per cent sign is part of an escape.
        let rest = (match.2 + match.3).replacing(/%(25|0D|0A|3A|2C)/, with: "")
        #expect(!rest.contains("%"), "\(line)")
      }
      #expect(lines[1].contains("title=%250A%3A%3Aerror%3A%3Ax%2C y%3A z::Expected"))
      #expect(lines[0].contains("a rules%25%2Cfile.yml,line=2,col=5,"))
    }
  }

  @Test func gitHubGetsTenErrorsAtMost() throws {
    let many = (1...30).map { "  - {name: r\($0), never: {state: TIME_WAIT}}\n" }.joined()
    try Self.reports(rules: "rules:\n" + many, ["github"]) { file in
      let text = try String(contentsOf: file("github"), encoding: .utf8)
      #expect(text.split(separator: "\n").count { $0.hasPrefix("::error") } == 10)
      #expect(text.contains("and 21 more broken rules"))
    }
  }

  @Test func markdownIsEscapedAndAppended() throws {
    try CommandTests.withFile(Array(Self.rules.utf8), name: "rules.yml") { path in
      let summary = path + ".md"
      for _ in 1...2 {
        _ = try FinwaitProcess(
          ["check", "01-graceful-close-by-client.pcap", "--rules", path, "--summary", summary],
          in: Repository.captures)
      }
      let text = try String(contentsOfFile: summary, encoding: .utf8)
      #expect(text.split(separator: "## finwait check\n").count { !$0.contains("###") } == 0)
      #expect(text.contains("| ❌ | \\| \\`x\\` \\| &lt;b\\> |"))
      #expect(text.contains("a &lt; b &amp; \"c\""))
    }
  }

  @Test func whatCannotBeWrittenIs74() throws {
    let run = try FinwaitProcess(
      ["check", "01-graceful-close-by-client.pcap", "--report", "json=/nonexistent/x.json"],
      in: Repository.captures)
    #expect(run.status == 74)
    #expect(run.errors.contains("/nonexistent/x.json cannot be written"))
  }

  @Test(arguments: ["--report=json=", "--summary=", "--write-baseline="])
  func inputsAreNotReplaced(option: String) throws {
    let capture = Repository.captures.appendingPathComponent("03-close-wait-server.pcap")
    let bytes = Array(try Data(contentsOf: capture))
    try CommandTests.withFile(bytes, name: "in.pcap") { file in
      let run = try FinwaitProcess(["check", file, option + file])
      #expect(run.status == 64)
      #expect(run.errors.contains("the output would replace the input"))
      #expect(try Array(Data(contentsOf: URL(fileURLWithPath: file))) == bytes)
    }
  }

  @Test(arguments: CheckFormat.allCases)
  func everyFormIsTheSameOnEveryRun(format: CheckFormat) throws {
    func run() throws -> String {
      try FinwaitProcess(
        [
          "check", "15-busy-server.pcap", "--rules", "rules/03-close-wait-server.yml", "--format",
          format.rawValue,
        ], in: Repository.captures
      ).output
    }
    #expect(try run() == run())
  }

  // MARK: The schema of rules

  static let schema = Repository.root.appendingPathComponent("Documentation/rules.schema.json")

  @Test(.enabled(if: Validators.areThere, "scripts/setup-validators was not run"))
  func theSchemaTakesWhatTheProgramTakes() throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: CheckTests.rules, includingPropertiesForKeys: nil)
    for file in files {
      #expect(try Validators.read("rules", file, [Self.schema.path]) == [], "\(file.path)")
    }
    let kinds = CheckTests.kinds.map { "  - {name: it, \($0.rule)}\n".replacing(" :8", with: " 8") }
    try CommandTests.withFile(Array(("rules:\n" + kinds.joined()).utf8)) { path in
      let errors = try Validators.read(
        "rules", URL(fileURLWithPath: path), [Self.schema.path])
      #expect(errors == [])
    }
  }

  @Test(.enabled(if: Validators.areThere, "scripts/setup-validators was not run"))
  func theSchemaRefusesWhatTheProgramRefuses() throws {
    let wrong = [
      "nevr: {late: any}", "never: {state: close_wait}", "never: {sate: CLOSED}",
      "never: {state: CLOSED, late: any}", "never: {late: any, longer_than: 5s}",
      "never: {state: CLOSED, longer_than: soon}", "limit: {state: CLOSED}",
      "limit: {late: any, at_once: 5}", "limit: {late: any, share: 5}",
      "always: {state: CLOSED}", "never: {late: any}, always: {close: graceful}",
      "expect: {}", "expect: {client: CLOSED}", "never: {late: any}, role: server",
      "never: {late: any}, between: [1]",
    ]
    let lines = wrong.map { "  - {name: it, \($0)}\n" }.joined()
    try CommandTests.withFile(Array(("rules:\n" + lines).utf8)) { path in
      let errors = try Validators.read(
        "rules", URL(fileURLWithPath: path), [Self.schema.path])
      for index in wrong.indices {
        #expect(errors.contains { $0.hasPrefix("$.rules[\(index)]") }, "\(wrong[index])")
      }
    }
  }
}

/// What the documentation says of rules and reports holds.
@Suite struct CheckDocumentationTests {
  /// Each example of rules is taken by the program.
  @Test func everyExampleIsValid() throws {
    var count = 0
    for document in Document.all {
      for (index, line) in document.lines.enumerated() where line == "```yaml" {
        let yaml = document.lines[(index + 1)...].prefix { $0 != "```" }.joined(separator: "\n")
        guard yaml.contains("rules:") else { continue }
        #expect(throws: Never.self) { try RuleReader.rules(yaml: yaml) }
        count += 1
      }
    }
    #expect(count >= 2)
  }

  private struct Report: Decodable {
    let rules: [[String: Anything]]
    let violations: [[String: Anything]]
    let tally: [[String: Anything]]
    let summary: [String: Anything]

    struct Anything: Decodable {}
  }

  private struct Difference: Decodable {
    let changes: [[String: Report.Anything]]
  }

  /// Every field that is printed has its line, and the other way round.
  @Test func fieldsAreDocumented() throws {
    let run = try FinwaitProcess(
      ["check", "03-close-wait-server.pcap", "--format", "json"], in: Repository.captures)
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    try Self.expect(report.rules.first, in: "rules")
    try Self.expect(report.violations.first, in: "violations")
    try Self.expect(report.tally.first, in: "tally")
    let diff = try DiffTests.diff(
      "01-graceful-close-by-client.pcap", "03-close-wait-server.pcap", ["--format", "json"])
    let difference = try JSONDecoder().decode(Difference.self, from: Data(diff.output.utf8))
    try Self.expect(difference.changes.first, in: "changes")
    let text = try Document(name: "Documentation/json.md").lines.joined(separator: " ")
    for field in report.summary.keys { #expect(text.contains("`\(field)`"), "\(field)") }
  }

  private static func expect(_ object: [String: Report.Anything]?, in array: String) throws {
    let document = try Document(name: "Documentation/json.md")
    let title = try #require(document.lines.firstIndex(of: "| in `\(array)` | |"))
    let documented = document.lines[(title + 1)...].prefix { $0.hasPrefix("|") }.flatMap { row in
      row.split(separator: "|")[0].matches(of: /`([a-z_]+)`/).map { String($0.output.1) }
    }
    let printed = try #require(object).keys.filter { $0 != "type" }
    #expect(printed.sorted() == documented.sorted())
  }
}

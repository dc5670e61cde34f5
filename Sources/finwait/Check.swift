import ArgumentParser
import Checking
import Dissection
import Reporting
import Tracking

/// `finwait check FILE…`: a capture is a test.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hold a capture against rules: exit status 1 where one is broken.",
    discussion: """
      Without --rules, it fails on a socket left in CLOSE_WAIT for 1 s or more that sends nothing, \
      a FIN not answered for 3 s, a reset because of unread data, and a late packet that reaches a \
      new connection. Documentation/rules.md describes the rules.

      EXAMPLES
        finwait check test.pcap
        finwait check test.pcap --rules rules.yml
        finwait check test.pcap --rules rules.yml --report junit=report.xml
        finwait check test.pcap --write-baseline known.json
        finwait check test.pcap --baseline known.json     what is new or worse
      """)

  @Argument(
    help: ArgumentHelp("Captures, plain, .gz or .zst; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(
    help: ArgumentHelp("The rules, a YAML file.", valueName: "rules"),
    completion: .file(extensions: ["yml", "yaml"]))
  var rules: String?

  @Option(
    help: ArgumentHelp(
      "Fail only on what is new or worse than in this report of check in JSON.",
      valueName: "report"), completion: .file(extensions: ["json"]))
  var baseline: String?

  @Option(
    help: ArgumentHelp("Write what is broken now as a baseline.", valueName: "report"),
    completion: .file(extensions: ["json"]))
  var writeBaseline: String?

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Hosts") var model: ModelOptions
  @OptionGroup(title: "Output") var output: CheckOutputOptions
  @OptionGroup(title: "Running") var running: RunningOptions

  func run() throws {
    try ResultFile.spare(
      files + [self.rules].compactMap(\.self),
      by: output.files + [writeBaseline].compactMap(\.self))
    let rules = try self.rules.map(RuleFile.read) ?? DefaultRules.rules
    let baseline = try self.baseline.map { path in
      try SavedReport.named(path) { try Baseline(json: SavedReport.read(path)) }
    }
    let start = StartTime()
    var analysis = try Analysis(
      files: files, input: input, options: model.trackerOptions(running), running: running,
      cutoff: start.note)
    var consumer = CheckConsumer(rules: rules, start: start)
    try analysis.run(&consumer)
    try analysis.withConnections { count, connection in
      for index in 0..<count {
        try connection(index) { consumer.take($0, at: analysis.instant ?? start.value) }
      }
    }
    let captures = analysis.captureRows
    let verdict = InputVerdict(captures)
    var report = consumer.finish(
      captures: captures, complaints: verdict.complaints, rulesFile: self.rules)
    if let writeBaseline {
      try ResultFile.write(Baseline(report).document.bytes, to: writeBaseline)
    }
    baseline?.judge(&report)
    try output.write(report)
    verdict.warn()
    if report.broken > 0 { throw ExitCode.broken }
    if !verdict.complaints.isEmpty { throw ExitCode.damagedInput }
  }
}

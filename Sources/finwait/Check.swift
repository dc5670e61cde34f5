import ArgumentParser
import Checking
import Dissection
import Reporting
import Synchronization
import Tracking

/// `finwait check FILE…`: a capture is a test.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hold a capture against rules: exit status 1 where one is broken.",
    discussion: """
      Without --rules, it fails on a socket left in CLOSE_WAIT for 1 s or more that sends nothing, \
      a FIN not answered for 3 s, a reset because of unread data, and a late packet that a new \
      connection takes. Documentation/rules.md describes the rules.

      EXAMPLES
        finwait check test.pcap
        finwait check test.pcap --rules rules.yml
        finwait check test.pcap --rules rules.yml --report junit=report.xml
      """)

  @Argument(
    help: ArgumentHelp("Captures, plain, .gz or .zst; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(help: ArgumentHelp("The rules, a YAML file.", valueName: "rules"))
  var rules: String?

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Hosts") var model: ModelOptions
  @OptionGroup(title: "Output") var output: CheckOutputOptions
  @OptionGroup(title: "Running") var running: RunningOptions

  func run() throws {
    let rules = try self.rules.map(RuleFile.read) ?? DefaultRules.rules
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
    let report = consumer.finish(
      captures: captures, complaints: verdict.complaints, rulesFile: self.rules)
    try output.write(report)
    verdict.warn()
    if report.broken > 0 { throw ExitCode.broken }
    if !verdict.complaints.isEmpty { throw ExitCode.damagedInput }
  }
}

/// When the first packet came, once it has.
final class StartTime: Sendable {
  private let first = Mutex<Timestamp?>(nil)

  var value: Timestamp { first.withLock { $0 } ?? .distantPast }

  /// As a cutoff of `Analysis`: no frame is too late.
  func note(_ time: Timestamp) -> Timestamp? {
    first.withLock { $0 = time }
    return nil
  }
}

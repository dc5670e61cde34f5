import ArgumentParser
import Dissection
import Reporting
import Tracking

/// `finwait netstat FILE…`: both ends of every connection at one instant.
struct Netstat: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List both ends of every connection as netstat would, at any instant.",
    discussion: """
      Each end stands with its state, since when, until when where a timer runs, and how surely: \
      proved, presumed, or the states that it can also be in. Ends in CLOSED are left out \
      without --all.

      TIME is an RFC 3339 time (2026-07-12T14:03:22Z), seconds since the epoch, HH:MM:SS of the \
      capture's first day (UTC), or +SECONDS from its start. It may lie after the last packet: \
      timers run on.

      EXAMPLES
        finwait netstat server.pcap
        finwait netstat server.pcap --at 14:03:22 --host 10.0.0.5
        finwait netstat server.pcap --at +90 --format csv
      """)

  @Argument(
    help: ArgumentHelp("Captures, plain, .gz or .zst; - is standard input.", valueName: "file"))
  var files: [String]

  @Option(
    help: ArgumentHelp("The instant (default: the end of the capture).", valueName: "time"),
    transform: TimeArgument.init(parsing:))
  var at: TimeArgument?

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Hosts") var model: ModelOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Running") var running: RunningOptions

  func run() throws {
    let out = StandardOutput()
    let requested = at
    var analysis = try Analysis(
      files: files, input: input, options: model.trackerOptions(running), running: running
    ) { try requested?.instant(start: $0) }
    var departed = Departed()
    try analysis.run(&departed)
    let report = NetstatReport(
      format: output.format, selection: selection.selection(defaultMinimumAge: .zero),
      style: output.style, drain: out.write)
    try analysis.withConnections {
      try report.write(count: $0, at: analysis.instant, connection: $1)
    }
    try InputVerdict(analysis.captureRows).report()
  }

  /// What has left memory by then is not listed.
  private struct Departed: SegmentConsumer {
    var failure: (any Error)? { nil }

    mutating func take(_ connection: ConnectionReport, at instant: Timestamp) {}
  }
}

import ArgumentParser
import Dissection
import Reporting
import Tracking

/// `finwait read FILE…`: the report.
struct Read: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Report CLOSE_WAIT, TIME_WAIT, late packets and other unfinished closes.",
    discussion: """
      The command that runs when none is named. Several files are one capture in time order.

      EXAMPLES
        finwait server.pcap
        finwait dump.pcap.0 dump.pcap.1           a rotated set, one capture
        tcpdump -w - -c 1000 tcp | finwait -      from a pipe
        finwait a.pcap --filter 'host 10.0.0.5'   what the filter passes
        finwait a.pcap --host 10.0.0.5            sockets of one host
        finwait a.pcap --min-age 60               stuck for a minute
        finwait a.pcap --format jsonl | jq 'select(.kind == "close_wait")'
      """)

  @Argument(
    help: ArgumentHelp("Captures, plain, .gz or .zst; - is standard input.", valueName: "file"))
  var files: [String]

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Hosts") var model: ModelOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Running") var running: RunningOptions

  func run() throws {
    let out = StandardOutput()
    var consumer = Consumer(
      report: ReadReport(
        format: output.format,
        selection: selection.selection(defaultMinimumAge: .seconds(1)),
        style: output.style, drain: out.write))
    var analysis = try Analysis(
      files: files, input: input, options: model.trackerOptions(running),
      running: running)
    try analysis.run(&consumer)
    let captures = analysis.captureRows
    try analysis.withConnections(isSorted: consumer.report.isSorted) {
      try consumer.report.finish(
        captures: captures, evicted: analysis.evicted, at: analysis.instant, count: $0,
        connection: $1)
    }
    try InputVerdict(captures).report()
  }

  /// Hands the connections that leave to the report.
  struct Consumer: SegmentConsumer {
    var report: ReadReport
    var failure: (any Error)?

    mutating func take(_ connection: ConnectionReport, at instant: Timestamp) {
      if failure != nil { return }
      do { try report.add(connection, at: instant) } catch { failure = error }
    }
  }
}

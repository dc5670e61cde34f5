import ArgumentParser
import Dissection
import Reporting
import Tracking

/// `finwait explain FILE… CONNECTION`: one connection told as a ladder.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Tell one connection segment by segment, and why each end is in its state.",
    usage: "finwait explain <file> ... <connection> [<options>]",
    discussion: """
      Each line has Wireshark's frame number, the time from the connection's first packet, the \
      states of both ends after the segment, and the segment as an arrow. A ? marks a state that \
      is presumed and not proved. Runs of plain data are shortened without --all.

      CONNECTION is the number in the column # of the other reports, "connection" in JSON.

      EXAMPLES
        finwait explain server.pcap 12
        finwait explain dump.pcap.0 dump.pcap.1 12 --all
      """)

  @Argument(
    help: ArgumentHelp(
      "Captures, and last the number of the connection.", valueName: "file> ... <connection"))
  var arguments: [String]

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Hosts") var model: ModelOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Running") var running: RunningOptions

  func validate() throws { _ = try connectionNumber() }

  func run() throws {
    let out = StandardOutput()
    let number = try connectionNumber()
    let isComplete = selection.all || output.format != .text
    var consumer = LadderConsumer(number: number, ladder: Ladder(isComplete: isComplete))
    var analysis = try Analysis(
      files: arguments.dropLast(), input: input, options: model.trackerOptions(running),
      running: running)
    try analysis.run(&consumer)
    if let instant = analysis.instant, let last = analysis.connection(number) {
      consumer.take(last, at: instant)
    }
    let captures = analysis.captureRows
    guard let connection = consumer.report, let instant = analysis.instant else {
      InputVerdict(captures).warn()
      throw UsageFailure(
        "there is no connection \(number): the capture holds "
          + analysis.connectionCount.counted("connection"))
    }
    let report = ExplainReport(
      connection: connection, ladder: consumer.ladder, instant: instant,
      minimumAge: selection.minAge ?? .zero)
    try out.write(report.text(output.format, style: output.style)[...])
    try InputVerdict(captures).report()
  }

  private func connectionNumber() throws -> Int {
    guard arguments.count >= 2, let last = arguments.last else {
      throw ValidationError("Name a capture, and after it the number of a connection in it.")
    }
    guard let number = Int(last), number >= 1 else {
      throw ValidationError(
        "The last argument is the number of a connection, 1 or more, and not '\(last)'.")
    }
    return number
  }
}

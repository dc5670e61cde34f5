import ArgumentParser
import Checking
import Dissection
import Reporting
import Tracking

/// `finwait diff OLD NEW`: what got worse between two captures.
struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what got worse, and what else changed, between two captures.",
    discussion: """
      Each is a capture, or a saved report: of read --format json --all, or of check --format json \
      (then both are). Services are compared by their socket, connections by how they went, those \
      of the same client first: never by ephemeral ports. Exit status 1 where something got worse.

      EXAMPLES
        finwait diff before.pcap after.pcap
        finwait diff before.json after.pcap --format json
      """)

  @Argument(help: ArgumentHelp("The older capture or report.", valueName: "old"))
  var old: String

  @Argument(help: ArgumentHelp("The newer one.", valueName: "new"))
  var new: String

  @Option(help: "The form of the results.")
  var format: DiffFormat = .text

  @Option(
    help: ArgumentHelp(
      "Only states that have lasted as long (default: 1).", valueName: "seconds"),
    transform: Interval.init(parsingSeconds:))
  var minAge = Interval.seconds(1)

  @Flag(help: "Every connection, not only the first.")
  var all = false

  @Option(help: "Colours; auto: on a terminal, unless NO_COLOR is set.")
  var color: WhenArgument = .auto

  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Hosts") var model: ModelOptions
  @OptionGroup(title: "Running") var running: RunningOptions

  func run() throws {
    let (before, now) = (try source(old), try source(new))
    let difference: Difference
    switch (before.holding, now.holding) {
    case (.census(let old), .census(let new)): difference = Difference(before: old, now: new)
    case (.tally(let old), .tally(let new)): difference = Difference(before: old, now: new)
    case (.census, .tally), (.tally, .census):
      throw UsageFailure("a report of check can only be compared with another")
    }
    switch format {
    case .text:
      let isColored = color.holds(auto: Terminal.standardOutput && !Terminal.refusesColor)
      let palette: Palette = isColored ? .colored : .plain
      try StandardOutput().write(
        DifferenceReport.text(difference, palette: palette, isComplete: all).bytes[...])
    case .json: try StandardOutput().write(DifferenceReport.json(difference).bytes[...])
    }
    let verdict = InputVerdict(before.captures + now.captures)
    verdict.warn()
    if difference.isWorse { throw ExitCode.broken }
    if !verdict.complaints.isEmpty { throw ExitCode.damagedInput }
  }

  /// One of the two.
  private struct Source {
    enum Holding {
      case census(Census)
      case tally(Baseline)
    }

    let holding: Holding
    var captures: [CaptureRow] = []
  }

  private func source(_ path: String) throws -> Source {
    guard try SavedReport.isThere(path) else { return try capture(path) }
    let bytes = try SavedReport.read(path)
    return try SavedReport.named(path) {
      if let tally = try Baseline(ifAny: bytes) { return Source(holding: .tally(tally)) }
      return Source(holding: .census(try Census(json: bytes, minimumAge: minAge)))
    }
  }

  private func capture(_ path: String) throws -> Source {
    var analysis = try Analysis(
      files: [path], input: input, options: model.trackerOptions(running), running: running)
    var consumer = CensusConsumer(census: Census(minimumAge: minAge))
    try analysis.run(&consumer)
    try analysis.withConnections { count, connection in
      guard let instant = analysis.instant else { return }
      for index in 0..<count { try connection(index) { consumer.take($0, at: instant) } }
    }
    return Source(holding: .census(consumer.census), captures: analysis.captureRows)
  }

  private struct CensusConsumer: SegmentConsumer {
    var census: Census
    var failure: (any Error)? { nil }

    mutating func take(_ connection: ConnectionReport, at instant: Timestamp) {
      census.add(connection, at: instant)
    }
  }
}

/// The forms of a difference.
enum DiffFormat: String, CaseIterable, ExpressibleByArgument {
  case text, json
}

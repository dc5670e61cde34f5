import ArgumentParser
import Capture
import Dissection
import Extraction
import Reporting
import Tracking

/// `finwait extract FILE… -o OUT`: the smallest capture that still shows the chosen findings.
struct Extract: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the smallest capture that still shows the chosen findings.",
    discussion: """
      Keeps the headers of the packets that findings rest on, and no payload: lengths stay, \
      addresses and times can be replaced. Comments on the packets say what they prove; Wireshark \
      shows them. Before the file is put in place it is read again: of the chosen connections it \
      must tell the same kinds, states, certainty, ages, late packets and effects. Where that \
      takes more packets, more are kept, and it is said.

      The extract records when the capture ended, which finwait takes as its end.

      EXAMPLES
        finwait extract server.pcap -o leak.pcapng --finding close_wait
        finwait extract server.pcap -o one.pcapng --connection 12
        finwait extract server.pcap -o public.pcapng --anonymize --shift-times
        finwait extract server.pcap -o 8080.pcapng --service :8080 --key secret --anonymize
      """)

  @Argument(
    help: ArgumentHelp("Captures, plain, .gz or .zst, read twice.", valueName: "file"))
  var files: [String]

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "The extract, a pcapng file; one that is there is replaced.", valueName: "file"))
  var output: String

  @OptionGroup(title: "Choice") var choice: ChoiceOptions
  @OptionGroup(title: "Anonymity") var anonymity: AnonymityOptions
  @OptionGroup(title: "Input") var input: InputOptions
  @OptionGroup(title: "Hosts") var model: ModelOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Running") var running: RunningOptions

  func validate() throws {
    guard !files.contains("-"), output != "-" else {
      throw ValidationError("extract reads its input twice, and its output: neither can be -.")
    }
    guard choice.connection.allSatisfy({ $0 >= 1 }) else {
      throw ValidationError("The number of a connection is 1 or more.")
    }
  }

  func run() throws {
    try ResultFile.spare(files, by: [output])
    var chosen = Choice(
      options: choice, selection: selection.selection(defaultMinimumAge: .seconds(1)))
    let (captures, instant) = try read(files, isFiltered: true, into: &chosen)
    guard let instant, !chosen.subjects.isEmpty else {
      InputVerdict(captures).warn()
      throw UsageFailure(nothingChosen(chosen))
    }
    var job = try ExtractJob(
      chosen: chosen, captures: captures, instant: instant, command: self)
    try job.run()
    StandardError.write(job.summary)
    try InputVerdict(captures).report()
  }

  /// Hands over every connection of some captures.
  ///
  /// - Parameter isFiltered: the user's filter holds; an extract has passed it.
  /// - Returns: what there is to say of the files, and the end of the capture.
  func read(
    _ files: [String], isFiltered: Bool, into consumer: inout some SegmentConsumer
  ) throws -> ([CaptureRow], Timestamp?) {
    var analysis = try Analysis(
      files: files, input: isFiltered ? input : InputOptions.parse([]),
      options: model.trackerOptions(running), running: running)
    try analysis.run(&consumer)
    guard let instant = analysis.instant else { return (analysis.captureRows, nil) }
    try analysis.withConnections { count, connection in
      for index in 0..<count { try connection(index) { consumer.take($0, at: instant) } }
    }
    return (analysis.captureRows, instant)
  }

  private func nothingChosen(_ chosen: Choice) -> String {
    let missing = choice.connection.filter { !chosen.named.contains($0) }
    if let number = missing.first { return "there is no connection \(number)" }
    return "there is nothing to extract: no connection is chosen that has a finding"
  }
}

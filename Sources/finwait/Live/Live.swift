import ArgumentParser
import Capture
import Dissection
import Host
import Reporting

/// `finwait live`: capture and report as it happens.
struct Live: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Watch this host's connections as they open and close.",
    discussion: """
      Captures until it is interrupted, and then reports as read does. SIGUSR1 reports what is \
      known so far. What only root may do is done first; then it goes on as the user who called \
      sudo, or as the one given by --user.

      EXAMPLES
        sudo finwait live                         all interfaces
        sudo finwait live -i eth0 --duration 60   one, for a minute
        sudo finwait live --filter 'port 8080' --format jsonl
      """)

  @OptionGroup(title: "Capture") var capture: LiveCaptureOptions

  @Option(
    help: ArgumentHelp("End after this time.", valueName: "seconds"),
    transform: Interval.init(parsingSeconds:))
  var duration: Interval?

  @Option(help: ArgumentHelp("End after so many packets.", valueName: "n"))
  var packets: Int?

  @Option(
    help: ArgumentHelp(
      "Go on as this user once the capture is open (default: who called sudo).",
      valueName: "name"))
  var user: String?

  @Option(
    help: """
      Whose programs to name: all (keeps two capabilities of root's), own (those of the user it \
      goes on as), none.
      """)
  var programs: LocalSockets.Programs = .all

  @OptionGroup(title: "Hosts") var model: ModelOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Running") var running: RunningOptions

  func validate() throws {
    guard packets ?? 1 >= 1 else { throw ValidationError("--packets must be 1 or more.") }
  }

  func run() throws {
    let signals = PendingSignals()
    let (live, sockets) = try LiveInput.open(
      capture, closesOnly: model.light, as: user, naming: programs)
    let names = live.interfaces.map { "\($0.name) (\($0.linkType.name))" }
    StandardError.write(
      "finwait: capturing on \(Escaping.terminal(names.joined(separator: ", ")))\n")
    let events =
      output.format == .jsonl
      ? LiveEvents(
        selection: selection.selection(defaultMinimumAge: LiveEvents.minimumAge),
        drain: StandardOutput().write) : nil
    var session = LiveSession(
      capture: live, sockets: sockets, options: model.trackerOptions(running),
      report: ReadReport(
        format: output.format, selection: selection.selection(defaultMinimumAge: .seconds(1)),
        style: output.style, drain: StandardOutput().write),
      events: events)
    try session.run(signals, for: duration, packets: packets)
    signals.release()
    try session.finish()
  }
}

extension LocalSockets.Programs: ExpressibleByArgument {}

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
      On a terminal, a screen shows what is open, in the manner of top; ? tells its keys. It \
      captures until it is interrupted, and then reports as read does. SIGUSR1 reports what is \
      known so far. What only root may do is done first; then it goes on as the user who called \
      sudo, or as the one given by --user.

      EXAMPLES
        sudo finwait live                         all interfaces
        sudo finwait live -i eth0 --duration 60   one, for a minute
        sudo finwait live --filter 'port 8080' --format jsonl
        sudo finwait live --write leaks.pcapng    keep the packets of what is found
        sudo finwait live --metrics 9464          for Prometheus
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
      goes on as), none (default: all; own with --metrics, whose server needs neither).
      """)
  var programs: LocalSockets.Programs?

  @Flag(help: "Only the report, also on a terminal.")
  var noScreen = false

  @OptionGroup(title: "Evidence") var evidence: EvidenceOptions
  @OptionGroup(title: "Metrics") var metrics: MetricsOptions
  @OptionGroup(title: "Hosts") var model: ModelOptions
  @OptionGroup(title: "Selection") var selection: SelectionOptions
  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup(title: "Running") var running: RunningOptions

  func validate() throws {
    guard packets ?? 1 >= 1 else { throw ValidationError("--packets must be 1 or more.") }
  }

  func run() throws {
    ReturnedMemory.returnLargeBlocks()
    let terminal = noScreen || output.format != .text ? nil : TerminalScreen()
    let signals = PendingSignals(hasScreen: terminal != nil)
    let notices = Notices()
    let ports = try terminal.map { _ in try LiveInput.ephemeralPorts(in: capture.netns) }
    let (live, sockets, addresses, drops) = try LiveInput.open(
      capture, closesOnly: model.light, as: user,
      naming: programs ?? (metrics.metrics == nil ? .all : .own))
    let names = live.interfaces.map { "\($0.name) (\($0.linkType.name))" }
    let selection = selection.selection(defaultMinimumAge: .seconds(1))
    let watch = LiveWatch(
      selection: selection,
      evidence: try evidence.write.map {
        try Evidence(
          path: $0, evidence, of: live, snaplen: capture.snaplen, notices: notices)
      },
      meters: try metrics.metrics.map {
        Meters(
          server: try MetricsServer(listener: $0), services: metrics.metricsServices,
          start: live.now)
      })
    StandardError.write(
      "finwait: capturing on \(Escaping.terminal(names.joined(separator: ", ")))\n")
    let events =
      output.format == .jsonl
      ? LiveEvents(
        selection: self.selection.selection(defaultMinimumAge: LiveEvents.minimumAge),
        drain: StandardOutput().write) : nil
    let screen = terminal.map {
      LiveScreen(
        $0, selection: self.selection.selection(defaultMinimumAge: LiveEvents.minimumAge),
        options: model.trackerOptions(running), style: output.style, ports: ports ?? { nil },
        notices: notices, start: live.now)
    }
    var session = LiveSession(
      capture: live, sockets: sockets, addresses: addresses, drops: drops,
      options: model.trackerOptions(running),
      report: ReadReport(
        format: output.format, selection: selection, style: output.style,
        drain: StandardOutput().write),
      events: events, watch: watch, screen: screen, notices: notices)
    do {
      screen?.show()
      defer { screen?.hide() }
      try session.run(signals, for: duration, packets: packets)
    } catch {
      // The results cannot be told; what is evidence is.
      session.abandon()
      throw error
    }
    signals.release()
    try session.finish()
  }
}

extension LocalSockets.Programs: ExpressibleByArgument {}

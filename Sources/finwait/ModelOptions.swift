import ArgumentParser
import Dissection
import Tracking

/// What the hosts in the capture are taken for.
struct ModelOptions: ParsableArguments {
  @Option(help: "The TCP whose timers are assumed.")
  var profile: HostProfile.Name = .linux

  @Option(
    help: ArgumentHelp("How long TIME_WAIT lasts, not as the profile says.", valueName: "seconds"),
    transform: Interval.init(parsingSeconds:))
  var timeWait: Interval?

  @Option(
    name: .customLong("fin-wait-2"),
    help: ArgumentHelp(
      "How long FIN_WAIT_2 lasts after close(), not as the profile says.", valueName: "seconds"),
    transform: Interval.init(parsingSeconds:))
  var finWait2: Interval?

  @Option(help: "Where the capture was taken; auto estimates it from the handshakes.")
  var tap: TapArgument = .auto

  @Flag(
    help: ArgumentHelp(
      "The capture holds SYN, FIN and RST alone (live: the kernel passes no others); nothing is proved."
    ))
  var light = false

  func trackerOptions(_ running: RunningOptions) -> TrackerOptions {
    var profile = HostProfile(profile)
    if let timeWait { profile.timeWait = timeWait }
    if let finWait2 { profile.finWait2 = finWait2 }
    var options = TrackerOptions(
      profile: profile, tap: tap.position, maximumConnections: running.maxConnections,
      maximumMemory: running.maximumMemory)
    options.closesOnly = light
    return options
  }
}

extension HostProfile.Name: ExpressibleByArgument {}

/// The choices of `--tap`.
enum TapArgument: String, CaseIterable, ExpressibleByArgument {
  case initiator, responder, between, auto

  /// Nil: to be estimated.
  var position: TapPosition? {
    switch self {
    case .initiator: .initiator
    case .responder: .responder
    case .between: .between
    case .auto: nil
    }
  }
}

import ArgumentParser
import Dissection
import Reporting

/// What of the findings is shown.
struct SelectionOptions: ParsableArguments {
  @Flag(help: "Every connection and every row, not only the worst and what was found.")
  var all = false

  @Option(
    help: ArgumentHelp("Only this host's ends.", valueName: "address"),
    transform: IPAddress.init(parsing:))
  var host: IPAddress?

  @Option(
    help: ArgumentHelp(
      "Only states that have lasted as long (default: read 1, else 0).", valueName: "seconds"),
    transform: Interval.init(parsingSeconds:))
  var minAge: Interval?

  func selection(defaultMinimumAge: Interval) -> Selection {
    Selection(host: host, minimumAge: minAge ?? defaultMinimumAge, all: all)
  }
}

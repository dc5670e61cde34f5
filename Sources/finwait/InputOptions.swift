import ArgumentParser

/// What of the inputs is read.
struct InputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only packets that pass this pcap-filter(7) expression.", valueName: "expr"))
  var filter: String?
}

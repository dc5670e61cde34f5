import ArgumentParser

/// How the run itself behaves.
struct RunningOptions: ParsableArguments {
  @Option(help: "A progress bar on standard error; auto: on a terminal.")
  var progress: WhenArgument = .auto

  @Option(
    help: ArgumentHelp(
      "Threads to use: with 2, one reads while the other follows; results never depend on it.",
      valueName: "n"))
  var threads = 1

  @Option(
    help: ArgumentHelp(
      "The most connections to hold, instead of what fits into half of the memory; half-open ones go "
        + "first, then idle ones, and are counted.",
      valueName: "n"))
  var maxConnections: Int?

  func validate() throws {
    guard threads >= 1 else { throw ValidationError("--threads must be 1 or more.") }
    guard maxConnections ?? 1 >= 1 else {
      throw ValidationError("--max-connections must be 1 or more.")
    }
  }

  /// Where no limit is told: half of this machine's memory.
  var maximumMemory: Int? { maxConnections == nil ? Memory.octets.map { $0 / 2 } : nil }

  var progressBar: ProgressBar? {
    progress.holds(auto: Terminal.standardError) ? ProgressBar() : nil
  }
}

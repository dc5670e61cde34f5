import ArgumentParser
import Dissection

/// Whether packets are kept as evidence, and how many.
struct EvidenceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep the packets of connections with findings in this file (pcapng).", valueName: "file"))
  var write: String?

  @Option(
    help: ArgumentHelp(
      "The size at which the file is named FILE.1, and begun anew.", valueName: "MiB"))
  var writeSize = 100

  @Option(
    help: ArgumentHelp("How many files there are at most; the oldest goes.", valueName: "n"))
  var writeFiles = 2

  @Option(
    help: ArgumentHelp(
      "Memory for packets that may still turn out to be evidence.", valueName: "MiB"))
  var writeMemory = 64

  @Option(
    help: ArgumentHelp(
      "How long a packet may still turn out to be evidence.", valueName: "seconds"),
    transform: Interval.init(parsingSeconds:))
  var writeHistory: Interval = .seconds(120)

  func validate() throws {
    guard (1...1_048_576).contains(writeSize) else {
      throw ValidationError("--write-size must be from 1 to 1048576.")
    }
    guard (2...1_000).contains(writeFiles) else {
      throw ValidationError("--write-files must be from 2 to 1000.")
    }
    guard (1...1_048_576).contains(writeMemory) else {
      throw ValidationError("--write-memory must be from 1 to 1048576.")
    }
  }
}

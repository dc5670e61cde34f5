import ArgumentParser
import Capture
import Dissection
import Reporting
import Tracking

@main
struct Finwait: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find endpoints left in CLOSE_WAIT and TIME_WAIT, and late packets, in captures.",
    version: "0.1.0")
}

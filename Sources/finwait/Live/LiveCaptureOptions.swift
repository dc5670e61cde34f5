import ArgumentParser
import Capture

/// Where packets are taken from, and how.
struct LiveCaptureOptions: ParsableArguments {
  @Option(
    name: [.customShort("i"), .long], parsing: .singleValue,
    help: ArgumentHelp(
      "Capture on this interface; may be repeated (default: any, which is all of them).",
      valueName: "name"))
  var interface: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only packets that pass this pcap-filter(7) expression.", valueName: "expr"))
  var filter: String?

  @Option(help: "Packets that go one way only, seen from the interface.")
  var direction: LiveOptions.Direction = .both

  @Flag(help: "Take packets for other stations too, on an interface by name.")
  var promiscuous = false

  @Option(
    help: ArgumentHelp("Octets kept of each packet (headers are enough).", valueName: "octets"))
  var snaplen = 256

  @Option(
    help: ArgumentHelp(
      "The kernel's buffer for each interface, in which packets wait.", valueName: "MiB"))
  var buffer = 32

  @Flag(help: "Take each packet as it comes, not with those of the same tenth of a second.")
  var immediate = false

  @Option(
    help: ArgumentHelp(
      "Work in this network namespace: a name of ip-netns(8), or a path (Linux).",
      valueName: "name"))
  var netns: String?

  func validate() throws {
    guard (64...262_144).contains(snaplen) else {
      throw ValidationError("--snaplen must be from 64 to 262144.")
    }
    guard (1...2_047).contains(buffer) else {
      throw ValidationError("--buffer must be from 1 to 2047.")
    }
  }

  var interfaces: [String] { interface.isEmpty ? ["any"] : interface }

  /// - Parameter closesOnly: the kernel is to pass SYN, FIN and RST alone.
  func liveOptions(closesOnly: Bool) -> LiveOptions {
    var options = LiveOptions()
    options.closesOnly = closesOnly
    options.snapshotLength = snaplen
    options.bufferSize = buffer << 20
    options.isImmediate = immediate
    options.direction = direction
    options.isPromiscuous = promiscuous
    options.filter = filter
    return options
  }
}

extension LiveOptions.Direction: ExpressibleByArgument {}

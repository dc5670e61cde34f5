import ArgumentParser
import Capture
import Reporting

/// `finwait interfaces`: what `live` can capture on.
struct Interfaces: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the interfaces that live can capture on.",
    discussion: """
      Each is opened for a moment, to say whether it can be opened now.

      EXAMPLES
        sudo finwait interfaces
        sudo finwait interfaces --netns blue --format json
      """)

  @Option(
    help: ArgumentHelp(
      "Those of this network namespace: a name of ip-netns(8), or a path (Linux).",
      valueName: "name"))
  var netns: String?

  @OptionGroup(title: "Output") var output: OutputOptions

  func run() throws {
    let found = try LiveInput.within(netns) { () throws(LiveError) in
      try InterfaceDescription.all()
    }
    let rows = found.map { interface in
      InterfaceRow(
        name: interface.name, description: interface.description, addresses: interface.addresses,
        linkTypes: interface.linkTypes, isUp: interface.isUp, isRunning: interface.isRunning,
        isLoopback: interface.isLoopback, isWireless: interface.isWireless,
        refusal: interface.refusal?.sentence)
    }
    let text = InterfaceReport(rows: rows).text(output.format, style: output.style)
    try StandardOutput().write(text[...])
  }
}

import ArgumentParser
import Dissection
import Reporting
import Tracking

/// Which of the connections with findings are extracted.
struct ChoiceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Only connections with a finding of this kind, as JSON names it: close_wait, time_wait, "
        + "late_packets, fin_wait_1, fin_wait_2, last_ack, closing, half_open, reset. May be repeated.",
      valueName: "kind"),
    transform: FindingKind.init(parsing:))
  var finding: [FindingKind] = []

  @Option(
    help: ArgumentHelp(
      "Only this connection, with findings or without. May be repeated.", valueName: "number"))
  var connection: [Int] = []

  @Option(
    help: ArgumentHelp(
      "Only connections of this service: address:port, [address]:port or :port. May be repeated.",
      valueName: "service"),
    transform: Service.init(parsing:))
  var service: [Service] = []

  /// Whether a connection is chosen of which `selected` is selected.
  func includes(_ connection: ConnectionReport, _ selected: Selected, all: Bool) -> Bool {
    let isNamed = self.connection.contains(connection.number)
    if !self.connection.isEmpty, !isNamed { return false }
    let end = connection.endpoints[connection.serviceRole].local
    if !service.isEmpty, !service.contains(where: { $0.includes(end) }) { return false }
    if !finding.isEmpty { return selected.findings.contains { finding.contains($0.kind) } }
    return isNamed || all || selected.isFound
  }
}

/// A service as the command line names it.
struct Service: Equatable, Sendable {
  /// Nil: on any address.
  var address: IPAddress?
  var port: UInt16

  func includes(_ end: SocketAddress) -> Bool {
    end.port == port && (address == nil || end.address == address)
  }

  init(parsing text: String) throws {
    let sentence = "a service is like 10.0.0.5:8080, [2001:db8::5]:443 or :8080"
    guard let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    else { throw ValidationError(sentence) }
    let host = String(text[..<colon])
    self.port = port
    // Without brackets the last group of an IPv6 address would pass for a port.
    guard !host.contains(":") || host.hasPrefix("[") else { throw ValidationError(sentence) }
    address = host.isEmpty ? nil : try IPAddress(parsing: host)
  }
}

extension FindingKind {
  init(parsing text: String) throws {
    guard let kind = FindingKind(rawValue: text) else {
      let names = FindingKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("a kind of finding is one of \(names)")
    }
    self = kind
  }
}

/// What of the capture's world is hidden in the extract.
struct AnonymityOptions: ParsableArguments {
  @Flag(help: "Replace addresses (IPv4, IPv6, MAC) so that common prefixes stay common.")
  var anonymize = false

  @Option(
    help: ArgumentHelp(
      "The text that pseudonyms are made from, the same for the same text; without it they are "
        + "different each time.", valueName: "text"))
  var key: String?

  @Flag(help: "Replace ports as well.")
  var anonymizePorts = false

  @Option(
    help: ArgumentHelp(
      "Ports that stay when ports are replaced.", valueName: "port,..."),
    transform: AnonymityOptions.ports(parsing:))
  var keepPorts: Set<UInt16> = []

  @Flag(help: "Move all times so that the capture begins at 2000-01-01 00:00:00 UTC.")
  var shiftTimes = false

  func validate() throws {
    guard anonymize || (key == nil && !anonymizePorts) else {
      throw ValidationError("--key and --anonymize-ports need --anonymize.")
    }
    guard anonymizePorts || keepPorts.isEmpty else {
      throw ValidationError("--keep-ports needs --anonymize-ports.")
    }
  }

  private static func ports(parsing text: String) throws -> Set<UInt16> {
    let ports = text.split(separator: ",", omittingEmptySubsequences: false).map { UInt16($0) }
    let found = ports.compactMap(\.self)
    guard found.count == ports.count else {
      throw ValidationError("ports are numbers up to 65535, separated by commas")
    }
    return Set(found)
  }
}

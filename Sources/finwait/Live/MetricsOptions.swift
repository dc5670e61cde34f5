import ArgumentParser
import Dissection
import Reporting

/// Whether metrics are served, and where.
struct MetricsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Serve metrics over HTTP, as OpenMetrics text at /metrics; a port alone is one of 127.0.0.1.",
      valueName: "address:port"),
    transform: SocketAddress.init(parsingListener:))
  var metrics: SocketAddress?

  @Option(
    help: ArgumentHelp(
      "How many services are told apart in the metrics, by port; the rest is \"other\".",
      valueName: "n"))
  var metricsServices = 32

  func validate() throws {
    guard (0...10_000).contains(metricsServices) else {
      throw ValidationError("--metrics-services must be from 0 to 10000.")
    }
  }
}

extension SocketAddress {
  /// Where to listen, as people type it: `9464`, `127.0.0.1:9464` or `[::1]:9464`.
  init(parsingListener text: String) throws {
    let colon = text.lastIndex(of: ":")
    let port = colon.map { text[text.index(after: $0)...] } ?? text[...]
    guard !port.isEmpty, port.utf8.allSatisfy(\.isDigit), let port = UInt16(port) else {
      throw ValidationError("a listener is like 9464, 127.0.0.1:9464 or [::1]:9464")
    }
    let address = colon.map { String(text[..<$0]) } ?? "127.0.0.1"
    guard address.hasPrefix("[") == address.contains(":") else {
      throw ValidationError("an IPv6 address in front of a port is in brackets: [::1]:9464")
    }
    self.init(address: try IPAddress(parsing: address), port: port)
  }
}

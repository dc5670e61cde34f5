import Dissection
import Tracking

/// CSV (RFC 4180): one table with a header line, `\r\n` at the end of every line.
public struct CSVTable: Sendable {
  public var output = OutputBuffer()
  private var needsComma = false

  public init() {}

  public mutating func writeFindingsHeader() {
    write(
      titles: [
        "kind", "connection", "stream", "address", "port", "remote_address", "remote_port", "age",
        "message", "evidence", "wireshark_filter",
      ])
  }

  public mutating func write(_ finding: Finding, of connection: ConnectionReport) {
    let end = connection.endpoints[finding.role]
    text(finding.kind.rawValue)
    number(connection.number)
    number(connection.stream)
    socket(end.local)
    socket(end.remote)
    seconds(finding.age)
    text { $0.append(messageOf: finding, in: connection) }
    text(connection.evidence(of: finding).map(String.init).joined(separator: " "))
    text { $0.append(filterOf: finding, in: connection) }
    endLine()
  }

  public mutating func writeEndpointsHeader() {
    write(
      titles: [
        "connection", "stream", "role", "local_address", "local_port", "remote_address",
        "remote_port", "state", "certainty", "possible", "since", "until", "evidence", "packets",
        "bytes_sent", "fin_frame", "fin_acked_frame", "rst_frame", "fin_retransmissions",
        "activity",
      ])
  }

  public mutating func write(_ role: Role, of connection: ConnectionReport) {
    let end = connection.endpoints[role]
    let claim = end.claim
    number(connection.number)
    number(connection.stream)
    text(connection.rolesKnown ? role.name : "unknown")
    socket(end.local)
    socket(end.remote)
    text(claim.state.name)
    text(claim.certainty.name)
    text(claim.possible.ordered(first: claim.state).map(\.name).joined(separator: " "))
    time(claim.since)
    time(claim.until)
    text(claim.evidence.frames.map(String.init).joined(separator: " "))
    number(end.packets)
    field { $0.appendDecimal(end.bytesSent) }
    number(end.finFrame)
    number(end.finAckedFrame)
    number(end.rstFrame)
    number(end.finRetransmissions)
    text(end.activity?.rawValue ?? "")
    endLine()
  }

  mutating func write(titles: [String]) {
    for title in titles { text(title) }
    endLine()
  }

  mutating func text(_ text: String) { self.text { $0.append(text) } }

  /// A field of which it is not known what must be escaped.
  private mutating func text(_ write: (inout OutputBuffer) -> Void) {
    field { output in
      let start = output.count
      write(&output)
      if output.withBytes(from: start, Escaping.isPlainCSV) { return }
      let text = output.text(from: start)
      output.removeAll(from: start)
      output.append(Escaping.csv(text))
    }
  }

  mutating func number(_ number: Int?) {
    field { if let number { $0.appendDecimal(Int64(number)) } }
  }

  mutating func time(_ time: Timestamp?) {
    field { if let time { $0.appendRFC3339(time) } }
  }

  private mutating func seconds(_ interval: Interval?) {
    field { if let interval { $0.appendSeconds(interval) } }
  }

  private mutating func socket(_ socket: SocketAddress) {
    field { $0.append(socket.address) }
    number(Int(socket.port))
  }

  private mutating func field(_ write: (inout OutputBuffer) -> Void) {
    if needsComma { output.append(UInt8(ascii: ",")) }
    write(&output)
    needsComma = true
  }

  mutating func endLine() {
    output.append("\r\n")
    needsComma = false
  }
}

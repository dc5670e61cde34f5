import Dissection

/// An interface that packets can be taken from: the `interface` object.
public struct InterfaceRow: Equatable, Sendable {
  public var name: String
  public var description: String?
  public var addresses: [IPAddress]
  /// The usual one first; empty when it cannot be opened.
  public var linkTypes: [LinkType]
  public var isUp: Bool
  public var isRunning: Bool
  public var isLoopback: Bool
  public var isWireless: Bool
  /// Why it cannot be opened now; nil if it can.
  public var refusal: String?

  public init(
    name: String, description: String? = nil, addresses: [IPAddress] = [],
    linkTypes: [LinkType] = [], isUp: Bool = false, isRunning: Bool = false,
    isLoopback: Bool = false, isWireless: Bool = false, refusal: String? = nil
  ) {
    self.name = name
    self.description = description
    self.addresses = addresses
    self.linkTypes = linkTypes
    self.isUp = isUp
    self.isRunning = isRunning
    self.isLoopback = isLoopback
    self.isWireless = isWireless
    self.refusal = refusal
  }
}

/// The report of `interfaces`.
public struct InterfaceReport {
  private let rows: [InterfaceRow]

  public init(rows: [InterfaceRow]) { self.rows = rows }

  public func text(_ format: ReportFormat, style: TextStyle) -> [UInt8] {
    switch format {
    case .text: table(style)
    case .json: document
    case .jsonl: lines
    case .csv: csv
    }
  }

  private func table(_ style: TextStyle) -> [UInt8] {
    var output = OutputBuffer()
    var table = TextTable([
      .init("interface"), .init("state"), .init("link type"), .init("addresses", cutTo: 15),
      .init("description", cutTo: 11),
    ])
    for row in rows where row.refusal == nil {
      table.append([
        Escaping.terminal(row.name), row.words.joined(separator: ", "),
        row.linkTypes.map(\.name).joined(separator: ", "),
        row.addresses.map(\.text).joined(separator: ", "),
        Escaping.terminal(row.description ?? ""),
      ])
    }
    table.write(to: &output, palette: style.palette)
    let refused = rows.filter { $0.refusal != nil }
    if !refused.isEmpty {
      if refused.count < rows.count { output.appendLine() }
      output.appendLine("Not to be opened now:")
      for row in refused {
        let sentence = "\(row.name): \(row.refusal ?? "")"
        output.appendWrapped(Escaping.terminal(sentence), indent: TableLayout.indent)
      }
    }
    return output.bytes
  }

  private var document: [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("interfaces")
    json.beginArray()
    for row in rows {
      json.newLine()
      json.write(row)
    }
    json.endArray()
    json.endObject()
    json.endLine()
    return json.output.bytes
  }

  private var lines: [UInt8] {
    var json = JSONWriter()
    for row in rows {
      json.write(row)
      json.endLine()
    }
    return json.output.bytes
  }

  private var csv: [UInt8] {
    var output = OutputBuffer()
    output.appendLine("name,state,link_types,addresses,description,refusal")
    for row in rows {
      let fields = [
        row.name, row.words.joined(separator: " "),
        row.linkTypes.map(\.name).joined(separator: " "),
        row.addresses.map(\.text).joined(separator: " "), row.description ?? "",
        row.refusal ?? "",
      ]
      output.appendLine(fields.map(Escaping.csv).joined(separator: ","))
    }
    return output.bytes
  }
}

extension InterfaceRow {
  fileprivate var words: [String] {
    var words = [isUp ? "up" : "down"]
    if isRunning { words.append("running") }
    if isLoopback { words.append("loopback") }
    if isWireless { words.append("wireless") }
    return words
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ row: InterfaceRow) {
    beginObject(.interface)
    field("name", row.name)
    field("description", row.description)
    key("addresses")
    beginArray()
    for address in row.addresses { word(address.text) }
    endArray()
    key("link_types")
    beginArray()
    for linkType in row.linkTypes { word(linkType.name) }
    endArray()
    field("up", row.isUp)
    field("running", row.isRunning)
    field("loopback", row.isLoopback)
    field("wireless", row.isWireless)
    field("usable", row.refusal == nil)
    field("refusal", row.refusal)
    endObject()
  }
}

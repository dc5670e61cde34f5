import Dissection

/// Writes JSON as it comes, keys in the order given: no tree is built.
public struct JSONWriter {
  public var output = OutputBuffer()
  /// A value stands before this place in the same array or object.
  private var needsComma = false
  /// What this host says of its ends; nil: nothing is told of hosts.
  var host: HostEnds?

  public init() {}

  public mutating func beginObject() { open(UInt8(ascii: "{")) }
  public mutating func endObject() { close(UInt8(ascii: "}")) }
  public mutating func beginArray() { open(UInt8(ascii: "[")) }
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Begins an object whose first field says what it is.
  mutating func beginObject(_ type: JSONObjectType) {
    beginObject()
    output.append(type.label)
    needsComma = true
  }

  public mutating func key(_ key: JSONKey) {
    output.append(key.label, after: needsComma ? UInt8(ascii: ",") : nil)
    needsComma = false
  }

  /// Starts a new line before the next value, for documents that people also read.
  public mutating func newLine() {
    comma()
    output.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  /// Ends a document or a line of JSON lines.
  public mutating func endLine() {
    output.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  public mutating func null() { scalar { $0.append("null") } }
  public mutating func value(_ number: Int) { scalar { $0.appendDecimal(Int64(number)) } }
  public mutating func value(_ text: String) { scalar { $0.appendJSONString(text) } }

  /// A text of ours, without a character that needs an escape.
  @inline(__always)
  mutating func text(_ write: (inout OutputBuffer) -> Void) {
    scalar {
      $0.append(UInt8(ascii: "\""))
      write(&$0)
      $0.append(UInt8(ascii: "\""))
    }
  }

  /// A word of ours, likewise.
  public mutating func word(_ text: String) { self.text { $0.append(text) } }

  mutating func word(_ label: Label) { scalar { $0.append(label) } }

  public mutating func field(_ name: JSONKey, word text: String?) {
    key(name)
    if let text { word(text) } else { null() }
  }

  public mutating func field(_ name: JSONKey, _ number: Int?) {
    key(name)
    if let number { value(number) } else { null() }
  }

  public mutating func field(_ name: JSONKey, _ number: UInt64) {
    key(name)
    scalar { $0.appendDecimal(number) }
  }

  public mutating func field(_ name: JSONKey, _ text: String?) {
    key(name)
    if let text { value(text) } else { null() }
  }

  public mutating func field(_ name: JSONKey, _ flag: Bool?) {
    key(name)
    guard let flag else { return null() }
    scalar { $0.append(flag ? "true" : "false") }
  }

  public mutating func field(_ name: JSONKey, _ time: Timestamp?) {
    key(name)
    guard let time else { return null() }
    text { $0.appendRFC3339(time) }
  }

  /// A duration, in seconds.
  public mutating func field(_ name: JSONKey, _ interval: Interval?) {
    key(name)
    guard let interval else { return null() }
    scalar { $0.appendSeconds(interval) }
  }

  public mutating func field(_ name: JSONKey, _ socket: SocketAddress) {
    key(name)
    beginObject()
    address(of: socket)
    endObject()
  }

  public mutating func field(_ name: JSONKey, _ numbers: [Int]) {
    key(name)
    beginArray()
    for number in numbers { value(number) }
    endArray()
  }

  /// `address` and `port` into the object that is open.
  public mutating func address(of socket: SocketAddress) {
    key(.address)
    // No character of an address needs an escape.
    text { $0.append(socket.address) }
    field(.port, Int(socket.port))
  }

  @inline(__always)
  private mutating func scalar(_ write: (inout OutputBuffer) -> Void) {
    comma()
    write(&output)
    needsComma = true
  }

  private mutating func open(_ bracket: UInt8) {
    comma()
    output.append(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: UInt8) {
    output.append(bracket)
    needsComma = true
  }

  private mutating func comma() {
    if needsComma { output.append(UInt8(ascii: ",")) }
  }
}

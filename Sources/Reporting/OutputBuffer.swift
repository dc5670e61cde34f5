/// Text on its way out, as UTF-8 bytes: half a million rows cost no String each.
public struct OutputBuffer: Sendable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  public var count: Int { bytes.count }

  public var text: String { String(decoding: bytes, as: UTF8.self) }

  public mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  public mutating func append(_ byte: UInt8) { bytes.append(byte) }

  public mutating func append(contentsOf other: [UInt8]) { bytes.append(contentsOf: other) }

  public mutating func appendLine(_ text: String = "") {
    append(text)
    append(UInt8(ascii: "\n"))
  }

  public mutating func append(repeating byte: UInt8, count: Int) {
    if count > 0 { bytes.append(contentsOf: repeatElement(byte, count: count)) }
  }

  /// The decimal digits of `value`, with zeros in front up to `width`; the sign comes extra.
  public mutating func appendDecimal(_ value: Int64, width: Int = 1) {
    if value < 0 { append(UInt8(ascii: "-")) }
    appendDecimal(value.magnitude, width: width)
  }

  public mutating func appendDecimal(_ value: UInt64, width: Int = 1) {
    // 20 digits hold any value.
    var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
    var rest = value
    var count = 0
    repeat {
      digits[count] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      count += 1
    } while rest > 0
    append(repeating: UInt8(ascii: "0"), count: width - count)
    while count > 0 {
      count -= 1
      bytes.append(digits[count])
    }
  }

  /// Receives finished text in large pieces.
  public typealias Drain = (_ bytes: [UInt8]) throws -> Void

  private static let pieceBytes = 1 << 16

  /// Hands over what is written, keeping the memory for what follows, once it is a large piece.
  mutating func drainIfFull(_ drain: Drain) throws {
    if count >= Self.pieceBytes { try self.drain(drain) }
  }

  /// Hands over what is written.
  mutating func drain(_ drain: Drain) throws {
    try drain(bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}

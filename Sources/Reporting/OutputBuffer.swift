import Dissection

/// Text on its way out, as UTF-8 bytes: half a million rows cost no String each.
///
/// Bytes are written eight at a time where that is possible, into memory that is there already:
/// `room(for:)` is asked once for each piece of text.
public struct OutputBuffer: Sendable {
  private var storage: [UInt8] = []
  /// Bytes written.
  public private(set) var count = 0
  private var date = DateText()

  public init() {}

  public var bytes: [UInt8] { Array(storage[..<count]) }

  public var text: String { String(decoding: storage[..<count], as: UTF8.self) }

  public mutating func append(_ byte: UInt8) {
    room(for: 1)
    storage[count] = byte
    count += 1
  }

  public mutating func append(_ text: String) {
    let utf8 = text.utf8.span
    append(contentsOf: utf8)
  }

  public mutating func append(contentsOf other: Span<UInt8>) {
    room(for: other.count)
    let start = count
    count += other.count
    var target = storage.mutableSpan
    for index in other.indices { target[start &+ index] = other[index] }
  }

  public mutating func append(_ other: OutputBuffer) {
    append(contentsOf: other.storage.span.extracting(first: other.count))
  }

  public mutating func appendLine(_ text: String = "") {
    append(text)
    append(UInt8(ascii: "\n"))
  }

  public mutating func append(repeating byte: UInt8, count: Int) {
    for _ in 0..<max(count, 0) { append(byte) }
  }

  /// What was written from `start` on.
  func text(from start: Int) -> String { String(decoding: storage[start..<count], as: UTF8.self) }

  func withBytes<Result>(from start: Int = 0, _ body: (Span<UInt8>) -> Result) -> Result {
    body(storage.span.extracting(start..<count))
  }

  /// Takes back what was written from `start` on.
  mutating func removeAll(from start: Int = 0) { count = start }

  /// Receives finished text in large pieces.
  public typealias Drain = (_ bytes: ArraySlice<UInt8>) throws -> Void

  private static let pieceBytes = 1 << 16

  /// Hands over what is written, keeping the memory for what follows, once it is a large piece.
  mutating func drainIfFull(_ drain: Drain) throws {
    if count >= Self.pieceBytes { try self.drain(drain) }
  }

  /// Hands over what is written.
  mutating func drain(_ drain: Drain) throws {
    try drain(storage[..<count])
    count = 0
  }

  // MARK: Words

  /// Makes sure that `more` bytes can be written.
  @inline(__always)
  private mutating func room(for more: Int) {
    if storage.count &- count < more { grow(by: more) }
  }

  @inline(never)
  private mutating func grow(by more: Int) {
    let size = max(64, storage.count * 2, count + more)
    storage.append(contentsOf: repeatElement(0, count: size - storage.count))
  }

  /// - Parameter prefix: a byte to be written first; nil: none.
  @inline(__always)
  mutating func append(_ label: Label, after prefix: UInt8? = nil) {
    room(for: 1 + Label.capacity)
    let start = prefix == nil ? count : count &+ 1
    count = start &+ label.count
    var target = storage.mutableSpan
    if let prefix { target[start &- 1] = prefix }
    target.store(label.words[0], at: start)
    if label.count > 8 { target.store(label.words[1], at: start &+ 8) }
    if label.count > 16 {
      target.store(label.words[2], at: start &+ 16)
      target.store(label.words[3], at: start &+ 24)
    }
  }

  /// Writes the lowest bytes of a word, the lowest first.
  @inline(__always)
  mutating func append(word: UInt64, count bytes: Int) {
    room(for: 8)
    let start = count
    count = start &+ bytes
    var target = storage.mutableSpan
    target.store(word, at: start)
  }

  /// The date of `time` in UTC as it stands in front of a time of day: `2026-07-12T`.
  ///
  /// - Returns: the seconds since midnight.
  mutating func appendDate(of time: Timestamp, seconds: Int64) -> Int {
    let secondOfDay = date.turn(to: time, seconds: seconds)
    append(date.label)
    return secondOfDay
  }
}

/// A short text of ours that is written often, in words.
struct Label: Sendable {
  static let capacity = 32

  /// The first byte is the lowest of the first word.
  private(set) var words = InlineArray<4, UInt64>(repeating: 0)
  let count: Int

  /// - Parameter text: of at most 32 bytes.
  init(_ text: String) {
    self.init(text.utf8.span)
  }

  init(_ text: Span<UInt8>) {
    precondition(text.count <= Label.capacity)
    count = text.count
    for index in text.indices {
      words[index / 8] |= UInt64(text[index]) << UInt64(index % 8 * 8)
    }
  }
}

extension MutableSpan<UInt8> {
  /// Stores eight bytes, the lowest first: one instruction, since the compiler sees one word in them
  /// and one check in the extraction.
  @inline(__always)
  fileprivate mutating func store(_ word: UInt64, at offset: Int) {
    var place = _mutatingExtracting(offset..<(offset &+ 8))
    place[0] = UInt8(truncatingIfNeeded: word)
    place[1] = UInt8(truncatingIfNeeded: word >> 8)
    place[2] = UInt8(truncatingIfNeeded: word >> 16)
    place[3] = UInt8(truncatingIfNeeded: word >> 24)
    place[4] = UInt8(truncatingIfNeeded: word >> 32)
    place[5] = UInt8(truncatingIfNeeded: word >> 40)
    place[6] = UInt8(truncatingIfNeeded: word >> 48)
    place[7] = UInt8(truncatingIfNeeded: word >> 56)
  }
}

/// What a writer gathers before it writes: numbers in little-endian order, and octets.
///
/// Filled in place: appending octet by octet asks for each whether the array is shared, which
/// costs more than all else.
struct OutputBlock {
  /// Those that count, and room for more.
  private(set) var octets: [UInt8]
  /// Octets gathered.
  private(set) var count = 0

  init(capacity: Int) { octets = Array(repeating: 0, count: capacity) }

  func hasRoom(for more: Int) -> Bool { more <= octets.count - count }

  mutating func removeAll() { count = 0 }

  /// Numbers; the caller has asked for room.
  @inline(__always)
  mutating func append<let length: Int>(_ values: InlineArray<length, UInt32>) {
    let end = count
    var out = octets.mutableSpan
    for index in values.indices {
      let value = values[index]
      let start = end + 4 * index
      out[start] = UInt8(truncatingIfNeeded: value)
      out[start + 1] = UInt8(truncatingIfNeeded: value >> 8)
      out[start + 2] = UInt8(truncatingIfNeeded: value >> 16)
      out[start + 3] = UInt8(truncatingIfNeeded: value >> 24)
    }
    count += 4 * length
  }

  /// Grows for what is longer than the block.
  mutating func makeRoom(for more: Int) {
    guard !hasRoom(for: more) else { return }
    octets.append(contentsOf: repeatElement(0, count: count + more - octets.count))
  }

  /// Octets, for which room is made.
  mutating func append(_ more: Span<UInt8>) {
    makeRoom(for: more.count)
    let end = count
    var out = octets.mutableSpan
    for index in more.indices { out[end + index] = more[index] }
    count += more.count
  }
}

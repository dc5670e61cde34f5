/// Values in places that are used again, in chunks, so that none is ever moved.
struct Slab<Value> {
  private static var chunkBits: UInt32 { 10 }
  private static var chunkSize: Int { 1 << 10 }

  private var chunks: [[Value]] = []
  private var free: [UInt32] = []
  /// Every slot below was in use once.
  private(set) var bound: UInt32 = 0

  var count: Int { Int(bound) - free.count }

  /// The value in a slot that `insert` returned and `release` has not taken back.
  subscript(slot: UInt32) -> Value {
    _read { yield chunks[Int(slot >> Self.chunkBits)][Int(slot) & (Self.chunkSize - 1)] }
    _modify { yield &chunks[Int(slot >> Self.chunkBits)][Int(slot) & (Self.chunkSize - 1)] }
  }

  mutating func insert(_ value: Value) -> UInt32 {
    if let slot = free.popLast() {
      self[slot] = value
      return slot
    }
    let slot = bound
    bound += 1
    let chunk = Int(slot >> Self.chunkBits)
    if chunk == chunks.count {
      chunks.append([])
      chunks[chunk].reserveCapacity(Self.chunkSize)
    }
    chunks[chunk].append(value)
    return slot
  }

  mutating func release(_ slot: UInt32) { free.append(slot) }
}

/// Values in places that are used again, in chunks, so that none is ever moved and nothing is copied
/// while their number grows.
@safe
struct Slab<Value>: ~Copyable {
  private static var chunkBits: UInt32 { 10 }
  private static var chunkSize: UInt32 { 1 << 10 }

  /// What a value takes.
  static var octets: Int { MemoryLayout<Value>.stride }

  /// Each holds `chunkSize` values, the last one those below `bound`.
  private var chunks: [UnsafeMutablePointer<Value>] = unsafe []
  private var free: [UInt32] = []
  /// Every slot below was in use once.
  private(set) var bound: UInt32 = 0

  deinit {
    for index in unsafe chunks.indices {
      let used = min(Self.chunkSize, bound - UInt32(index) * Self.chunkSize)
      unsafe chunks[index].deinitialize(count: Int(used))
      unsafe chunks[index].deallocate()
    }
  }

  var count: Int { Int(bound) - free.count }

  /// The value in a slot that `insert` returned and `release` has not taken back.
  subscript(slot: UInt32) -> Value {
    // Right since every slot below `bound` lies in a chunk and was initialized.
    @inline(__always) _read {
      precondition(slot < bound)
      yield unsafe chunks[Int(slot >> Self.chunkBits)][Int(slot & (Self.chunkSize - 1))]
    }
    @inline(__always) _modify {
      precondition(slot < bound)
      yield unsafe &chunks[Int(slot >> Self.chunkBits)][Int(slot & (Self.chunkSize - 1))]
    }
  }

  mutating func insert(_ value: Value) -> UInt32 {
    if let slot = free.popLast() {
      self[slot] = value
      return slot
    }
    let slot = bound
    if slot & (Self.chunkSize - 1) == 0 {
      unsafe chunks.append(.allocate(capacity: Int(Self.chunkSize)))
    }
    unsafe (chunks[Int(slot >> Self.chunkBits)] + Int(slot & (Self.chunkSize - 1)))
      .initialize(to: value)
    bound += 1
    return slot
  }

  mutating func release(_ slot: UInt32) { free.append(slot) }
}

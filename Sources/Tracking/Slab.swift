import CMemory

/// Values in places that are used again, in chunks, so that none is ever moved and nothing is copied
/// while their number grows.
@safe
struct Slab<Value>: ~Copyable {
  /// A chunk is a large page of the processor. Only whole ones are asked for as such: in a small
  /// capture, what the first holds is less than one.
  private static var chunkOctets: Int { 2 << 20 }
  private static var chunkSize: UInt32 { UInt32(chunkOctets / MemoryLayout<Value>.stride) }

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
      unsafe finwait_free_block(chunks[index])
    }
  }

  var count: Int { Int(bound) - free.count }

  /// The value in a slot that `insert` returned and `release` has not taken back.
  subscript(slot: UInt32) -> Value {
    // Right since every slot below `bound` lies in a chunk and was initialized.
    @inline(__always) _read {
      precondition(slot < bound)
      yield unsafe chunks[Int(slot / Self.chunkSize)][Int(slot % Self.chunkSize)]
    }
    @inline(__always) _modify {
      precondition(slot < bound)
      yield unsafe &chunks[Int(slot / Self.chunkSize)][Int(slot % Self.chunkSize)]
    }
  }

  /// Has the value in a slot fetched into the processor's cache, its first four lines if it is
  /// large.
  @inline(__always)
  func prefetch(_ slot: UInt32) {
    precondition(slot < bound)
    // Its lines, by their first octets: nothing is read.
    let value = unsafe UnsafeRawPointer(
      chunks[Int(slot / Self.chunkSize)] + Int(slot % Self.chunkSize))
    for line in 0..<min(4, (MemoryLayout<Value>.size + 63) / 64) {
      unsafe finwait_prefetch(value + line * 64)
    }
  }

  mutating func insert(_ value: Value) -> UInt32 {
    if let slot = free.popLast() {
      self[slot] = value
      return slot
    }
    let slot = bound
    if slot % Self.chunkSize == 0 { unsafe chunks.append(Self.makeChunk(isFirst: slot == 0)) }
    unsafe (chunks[Int(slot / Self.chunkSize)] + Int(slot % Self.chunkSize))
      .initialize(to: value)
    bound += 1
    return slot
  }

  mutating func release(_ slot: UInt32) { free.append(slot) }

  private static func makeChunk(isFirst: Bool) -> UnsafeMutablePointer<Value> {
    guard let block = unsafe finwait_allocate_block(chunkOctets, isFirst ? 0 : 1) else {
      preconditionFailure("no memory for more connections")
    }
    // Room for `chunkSize` values, on a boundary that suits any type.
    return unsafe block.bindMemory(to: Value.self, capacity: Int(chunkSize))
  }
}

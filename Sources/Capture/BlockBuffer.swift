#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The part of one input that is in memory: a large block, read at once, behind the rest of the
/// record that the block before it cut.
///
/// It grows only when it is full and a record still goes on, so memory follows what the input
/// holds and never what a length field claims.
@safe final class BlockBuffer {
  /// Bytes in memory.
  private(set) var count = 0
  /// Bytes of the stream that lie before the first byte in memory.
  private(set) var streamOffset: UInt64 = 0

  private var memory: UnsafeMutableRawPointer
  /// Bytes that have room.
  private(set) var capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
    guard let block = unsafe malloc(capacity) else {
      preconditionFailure("no memory for a block of \(capacity) bytes")
    }
    unsafe memory = block
  }

  deinit {
    // The only owner: no span outlives the closure that it was given to.
    unsafe free(memory)
  }

  /// Drops the bytes before `start`, then reads behind what is left.
  ///
  /// - Returns: the number of bytes that came; 0 at the end of the input or after a failure.
  func refill(keepingFrom start: Int, from source: ByteSource) -> Int {
    let kept = count - start
    precondition(start >= 0 && kept >= 0)
    if start > 0 {
      // Both ranges lie within `capacity`; memmove may overlap.
      unsafe memmove(memory, memory + start, kept)
      streamOffset += UInt64(start)
      count = kept
    }
    if count == capacity { grow() }
    // From the first free byte to the end of the allocation.
    let free = unsafe UnsafeMutableRawBufferPointer(
      start: memory + count, count: capacity - count)
    let added = unsafe source.read(into: free)
    count += added
    return added
  }

  func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
    // `count` bytes are initialized, and nothing refills the block while `body` runs.
    let bytes = unsafe UnsafeBufferPointer(
      start: memory.assumingMemoryBound(to: UInt8.self), count: count)
    return try body(unsafe bytes.span)
  }

  private func grow() {
    // realloc moves pages of a large block instead of copying them: while the block grows, the
    // process does not hold it twice. On failure the old block would stay; we stop instead.
    guard let larger = unsafe realloc(memory, capacity * 2) else {
      preconditionFailure("no memory for a block of \(capacity * 2) bytes")
    }
    unsafe memory = larger
    capacity *= 2
  }
}

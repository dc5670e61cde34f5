import CZlib
import CZstd

/// What one call of a decompressor did.
struct DecompressionStep {
  var consumed = 0
  var produced = 0
  /// Why it cannot go on.
  var failure: String?
}

/// gzip (RFC 1952), several members in a row read as one stream.
@safe final class GzipDecoder {
  /// Nothing is owed: the input may end here.
  private(set) var isBetweenMembers = true

  // inflate() keeps the address of its stream and compares it on every call.
  private let stream: UnsafeMutablePointer<z_stream>
  private let isReady: Bool

  init() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // 15 bits of window, the most there is; 16 more asks for the gzip wrapper alone.
    unsafe isReady = finwait_inflate_init(stream, 15 + 16) == Z_OK
  }

  deinit {
    // inflateEnd tolerates a stream whose initialization failed.
    unsafe inflateEnd(stream)
    unsafe stream.deinitialize(count: 1)
    unsafe stream.deallocate()
  }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> DecompressionStep {
    guard isReady else { return DecompressionStep(failure: "zlib could not be set up") }
    if isBetweenMembers {
      guard let first = unsafe input.first else { return DecompressionStep() }
      // Tapes and some tools pad with zeros behind the last member; gzip(1) takes it.
      if first == 0 {
        let zeros = unsafe input.prefix { $0 == 0 }.count
        return DecompressionStep(consumed: zeros)
      }
      guard first == 0x1f else {
        return DecompressionStep(failure: "what follows the gzip member is not gzip")
      }
      unsafe inflateReset(stream)
      isBetweenMembers = false
    }
    return unsafe inflateMember(input, into: output)
  }

  private func inflateMember(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> DecompressionStep {
    // zlib does not write to its input, but its interface lacks the const; both buffers live
    // through the call and the counts are theirs.
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
    unsafe stream.pointee.avail_in = UInt32(clamping: input.count)
    unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe stream.pointee.avail_out = UInt32(clamping: output.count)
    let offered = unsafe (stream.pointee.avail_in, stream.pointee.avail_out)
    let code = unsafe inflate(stream, Z_NO_FLUSH)
    var step = DecompressionStep()
    step.consumed = unsafe Int(offered.0 - stream.pointee.avail_in)
    step.produced = unsafe Int(offered.1 - stream.pointee.avail_out)
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isBetweenMembers = true
    default:
      // zlib's message is a constant C string or null.
      let words = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
      step.failure = "gzip data is damaged: " + (words ?? "zlib error \(code)")
    }
    return step
  }
}

/// Zstandard (RFC 8878), several frames in a row read as one stream.
@safe final class ZstdDecoder {
  /// Nothing is owed: the input may end here.
  private(set) var isBetweenFrames = true

  private let context: OpaquePointer?

  init() { unsafe context = ZSTD_createDCtx() }

  deinit {
    // Frees null without harm.
    unsafe _ = ZSTD_freeDCtx(context)
  }

  func decode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> DecompressionStep {
    guard let context = unsafe context else {
      return DecompressionStep(failure: "zstd could not be set up")
    }
    if isBetweenFrames, unsafe input.isEmpty { return DecompressionStep() }
    // Both buffers live through the call and the counts are theirs.
    var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let hint = unsafe ZSTD_decompressStream(context, &target, &source)
    var step = unsafe DecompressionStep(consumed: source.pos, produced: target.pos)
    if ZSTD_isError(hint) != 0 {
      // A constant C string for every code.
      step.failure = unsafe "zstd data is damaged: " + String(cString: ZSTD_getErrorName(hint))
    } else {
      isBetweenFrames = hint == 0
    }
    return step
  }
}

/// The bytes of one input, decompressed if its first bytes are those of gzip or zstd.
@safe final class ByteSource {
  let file: InputFile
  /// Why the stream ended before its end; it has given all that came before.
  private(set) var failure: String?

  private enum Encoding {
    case unknown, plain
    case gzip(GzipDecoder)
    case zstd(ZstdDecoder)
  }

  private var encoding = Encoding.unknown
  // Only what was read to look at the first bytes, then compressed input.
  private let staging: UnsafeMutableRawBufferPointer
  private var staged = 0..<0
  private var inputEnded = false

  init(file: InputFile, stagingCapacity: Int = 128 << 10) {
    self.file = file
    unsafe staging = .allocate(byteCount: stagingCapacity, alignment: 1)
  }

  deinit {
    // The only owner; decoders keep no pointer into it between calls.
    unsafe staging.deallocate()
  }

  /// Fills `target` from its start with what is there.
  ///
  /// - Returns: 0 at the end of the stream; `failure` says whether it came too early.
  func read(into target: UnsafeMutableRawBufferPointer) -> Int {
    if failure != nil { return 0 }
    if case .unknown = encoding { identify() }
    switch encoding {
    case .unknown, .plain: return unsafe readPlain(into: target)
    case .gzip(let decoder):
      return unsafe readCompressed(into: target) { input, output in
        let step = unsafe decoder.decode(input, into: output)
        return (step, decoder.isBetweenMembers)
      }
    case .zstd(let decoder):
      return unsafe readCompressed(into: target) { input, output in
        let step = unsafe decoder.decode(input, into: output)
        return (step, decoder.isBetweenFrames)
      }
    }
  }

  private func identify() {
    while staged.count < 4 && !inputEnded { stageMore() }
    var magic: UInt32 = 0
    for index in 0..<min(4, staged.count) {
      magic |= unsafe UInt32(staging[index]) << UInt32(8 * index)
    }
    if magic & 0xffff == 0x8b1f, staged.count >= 2 {
      encoding = .gzip(GzipDecoder())
    } else if magic == 0xfd2f_b528 || magic & 0xffff_fff0 == 0x184d_2a50 {
      // A frame, or a skippable frame before it (as pzstd writes).
      encoding = .zstd(ZstdDecoder())
    } else {
      encoding = .plain
    }
  }

  /// Reads behind what is staged; a failure of the system ends the input.
  private func stageMore() {
    // Within the allocation: `staged` never reaches beyond its end.
    let free = unsafe UnsafeMutableRawBufferPointer(rebasing: staging[staged.upperBound...])
    let count = unsafe readFile(into: free)
    staged = staged.lowerBound..<(staged.upperBound + count)
  }

  private func readFile(into target: UnsafeMutableRawBufferPointer) -> Int {
    do {
      let count = unsafe try file.read(into: target)
      if count == 0, unsafe !target.isEmpty { inputEnded = true }
      return count
    } catch {
      failure = "cannot read on: \(error.reason)"
      inputEnded = true
      return 0
    }
  }

  private func readPlain(into target: UnsafeMutableRawBufferPointer) -> Int {
    guard !staged.isEmpty else { return inputEnded ? 0 : unsafe readFile(into: target) }
    let count = min(staged.count, target.count)
    // Two allocations of at least `count` bytes each.
    unsafe target.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: staging[staged.prefix(count)]))
    staged = (staged.lowerBound + count)..<staged.upperBound
    return count
  }

  private func readCompressed(
    into target: UnsafeMutableRawBufferPointer,
    decode: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> (DecompressionStep, Bool)
  ) -> Int {
    while true {
      if staged.isEmpty && !inputEnded {
        staged = 0..<0
        stageMore()
        if failure != nil { return 0 }
      }
      let (step, isComplete) = unsafe decode(
        UnsafeRawBufferPointer(rebasing: staging[staged]), target)
      staged = (staged.lowerBound + step.consumed)..<staged.upperBound
      if let words = step.failure { failure = words }
      if step.produced > 0 || step.failure != nil { return step.produced }
      if staged.isEmpty && inputEnded {
        if !isComplete { failure = "the compressed data is cut: it ends before its end" }
        return 0
      }
      if step.consumed == 0 && !staged.isEmpty {
        failure = "the compressed data cannot be read on"
        return 0
      }
    }
  }
}

import Dissection

/// Why a capture could not be opened at all.
public enum CaptureError: Error, Equatable, Sendable {
  /// The input is missing, a directory, or may not be read: a sentence that names it.
  case unreadable(String)
  /// libpcap does not accept the filter expression: its own words.
  case badFilter(String)
}

/// One or more savefiles read as one capture: always the earliest head of the files, ties in
/// command-line order, nothing sorted within a file.
public final class CaptureReader {
  private let inputs: [CaptureInput]
  private let filter: PcapFilter?
  /// The last frame number given.
  private var counter = 0
  /// The input whose batch was delivered last; nil before the first batch.
  private var current: Int?
  /// Frames picked from a batch: a part of it, or those that the filter lets through.
  private var run: [FrameRecord] = []

  /// - Parameters:
  ///   - paths: savefiles, plain or compressed with gzip or zstd; `-` is standard input.
  ///   - filter: pcap-filter(7) syntax; frames it rejects keep their numbers but are not delivered.
  public init(paths: [String], filter: String? = nil) throws(CaptureError) {
    if let filter {
      self.filter = try PcapFilter(filter)
    } else {
      self.filter = nil
    }
    InputFile.allow(open: paths.count)
    let interfaces = InterfaceNumbers()
    var inputs: [CaptureInput] = []
    for path in paths {
      inputs.append(
        try CaptureInput(path: path, sharing: paths.count, interfaces: interfaces))
    }
    self.inputs = inputs
  }

  /// Delivers the next frames to `body`: consecutive frames of one file (an index into `files`),
  /// in a block that is read once and never copied.
  ///
  /// - Returns: false when all inputs are at their end.
  public func readBatch(
    _ body: (_ file: Int, _ records: [FrameRecord], _ bytes: Span<UInt8>) throws -> Void
  ) rethrows -> Bool {
    while let (file, range) = nextRun() {
      let input = inputs[file]
      input.number(range, from: &counter)
      input.cursor = range.upperBound
      let isWholeBatch = filter == nil && range == input.records.indices
      if isWholeBatch {
        input.account(input.records)
      } else {
        pick(range, of: input)
        input.account(run)
        if run.isEmpty { continue }
      }
      try input.buffer.withBytes { bytes in
        try body(file, isWholeBatch ? input.records : run, bytes)
      }
      return true
    }
    return false
  }

  /// One row a file, in command-line order; complete at the end.
  public var files: [FileSummary] { inputs.map(\.summary) }

  /// For a progress bar: bytes consumed of the inputs as they lie on disk.
  public var bytesRead: UInt64 { inputs.reduce(0) { $0 + $1.file.position } }

  /// What `bytesRead` will come to; nil when some input's size is not known.
  public var bytesTotal: UInt64? {
    var total: UInt64 = 0
    for input in inputs {
      guard let size = input.file.size else { return nil }
      total += size
    }
    return total
  }

  /// The input with the earliest head, and those of its records that come before every other
  /// head; nil when all inputs are at their end.
  private func nextRun() -> (file: Int, range: Range<Int>)? {
    refill()
    guard let file = earliest(except: nil) else { return nil }
    current = file
    let input = inputs[file]
    let start = input.cursor
    guard let other = earliest(except: file), let bound = inputs[other].head else {
      return (file, start..<input.records.count)
    }
    var end = start + 1
    while end < input.records.count {
      let time = input.records[end].time
      guard time < bound || (time == bound && file < other) else { break }
      end += 1
    }
    return (file, start..<end)
  }

  /// Finds the heads that are not known: of all inputs at first, then of the last one read.
  private func refill() {
    if let current {
      if inputs[current].head == nil { inputs[current].fill() }
    } else {
      for input in inputs { input.fill() }
    }
  }

  private func earliest(except excluded: Int?) -> Int? {
    var best: (file: Int, time: Timestamp)?
    for file in inputs.indices where file != excluded {
      guard let time = inputs[file].head else { continue }
      if let best, best.time <= time { continue }
      best = (file, time)
    }
    return best?.file
  }

  private func pick(_ range: Range<Int>, of input: CaptureInput) {
    run.removeAll(keepingCapacity: true)
    guard let filter else {
      run.append(contentsOf: input.records[range])
      return
    }
    input.buffer.withBytes { bytes in
      for index in range {
        let record = input.records[index]
        if filter.matches(record, in: bytes) { run.append(record) }
      }
    }
    for refusal in filter.takeRefusals() {
      input.note(
        damage: "frames of link type \(refusal.linkType.value) are left out: the filter cannot "
          + "be compiled for it (\(refusal.message))")
    }
  }
}

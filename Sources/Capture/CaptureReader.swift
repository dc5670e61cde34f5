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
  private var order = MergeOrder(heads: [])
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
    guard paths.count(where: { $0 == "-" }) <= 1 else {
      throw .unreadable("cannot read standard input twice")
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
    while true {
      refill()
      guard let turn = order.next() else { return false }
      current = turn.file
      let input = inputs[turn.file]
      let whole = filter == nil ? input.takeWholeBatch(within: turn.bound, from: &counter) : nil
      if whole == nil { pick(from: input, within: turn.bound) }
      let records = whole ?? run
      input.account(records)
      if records.isEmpty { continue }
      try input.buffer.withBytes { try body(turn.file, records, $0) }
      return true
    }
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

  /// Finds the heads that are not known: of all inputs at first, then of the last one read.
  private func refill() {
    guard let current else {
      for input in inputs { input.fill() }
      order.heads = inputs.map(\.head)
      return
    }
    if inputs[current].head == nil { inputs[current].fill() }
    order.heads[current] = inputs[current].head
  }

  /// Puts into `run` the next frames of an input that the filter lets through.
  private func pick(from input: CaptureInput, within bound: MergeOrder.Bound?) {
    run.removeAll(keepingCapacity: true)
    input.take(into: &run, within: bound, from: &counter)
    guard let filter else { return }
    input.buffer.withBytes { bytes in
      run.removeAll { !filter.matches($0, in: bytes) }
    }
    for refusal in filter.takeRefusals() {
      input.note(
        damage: "frames of link type \(refusal.linkType.value) are left out: the filter cannot "
          + "be compiled for it (\(refusal.message))")
    }
  }
}

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
  private var merge: Merge
  /// Inputs whose next batch is to be found before another frame can be delivered.
  private var exhausted: [Int]
  /// The frames of a run that the filter lets through.
  private var kept: [FrameRecord] = []

  /// - Parameters:
  ///   - paths: savefiles, plain or compressed with gzip or zstd; `-` is standard input.
  ///   - filter: pcap-filter(7) syntax; frames it rejects keep their numbers but are not
  ///     delivered.
  /// - Throws: `unreadable` or `badFilter`; what is wrong inside a file is no error but damage.
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
    merge = Merge(count: inputs.count)
    exhausted = inputs.indices.reversed()
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
      guard let (file, run, isDone) = merge.next() else { return false }
      if isDone { exhausted.append(file) }
      let records = filter.map { keep(run, of: inputs[file], $0) } ?? run
      if records.isEmpty { continue }
      merge.count(records, of: file)
      try inputs[file].buffer.withBytes { try body(file, records, $0) }
      return true
    }
  }

  /// One row a file, in command-line order; complete at the end.
  public var files: [FileSummary] {
    zip(inputs, merge.lanes).map { input, lane in input.summary(lane) }
  }

  /// The end of the capture, where extracts record it: it may lie after the last frame. Complete at
  /// the end.
  public var recordedEnd: Timestamp? { inputs.compactMap(\.recordedEnd).max() }

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
    while let file = exhausted.popLast() {
      inputs[file].fill(&merge.lanes[file])
      merge.refilled(file)
    }
  }

  private func keep(
    _ run: [FrameRecord], of input: CaptureInput, _ filter: PcapFilter
  ) -> [FrameRecord] {
    kept.removeAll(keepingCapacity: true)
    input.buffer.withBytes { filter.select(from: run, in: $0, into: &kept) }
    for refusal in filter.takeRefusals() {
      input.note(
        damage: "frames of link type \(refusal.linkType.value) are left out: the filter cannot "
          + "be compiled for it (\(refusal.message))")
    }
    return kept
  }
}

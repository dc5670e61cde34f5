import Dissection

/// One input file on its way: read in blocks, its records found, a batch at a time.
final class CaptureInput {
  let file: InputFile
  let buffer: BlockBuffer

  /// As wiretap names it; nil while it is not known.
  private var format: String?
  private let source: ByteSource
  private let batchLimit: Int
  private let interfaces: InterfaceNumbers
  private var savefile: SavefileReader?
  private var pcapng: PcapngReader?
  private var notes: InputNotes
  private var position = 0
  private var isIdentified = false
  private var isAtEnd = false

  /// Octets of the block of an input alone: smaller ones cost more calls, and larger ones leave the
  /// caches before they are dissected.
  static let blockCapacity = 1 << 20

  /// - Parameter sharing: how many inputs share the memory that there is for blocks.
  init(path: String, sharing: Int, interfaces: InterfaceNumbers) throws(CaptureError) {
    file = try InputFile(path: path)
    // No less than 64 KiB for a thousand files.
    buffer = BlockBuffer(
      capacity: max(64 << 10, min(Self.blockCapacity, (64 << 20) / sharing)))
    let stagingCapacity = max(16 << 10, min(128 << 10, (8 << 20) / sharing))
    source = ByteSource(file: file, stagingCapacity: stagingCapacity)
    batchLimit = max(256, min(1024, (1 << 17) / sharing))
    self.interfaces = interfaces
    notes = InputNotes(file: path)
  }

  /// What the input turned out to hold, as far as it was delivered out of `lane`.
  func summary(_ lane: Lane) -> FileSummary {
    var summary = FileSummary(
      file: file.path, format: format, linkTypes: notes.linkTypes, packets: lane.tally.packets,
      firstTime: lane.tally.firstTime, lastTime: lane.tally.lastTime,
      truncated: lane.tally.truncated, damage: notes.damage)
    var numbers = lane.numbers[...]
    for var comment in notes.comments {
      if comment.frame != nil {
        guard let number = numbers.popFirst() else { break }
        comment.frame = number
      }
      summary.comments.append(comment)
    }
    return summary
  }

  /// The end of the capture, where the file records it, as far as it was read.
  var recordedEnd: Timestamp? { notes.end }

  /// Finds the next batch of records; none are found at the end of the input alone.
  func fill(_ lane: inout Lane) {
    lane.records.removeAll(keepingCapacity: true)
    let commentsBefore = notes.comments.count
    findRecords(&lane.records)
    for comment in notes.comments[commentsBefore...] {
      if let frame = comment.frame { lane.commentedFrames.append(frame) }
    }
  }

  private func findRecords(_ records: inout [FrameRecord]) {
    if !isIdentified {
      records.reserveCapacity(batchLimit)
      identify()
    }
    while !isAtEnd {
      switch scan(&records) {
      case .batchFull: return
      case .damaged(let message):
        finish(damage: message)
      case .needs(let length):
        // Records point into the block: it stays until they are delivered.
        if !records.isEmpty { return }
        let added = buffer.refill(keepingFrom: position, from: source)
        position = 0
        if added == 0 { endOfStream(needed: length) }
      }
    }
  }

  private func scan(_ records: inout [FrameRecord]) -> ScanStop {
    buffer.withBytes { bytes in
      var stop = ScanStop.damaged("not a capture")
      records.append(addingCapacity: batchLimit) { output in
        if savefile != nil {
          stop = savefile?.scan(bytes, from: &position, into: &output) ?? stop
        } else {
          let origin = buffer.streamOffset
          stop =
            pcapng?.scan(
              bytes, from: &position, origin: origin, into: &output, notes: &notes) ?? stop
        }
      }
      return stop
    }
  }

  /// Reads the start of the file and picks its reader.
  private func identify() {
    isIdentified = true
    while buffer.count < SavefileReader.headerLength {
      if buffer.refill(keepingFrom: 0, from: source) == 0 { break }
    }
    guard buffer.count > 0 else {
      return finish(damage: source.failure ?? "the file is empty: expected a capture")
    }
    let message: String? = buffer.withBytes { bytes in
      if PcapngReader.recognizes(bytes) {
        guard PcapngReader.hasByteOrder(bytes) else {
          return "not a capture: it starts as pcapng does, but the byte-order magic 0x1a2b3c4d "
            + "is missing at byte 8"
        }
        pcapng = PcapngReader(interfaces: interfaces)
        format = "pcapng"
        return nil
      }
      do throws(SavefileReader.HeaderError) {
        savefile = try SavefileReader(header: bytes, interfaces: interfaces)
      } catch {
        return source.failure ?? error.message
      }
      guard let savefile else { return source.failure ?? ForeignFormat.describe(bytes) }
      format = savefile.format
      notes.note(savefile.linkType)
      position = SavefileReader.headerLength
      return nil
    }
    if let message { finish(damage: message) }
  }

  private func endOfStream(needed: Int) {
    let available = buffer.count
    if let failure = source.failure {
      position = available
      finish(damage: failure)
    } else if available > 0 {
      let message =
        savefile?.cut(available: available, needed: needed)
        ?? pcapng?.cut(available: available, needed: needed)
      finish(damage: message ?? "the file is cut")
    } else {
      finish(damage: nil)
    }
  }

  private func finish(damage message: String?) {
    if let message {
      notes.note(damageAt: buffer.streamOffset + UInt64(position), message)
    }
    isAtEnd = true
    file.end()
  }

  /// Something wrong that is not in the bytes themselves.
  func note(damage message: String) { notes.note(damageAt: 0, message) }
}

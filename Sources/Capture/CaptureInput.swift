import Dissection

/// One input file on its way: read in blocks, its records found, a batch at a time.
final class CaptureInput {
  /// The frames of the current batch, in file order; `frame` counts within the file.
  private(set) var records: [FrameRecord] = []
  /// Index of the first record not yet delivered.
  private(set) var cursor = 0
  /// The last frame delivered, counted within the file.
  private var lastFrame = 0
  let file: InputFile
  let buffer: BlockBuffer

  private(set) var summary: FileSummary
  private let source: ByteSource
  private let batchLimit: Int
  private let interfaces: InterfaceNumbers
  private var savefile: SavefileReader?
  private var pcapng: PcapngReader?
  private var notes: InputNotes
  private var commentsTaken = 0
  /// Counted within the file.
  private var nextCommented: Int?
  private var position = 0
  private var isIdentified = false
  private var isAtEnd = false

  /// - Parameter sharing: how many inputs share the memory that there is for blocks.
  init(path: String, sharing: Int, interfaces: InterfaceNumbers) throws(CaptureError) {
    file = try InputFile(path: path)
    // 1 MiB each for up to 64 files, and no less than 64 KiB for a thousand.
    buffer = BlockBuffer(capacity: max(64 << 10, min(1 << 20, (64 << 20) / sharing)))
    let stagingCapacity = max(16 << 10, min(128 << 10, (8 << 20) / sharing))
    source = ByteSource(file: file, stagingCapacity: stagingCapacity)
    batchLimit = max(256, min(4096, (1 << 17) / sharing))
    self.interfaces = interfaces
    notes = InputNotes(file: path)
    summary = FileSummary(file: path)
  }

  /// The time of the next frame; nil at the end of the input.
  var head: Timestamp? { cursor < records.count ? records[cursor].time : nil }

  /// Finds the next batch of records; none are found at the end of the input alone.
  func fill() {
    records.removeAll(keepingCapacity: true)
    cursor = 0
    defer { takeNotes() }
    if !isIdentified { identify() }
    while !isAtEnd {
      switch scan() {
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

  private func scan() -> ScanStop {
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
    records.reserveCapacity(batchLimit)
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
        summary.format = "pcapng"
        return nil
      }
      do throws(SavefileReader.HeaderError) {
        savefile = try SavefileReader(header: bytes, interfaces: interfaces)
      } catch {
        return source.failure ?? error.message
      }
      guard let savefile else { return source.failure ?? ForeignFormat.describe(bytes) }
      summary.format = savefile.format
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

  private func takeNotes() {
    // A section's comments wait for nothing.
    if commentsTaken < notes.comments.count { takeComments(upTo: 0, as: 0) }
    summary.linkTypes = notes.linkTypes
    summary.damage = notes.damage
  }

  /// Something wrong that is not in the bytes themselves.
  func note(damage message: String) {
    notes.note(damageAt: 0, message)
    takeNotes()
  }

  /// Takes the batch as it is, if all of it comes next and its numbers need no change.
  ///
  /// - Parameter counter: the last number given.
  func takeWholeBatch(
    within bound: MergeOrder.Bound?, from counter: inout Int
  ) -> [FrameRecord]? {
    // An input alone counts as the whole capture does.
    guard bound == nil, cursor == 0, counter == lastFrame, nextCommented == nil else {
      return nil
    }
    let batch = records
    counter = batch.last?.frame ?? counter
    lastFrame = counter
    cursor = batch.count
    return batch
  }

  /// Takes the records that come before `bound`, the first of which surely does, with their
  /// numbers in the whole capture.
  ///
  /// - Parameter counter: the last number given.
  func take(
    into run: inout [FrameRecord], within bound: MergeOrder.Bound?, from counter: inout Int
  ) {
    // In locals: every access to a property of ours is checked for exclusivity.
    let batch = records
    var (at, local, number) = (cursor, lastFrame, counter)
    repeat {
      var record = batch[at]
      number += record.frame - local
      local = record.frame
      if local == nextCommented { takeComments(upTo: local, as: number) }
      record.frame = number
      run.append(record)
      at += 1
    } while at < batch.count && bound?.admits(batch[at].time) != false
    (cursor, lastFrame, counter) = (at, local, number)
  }

  /// Hands the comments on, up to those of a frame, now that its number is known.
  private func takeComments(upTo local: Int, as number: Int) {
    while commentsTaken < notes.comments.count {
      var comment = notes.comments[commentsTaken]
      if let frame = comment.frame {
        guard frame <= local else { break }
        comment.frame = number
      }
      summary.comments.append(comment)
      commentsTaken += 1
    }
    nextCommented = nil
    for comment in notes.comments[commentsTaken...] where comment.frame != nil {
      nextCommented = comment.frame
      break
    }
  }

  /// Counts frames that are being delivered.
  func account(_ delivered: [FrameRecord]) {
    guard let first = delivered.first else { return }
    var earliest = summary.firstTime ?? first.time
    var latest = summary.lastTime ?? first.time
    var truncated = summary.truncated
    for record in delivered {
      earliest = min(earliest, record.time)
      latest = max(latest, record.time)
      if record.capturedLength < record.originalLength { truncated = true }
    }
    summary.packets += delivered.count
    summary.firstTime = earliest
    summary.lastTime = latest
    summary.truncated = truncated
  }
}

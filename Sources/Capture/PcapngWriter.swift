import Dissection

/// Writes a pcapng file of one section, in whole blocks: wherever the writing ends, all blocks but
/// the last are complete.
public final class PcapngWriter {
  /// What frames come from.
  public struct Interface: Sendable {
    public var name: String
    public var linkType: LinkType
    public var snapshotLength: UInt32

    public init(name: String, linkType: LinkType, snapshotLength: UInt32) {
      self.name = name
      self.linkType = linkType
      self.snapshotLength = snapshotLength
    }
  }

  /// What is known of an interface at the end.
  public struct Statistics: Sendable {
    public var received: UInt64
    public var droppedByInterface: UInt64
    public var droppedBySystem: UInt64

    public init(received: UInt64, droppedByInterface: UInt64, droppedBySystem: UInt64) {
      self.received = received
      self.droppedByInterface = droppedByInterface
      self.droppedBySystem = droppedBySystem
    }
  }

  private let file: OutputFile
  private var block = OutputBlock(capacity: 1 << 18)
  /// Octets of whole blocks in the file.
  private var written = 0

  /// Begins a file that is open and empty.
  ///
  /// - Parameters:
  ///   - application: the program that writes, with its version.
  ///   - interfaces: those that the records of frames name by their index.
  ///   - comment: on the whole file.
  init(
    file: OutputFile, application: String, interfaces: [Interface], comment: String? = nil
  ) throws(SavefileWriter.Failure) {
    self.file = file
    block.appendSection(application: application, comment: comment)
    for interface in interfaces { block.appendInterface(interface) }
    try flush()
  }

  /// Octets of the file, with what is gathered.
  public var count: Int { written + block.count }

  /// - Parameter bytes: as captured.
  public func write(_ record: FrameRecord, _ bytes: Span<UInt8>) throws(SavefileWriter.Failure) {
    try makeRoom(for: OutputBlock.packetLength(captured: bytes.count))
    block.appendPacket(record, bytes)
  }

  /// - Parameter comments: what is to be said of the frame.
  public func write(
    _ record: FrameRecord, _ bytes: Span<UInt8>, comments: [String]
  ) throws(SavefileWriter.Failure) {
    let words = comments.reduce(0) { $0 + $1.utf8.count + 8 }
    try makeRoom(for: OutputBlock.packetLength(captured: bytes.count) + words)
    block.appendPacket(record, bytes, comments: comments)
  }

  /// Blocks that are whole.
  public func write(blocks: Span<UInt8>) throws(SavefileWriter.Failure) {
    try makeRoom(for: blocks.count)
    block.append(blocks)
  }

  public func write(
    _ statistics: Statistics, of interface: Int, at time: Timestamp
  ) throws(SavefileWriter.Failure) {
    try makeRoom(for: 128)
    block.appendStatistics(statistics, of: interface, at: time)
  }

  /// Says that an interface was listened to until then, whatever came last.
  public func write(end: Timestamp, of interface: Int) throws(SavefileWriter.Failure) {
    try makeRoom(for: 64)
    block.appendEnd(end, of: interface)
  }

  private func makeRoom(for more: Int) throws(SavefileWriter.Failure) {
    if !block.hasRoom(for: more) { try flush() }
    block.makeRoom(for: more)
  }

  /// Writes what is gathered. What cannot be written whole is taken back as far as that goes.
  public func flush() throws(SavefileWriter.Failure) {
    if block.count == 0 { return }
    defer { block.removeAll() }
    do throws(SavefileWriter.Failure) {
      try file.write(block.octets.span.extracting(first: block.count))
    } catch {
      file.truncate(to: written)
      throw error
    }
    written += block.count
  }

  /// Writes the rest and closes the file; nothing can be written afterwards.
  public func close() throws(SavefileWriter.Failure) {
    try flush()
    try file.finish()
  }
}

import Dissection

/// Writes a pcap savefile: nanoseconds, little-endian.
///
/// Frames are gathered in memory and written in large blocks; `close` writes the rest and says
/// whether all of it arrived. A writer that goes without it tries to write the rest and keeps
/// silent.
public final class SavefileWriter {
  /// Why a savefile could not be written.
  public enum Failure: Error, Equatable, Sendable {
    /// A sentence that names the file.
    case unwritable(String)
    /// A savefile holds times from 1970 to 2106.
    case timeOutOfRange(Timestamp)
    /// The frame is longer than 2^32 - 1 bytes.
    case frameTooLong(Int)
  }

  private let file: OutputFile
  private var block = OutputBlock(capacity: 1 << 20)

  /// - Parameter path: `-` is standard output; a file that is there is replaced.
  public init(
    path: String, linkType: LinkType = .ethernet, snapshotLength: UInt32 = 262_144
  ) throws(Failure) {
    file = try OutputFile(path: path)
    let version: UInt32 = 4 << 16 | 2
    block.append([0xa1b2_3c4d, version, 0, 0])
    block.append([snapshotLength, UInt32(linkType.value)])
  }

  deinit {
    // Nobody is left to hear of a failure: `close` is for those who want to.
    do { try flush() } catch { return }
  }

  /// - Parameters:
  ///   - bytes: as captured.
  ///   - originalLength: on the wire; the captured length if nil.
  public func write(
    time: Timestamp, bytes: Span<UInt8>, originalLength: UInt32? = nil
  ) throws(Failure) {
    let (seconds, fraction) = time.nanoseconds.quotientAndRemainder(
      dividingBy: 1_000_000_000)
    guard time.nanoseconds >= 0, let seconds = UInt32(exactly: seconds) else {
      throw .timeOutOfRange(time)
    }
    guard let captured = UInt32(exactly: bytes.count) else { throw .frameTooLong(bytes.count) }
    if !block.hasRoom(for: 16 + bytes.count) { try flush() }
    block.append([seconds, UInt32(fraction), captured, originalLength ?? captured])
    block.append(bytes)
  }

  /// Writes what is gathered.
  public func flush() throws(Failure) {
    // Forgotten even if it cannot be written.
    defer { block.removeAll() }
    try file.write(block.octets.span.extracting(first: block.count))
  }

  /// Writes the rest and closes the file; nothing can be written afterwards.
  public func close() throws(Failure) {
    try flush()
    try file.finish()
  }
}

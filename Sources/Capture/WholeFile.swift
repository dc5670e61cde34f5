/// A file that is read as a whole: rules, saved reports; decompressed like a capture.
public enum WholeFile {
  private static let pieceBytes = 1 << 16

  /// The bytes of a file, at most `limit` and one more, which tells that there are more.
  ///
  /// - Throws: `unreadable` with a sentence that names the file.
  public static func read(_ path: String, limit: Int) throws(CaptureError) -> [UInt8] {
    let source = ByteSource(file: try InputFile(path: path))
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: pieceBytes)
    while bytes.count <= limit {
      // The pointer is that of `piece`, whose whole length may be filled, and outlives the call.
      let count = unsafe piece.withUnsafeMutableBytes { unsafe source.read(into: $0) }
      if count == 0 { break }
      bytes += piece[..<count]
    }
    if let failure = source.failure { throw .unreadable("cannot read \(path): \(failure)") }
    return Array(bytes.prefix(limit + 1))
  }
}

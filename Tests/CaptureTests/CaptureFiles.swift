import Capture
import Dissection
import Foundation

/// A frame as a reader gave it, its bytes as a hash.
struct ReadFrame: Equatable {
  var frame: Int
  var time: Int64
  var linkType: UInt16
  var capturedLength: UInt32
  var originalLength: UInt32
  var hash: UInt64
}

/// FNV-1a.
func hash(_ bytes: Span<UInt8>) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for index in bytes.indices { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
  return hash
}

/// What a reader gave of a whole capture.
struct ReadCapture {
  var frames: [ReadFrame] = []
  /// The file that each frame came from.
  var sources: [Int] = []
  var interfaces: [UInt16] = []
  /// Bytes of the first frames, for small captures.
  var bytes: [[UInt8]] = []
  var batches = 0
  var files: [FileSummary] = []

  var damage: [Damage] { files.flatMap(\.damage) }

  init(_ paths: [String], filter: String? = nil) throws {
    let reader = try CaptureReader(paths: paths, filter: filter)
    while reader.readBatch({ file, records, block in
      batches += 1
      for record in records {
        let length = Int(record.capturedLength)
        let bytes = block.extracting(record.offset..<(record.offset + length))
        frames.append(
          ReadFrame(
            frame: record.frame, time: record.time.nanoseconds,
            linkType: record.linkType.value, capturedLength: record.capturedLength,
            originalLength: record.originalLength, hash: hash(bytes)))
        sources.append(file)
        interfaces.append(record.interface)
        if self.bytes.count < 64 { self.bytes.append(bytes.indices.map { bytes[$0] }) }
      }
    }) {}
    files = reader.files
  }
}

/// A directory that goes with its owner.
final class Scratch {
  let directory: URL

  init() throws {
    directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("capture-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  deinit {
    // What is left in the system's own temporary directory harms nobody.
    do { try FileManager.default.removeItem(at: directory) } catch {}
  }

  /// - Returns: the path of a new file with these bytes.
  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let url = directory.appendingPathComponent(name)
    try Data(bytes).write(to: url)
    return url.path
  }

  func path(_ name: String) -> String { directory.appendingPathComponent(name).path }
}

import Capture
import Checking
import Dissection

/// A report that was saved as JSON.
enum SavedReport {
  /// What no report of a capture that can be looked through exceeds.
  private static let maximumBytes = 1 << 30

  static func read(_ path: String) throws -> [UInt8] {
    let bytes = try WholeFile.read(path, limit: maximumBytes)
    guard bytes.count <= maximumBytes else {
      throw UsageFailure("\(path): a saved report has at most 1 GiB")
    }
    return bytes
  }

  /// Whether a file begins as a JSON document does, as no capture can.
  static func isThere(_ path: String) throws -> Bool {
    if path == "-" { return false }
    let beginning = try WholeFile.read(path, limit: 64)
    let first = beginning.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    return first == UInt8(ascii: "{")
  }

  /// Names the file in what is wrong with it.
  static func named<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as ReportError {
      throw UsageFailure("\(path): \(error.sentence)")
    }
  }
}

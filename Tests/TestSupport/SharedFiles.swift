import Foundation

/// What others recorded and found out, where it has been put: the directory `shared` beside the
/// repository, or the one that FINWAIT_SHARED names.
public enum SharedFiles {
  public static let directory: URL = {
    let repository = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    return ProcessInfo.processInfo.environment["FINWAIT_SHARED"].map { URL(fileURLWithPath: $0) }
      ?? repository.deletingLastPathComponent().appendingPathComponent("shared")
  }()

  /// The contents of a file packed by gzip.
  public static func unpacked(_ file: URL) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", file.path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return data
  }
}

/// A table of tab-separated fields, its first line the names of the columns.
public struct TabSeparated: Sendable {
  public struct Row: Sendable {
    fileprivate let columns: [String: Int]
    fileprivate let fields: [Substring]

    /// Empty where the table has no such column.
    public subscript(column: String) -> String {
      guard let index = columns[column], fields.indices.contains(index) else { return "" }
      return String(fields[index])
    }
    /// Nil where the table has no number.
    public func number(_ column: String) -> Int? { Int(self[column]) }
  }

  public let rows: [Row]

  public init(_ data: Data) {
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false)
    }
    let names = (lines.first ?? []).enumerated().map { (String($1), $0) }
    let columns = Dictionary(names) { first, _ in first }
    rows = lines.dropFirst().map { Row(columns: columns, fields: $0) }
  }

  /// A table that lies beside a test.
  public init(beside test: String, named name: String) throws {
    let file = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent(name)
    self.init(try Data(contentsOf: file))
  }
}

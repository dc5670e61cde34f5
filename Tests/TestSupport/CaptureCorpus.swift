import Foundation

/// Captures of others and what is known of them, where they have been put: `corpus` in the
/// directory `shared` beside the repository, or in the one that FINWAIT_SHARED names.
public struct CaptureCorpus: Sendable {
  /// A row of the index: its fields by the names of their columns.
  public struct Row: Sendable {
    fileprivate let fields: [String: String]
    public let path: String

    public var capture: String { self["capture"] }
    public var isRegular: Bool { self["kind"] == "regular" }
    public subscript(column: String) -> String { fields[column] ?? "" }
    /// 0 where the index has no number.
    public func count(_ column: String) -> Int { Int(self[column]) ?? 0 }
  }

  /// nil where there is none.
  public static let shared: CaptureCorpus? = CaptureCorpus()
  public static let missing = "no captures beside the repository"

  public let rows: [Row]

  private init?() {
    let repository = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let shared =
      ProcessInfo.processInfo.environment["FINWAIT_SHARED"].map { URL(fileURLWithPath: $0) }
      ?? repository.deletingLastPathComponent().appendingPathComponent("shared")
    let directory = shared.appendingPathComponent("corpus")
    let index = directory.appendingPathComponent("index.tsv")
    guard let data = FileManager.default.contents(atPath: index.path) else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    guard let columns = lines.first else { return nil }
    rows = lines.dropFirst().map { line in
      let fields = Dictionary(zip(columns, line)) { first, _ in first }
      let name = fields["capture"] ?? ""
      return Row(fields: fields, path: directory.appendingPathComponent(name).path)
    }
  }
}

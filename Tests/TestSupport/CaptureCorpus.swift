import Foundation

/// Captures of others and what is known of them: `corpus` among the shared files.
public struct CaptureCorpus: Sendable {
  /// A row of the index: its fields by the names of their columns.
  public struct Row: Sendable {
    fileprivate let fields: TabSeparated.Row
    public let path: String

    public var capture: String { self["capture"] }
    public var isRegular: Bool { self["kind"] == "regular" }
    public subscript(column: String) -> String { fields[column] }
    /// 0 where the index has no number.
    public func count(_ column: String) -> Int { fields.number(column) ?? 0 }
  }

  /// nil where there is none.
  public static let shared: CaptureCorpus? = CaptureCorpus()
  public static let missing = "no captures beside the repository"

  public let rows: [Row]
  private let directory = SharedFiles.directory.appendingPathComponent("corpus")

  private init?() {
    let index = directory.appendingPathComponent("index.tsv")
    guard let data = FileManager.default.contents(atPath: index.path) else { return nil }
    let directory = directory
    rows = TabSeparated(data).rows.map { fields in
      Row(fields: fields, path: directory.appendingPathComponent(fields["capture"]).path)
    }
  }

  /// One row for every tcp.stream of tshark, by capture.
  public func streams() throws -> [String: [TabSeparated.Row]] {
    let file = directory.appendingPathComponent("truth/streams.tsv.gz")
    return Dictionary(grouping: TabSeparated(try SharedFiles.unpacked(file)).rows) {
      $0["capture"]
    }
  }
}

import Dissection

/// Why a capture could not be opened at all.
public enum CaptureError: Error, Equatable, Sendable {
  /// The input is missing, a directory, or may not be read: a sentence that names it.
  case unreadable(String)
  /// libpcap does not accept the filter expression: its own words.
  case badFilter(String)
}

/// What one input file turned out to hold, so far.
public struct FileSummary: Sendable {
  public var file: String
  /// As wiretap says it: "pcap", "nsecpcap", "modpcap", "pcapng"; nil when it is no capture.
  public var format: String?
  /// In order of first appearance.
  public var linkTypes: [LinkType]
  /// Frames that passed the filter.
  public var packets: Int
  public var firstTime: Timestamp?
  public var lastTime: Timestamp?
  /// Some frame was cut by a snapshot length.
  public var truncated: Bool
  public var damage: [Damage]
}

/// One or more savefiles read as one capture: always the earliest head of the files, ties in
/// command-line order, nothing sorted within a file.
public final class CaptureReader {
  /// - Parameters:
  ///   - paths: savefiles, plain or compressed with gzip or zstd; `-` is standard input.
  ///   - filter: pcap-filter(7) syntax; frames it rejects keep their numbers but are not delivered.
  public init(paths: [String], filter: String? = nil) throws(CaptureError) { files = [] }

  /// Delivers the next frames to `body`: consecutive frames of one file (an index into `files`),
  /// in a block that is read once and never copied.
  ///
  /// - Returns: false when all inputs are at their end.
  public func readBatch(
    _ body: (_ file: Int, _ records: [FrameRecord], _ bytes: Span<UInt8>) throws -> Void
  ) rethrows -> Bool { false }

  /// One row a file, in command-line order; complete at the end.
  public private(set) var files: [FileSummary]
  /// For a progress bar: bytes consumed of the inputs as they lie on disk; total is nil when some
  /// input's size is not known.
  public var bytesRead: UInt64 { 0 }
  public var bytesTotal: UInt64? { nil }
}

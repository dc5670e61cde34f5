import Foundation
import TestSupport
import Testing

/// `finwait extract` on captures of all kinds: what is found in the extract is what was found in
/// the capture.
struct ExtractTests {
  /// Captures of others: some of them, or all with FINWAIT_ALL_EXTRACTS=1.
  private static let others: [String] = {
    let corpus = CaptureCorpus.shared?.rows.map(\.path) ?? []
    let kernel = SharedFiles.directory.appendingPathComponent("kernel")
    let names = FileManager.default.enumerator(atPath: kernel.path)?.compactMap { $0 as? String }
    let recordings = (names ?? []).filter { $0.hasSuffix(".pcap") }.sorted()
      .map { kernel.appendingPathComponent($0).path }
    if ProcessInfo.processInfo.environment["FINWAIT_ALL_EXTRACTS"] == "1" {
      return corpus + recordings
    }
    return corpus.enumerated().filter { $0.offset % 16 == 0 }.map(\.element)
      + recordings.filter { $0.contains("random") }
  }()

  private let scratch = FileManager.default.temporaryDirectory
    .appendingPathComponent("extract-tests-\(UUID().uuidString)")

  private func withScratch(_ body: (_ output: String) throws -> Void) throws {
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { _ = Result { try FileManager.default.removeItem(at: scratch) } }
    try body(scratch.appendingPathComponent("out.pcapng").path)
  }

  /// What `read` finds, without all that counts frames or connections.
  private static func found(_ capture: String) throws -> [String] {
    let run = try FinwaitProcess(["read", capture, "--format", "json"], in: Repository.captures)
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let counting: Set<String> = [
      "connection", "stream", "merged_streams", "evidence", "wireshark_filter", "packets",
      "copies", "bytes_sent", "fin_frame", "fin_acked_frame", "rst_frame", "first_frame",
      "last_frame", "first_time", "last_time", "frame", "reply_frame", "possible", "one_sided",
      "gap",
    ]
    return try ["connections", "endpoints", "late", "findings"].flatMap { name in
      try #require(document[name] as? [[String: Any]]).map { object in
        let kept = object.filter { !counting.contains($0.key) }
        let data = try JSONSerialization.data(withJSONObject: kept, options: [.sortedKeys])
        return String(decoding: data, as: UTF8.self)
      }
    }.sorted()
  }

  /// Extracts, and compares what is found before and after.
  ///
  /// - Returns: what the program said; nil when nothing is found in the capture.
  private static func compare(_ capture: String, output: String) throws -> String? {
    let run = try FinwaitProcess(["extract", capture, "-o", output], in: Repository.captures)
    if run.status == 64, run.errors.contains("nothing to extract") { return nil }
    #expect(run.status == 0 || run.status == 2, "\(capture): \(run.errors)")
    let (before, after) = (try found(capture), try found(output))
    // With the whole capture there may be more.
    let isSame = before == after
    #expect(isSame && !before.isEmpty, "\(capture)")
    return run.errors
  }

  @Test(arguments: Repository.captureNames)
  func samplesTellTheSame(_ capture: String) throws {
    try withScratch { output in
      let said = try Self.compare(capture, output: output)
      #expect((said == nil) == (capture == "18-refused-port.pcap"))
      // Nowhere was more to be kept than the least.
      #expect(said?.contains(" kept") != true)
    }
  }

  @Test(.enabled(if: !others.isEmpty, "\(CaptureCorpus.missing)"))
  func othersTellTheSame() throws {
    var (extracted, larger) = (0, 0)
    for capture in Self.others {
      try withScratch { output in
        guard let said = try Self.compare(capture, output: output) else { return }
        extracted += 1
        if said.contains(" kept") { larger += 1 }
      }
    }
    #expect(extracted > 0)
    #expect(larger * 100 <= extracted)
  }

  // MARK: What tshark sees

  /// What could be a part of an address, one after the other.
  private static func tokens(_ text: String) -> Set<Substring> {
    let parts = text.split { !($0.isHexDigit || $0 == "." || $0 == ":") }
    return Set(parts).union(
      parts.compactMap { part in part.lastIndex(of: ":").map { part[..<$0] } })
  }

  /// Addresses that a capture shows, but for those that are none.
  private static func addresses(_ capture: String) throws -> Set<Substring> {
    let fields = ["ip.addr", "ipv6.addr", "eth.addr", "wlan.addr", "sll.src.eth"]
    let shown = try Tshark.run(["-r", capture, "-T", "fields"] + fields.flatMap { ["-e", $0] })
    let none: Set<Substring> = ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "0.0.0.0", "::"]
    return Set(shown.output.split { $0 == "," || $0.isWhitespace }).subtracting(none)
  }

  private static let shown =
    Repository.captureNames.filter { $0 != "18-refused-port.pcap" }
    .map { Repository.captures.appendingPathComponent($0).path }
    + others.filter { $0.hasSuffix("pcapng") || others.count > 100 }

  @Test(.enabled(if: Tshark.isInstalled, "\(Tshark.missing)"), arguments: shown)
  func nothingOfTheOriginalIsShown(_ capture: String) throws {
    try withScratch { output in
      let run = try FinwaitProcess(
        ["extract", capture, "-o", output, "--anonymize", "--key", "k", "--shift-times"])
      if run.status == 64 || run.status == 74 { return }
      let seen = try Tshark.run(["-r", output, "-T", "json"])
      #expect(seen.errors == [])
      #expect(seen.output.contains("\"frame.comment\""))
      for payload in ["tcp.payload", "data.data", "eth.trailer", "eth.padding", "tcp.segment_data"]
      {
        #expect(!seen.output.contains("\"\(payload)\""))
      }
      let kept = try Self.addresses(capture).intersection(Self.tokens(seen.output))
      #expect(kept == [])
    }
  }
}

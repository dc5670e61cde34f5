import CPcap
import Foundation
import Testing

@testable import Capture

/// Our own reader against libpcap: the same frames of every capture that libpcap can read.
@Suite struct ReferenceTests {
  /// Files of which we rightly read something else than libpcap, and why.
  static let differences: [String: String] = [:]

  @Test(.enabled(if: SharedCorpus.directory != nil, "no captures beside the repository"))
  func corpusIsReadAsLibpcapReadsIt() throws {
    let corpus = try #require(SharedCorpus.directory)
    var compared = 0
    for row in try SharedCorpus.rows(in: corpus) {
      let path = corpus.appendingPathComponent(row.capture).path
      if try compare(path, named: row.capture) { compared += 1 }
    }
    #expect(compared > 300)
  }

  @Test func ownCapturesAreReadAsLibpcapReadsThem() throws {
    let captures = SharedCorpus.repository.appendingPathComponent("Captures")
    for name in SharedCorpus.files(below: captures) where !name.hasSuffix(".md") {
      _ = try compare(captures.appendingPathComponent(name).path, named: name)
    }
  }

  @Test(.enabled(if: SharedCorpus.directory != nil, "no captures beside the repository"))
  func regularCapturesHaveAsManyPacketsAsTsharkFinds() throws {
    let corpus = try #require(SharedCorpus.directory)
    for row in try SharedCorpus.rows(in: corpus) where row.kind == "regular" {
      let capture = try ReadCapture([corpus.appendingPathComponent(row.capture).path])
      #expect(capture.frames.count == row.packets, "\(row.capture)")
      #expect(capture.files[0].format == row.fileType, "\(row.capture)")
      #expect(capture.damage == [], "\(row.capture)")
    }
  }

  /// - Returns: false when libpcap cannot open the file.
  private func compare(_ path: String, named name: String) throws -> Bool {
    guard let reference = LibpcapCapture(path) else { return false }
    let ours = try ReadCapture([path])
    var complaints: [String] = []
    if ours.frames.count != reference.frames.count {
      complaints.append("\(ours.frames.count) frames, not \(reference.frames.count)")
    }
    let pairs = zip(ours.frames, reference.frames)
    if let (left, right) = pairs.first(where: { $0 != $1 }) {
      complaints.append("\(left) is not \(right)")
    }
    if ours.damage.isEmpty != (reference.error == nil) {
      let words = reference.error ?? "nothing"
      complaints.append("damage \(ours.damage.map(\.message)), libpcap says \(words)")
    }
    if ReferenceTests.differences[name] != nil {
      #expect(!complaints.isEmpty, "\(name) is read alike: its row can go")
    } else {
      for complaint in complaints { Issue.record("\(name): \(complaint)") }
    }
    return true
  }
}

/// A capture as libpcap reads it, with times in nanoseconds.
@safe struct LibpcapCapture {
  var frames: [ReadFrame] = []
  /// Why libpcap stopped before the end.
  var error: String?

  init?(_ path: String) {
    var words = [CChar](repeating: 0, count: Int(PCAP_ERRBUF_SIZE))
    // The buffer has the size that libpcap asks for; the handle is closed before this returns.
    guard
      let handle = unsafe pcap_open_offline_with_tstamp_precision(
        path, UInt32(PCAP_TSTAMP_PRECISION_NANO), &words)
    else { return nil }
    defer { unsafe pcap_close(handle) }
    let link = unsafe pcap_datalink(handle)
    var header: UnsafeMutablePointer<pcap_pkthdr>?
    var data: UnsafePointer<UInt8>?
    while true {
      let code = unsafe pcap_next_ex(handle, &header, &data)
      if code == PCAP_ERROR { error = unsafe String(cString: pcap_geterr(handle)) }
      guard code == 1, let head = unsafe header?.pointee, let data = unsafe data else { break }
      // Valid until the next call of pcap_next_ex.
      let bytes = unsafe UnsafeBufferPointer(start: data, count: Int(head.caplen))
      frames.append(
        ReadFrame(
          frame: frames.count + 1,
          time: Int64(head.ts.tv_sec) &* 1_000_000_000 &+ Int64(head.ts.tv_usec),
          linkType: LibpcapCapture.linkType(link), capturedLength: head.caplen,
          originalLength: head.len, hash: unsafe hash(bytes.span)))
    }
  }

  /// As the file has it, where libpcap's own number differs.
  private static func linkType(_ link: Int32) -> UInt16 {
    switch link {
    case 11: 100
    case 12: 101
    case 15: 102
    case 16: 103
    default: UInt16(truncatingIfNeeded: link)
    }
  }
}

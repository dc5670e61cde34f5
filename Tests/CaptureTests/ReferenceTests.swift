import CPcap
import Foundation
import TestSupport
import Testing

@testable import Capture

/// Our own reader against libpcap: the same frames of every capture that libpcap can read.
@Suite struct ReferenceTests {
  /// Files of which we rightly read something else than libpcap, and why.
  static let differences: [String: String] = {
    let oneLinkType = "libpcap knows only one link type in a file"
    let oneSnapshotLength = "libpcap knows only one snapshot length in a file"
    let signedTime = "libpcap takes the unsigned seconds or fractions of a savefile as signed"
    let cutToSnapshot =
      "libpcap cuts what is longer than the file's snapshot length; we, as "
      + "Wireshark, give all that is there"
    let padding = "libpcap wants block lengths to be multiples of 4; Wireshark rounds them up"
    let tests = "malformed/pcapng-test-generator/"
    let tcpdump = "malformed/tcpdump/tests/"
    let fuzzers = "malformed/PcapPlusPlus/Tests/Fuzzers/RegressionTests/regression_samples/"
    return [
      "PcapPlusPlus/Tests/Packet++Test/PacketExamples/GrePackets.pcap": oneSnapshotLength,
      "PcapPlusPlus/Tests/Pcap++Test/PcapExamples/many_interfaces-1.pcapng": oneLinkType,
      tests + "output_be/advanced/test100.pcapng": oneLinkType,
      tests + "output_be/basic/test006.pcapng": oneLinkType,
      tests + "output_be/difficult/test201.pcapng": oneLinkType,
      tests + "output_le/advanced/test100.pcapng": oneLinkType,
      tests + "output_le/advanced/test102.pcapng": oneLinkType,
      tests + "output_le/difficult/test202.pcapng": oneLinkType,
      fuzzers + "crash-exception-cast-constructed-record": signedTime,
      "malformed/nDPI/tests/cfgs/default/pcap/fuzz-2021-06-07-c6c72a0a56.pcap": signedTime,
      "malformed/nfstream/tests/pcaps/fuzz-2021-06-07-c6c72a0a56.pcap": signedTime,
      "malformed/python-pcapng/test_data/test006-fixed.ntar": cutToSnapshot,
      "malformed/python-pcapng/test_data/test006.ntar": padding,
      "malformed/python-pcapng/test_data/test007.ntar": padding,
      tcpdump + "802_15_4-data.pcap": cutToSnapshot,
      tcpdump + "802_15_4-oobr-2.pcap": cutToSnapshot,
      tcpdump + "extract_read2_asan.pcap": cutToSnapshot,
      tcpdump + "icmp6_nodeinfo_oobr.pcap": cutToSnapshot,
      tcpdump + "mptcp-dss-oobr.pcap": cutToSnapshot,
      tcpdump + "slip-sliplink_print-oobr.pcap": cutToSnapshot,
      "tcpflow/tests/bug8.pcap": "libpcap's name for link type 12 on Linux is that of 101",
    ]
  }()

  /// Damaged or odd files of which we rightly read something else than tshark, and why.
  static let tsharkDifferences: [String: String] = {
    let unknownLink = "tshark reads no file whose link type it cannot dissect"
    let guess = "tshark takes the broken record for an old variant with longer record headers"
    let snoop = "tshark reads snoop captures; we say that it is one"
    let tcpdump = "malformed/tcpdump/tests/"
    let fuzzers = "malformed/PcapPlusPlus/Tests/Fuzzers/RegressionTests/regression_samples/"
    return [
      fuzzers + "crash-exception-cast-constructed-record": guess,
      "malformed/suricata-verify/tests/bug-6875-01/fuzz.pcap": guess,
      "malformed/libpcap/tests/filter/brcm-tag.pcap": unknownLink,
      tcpdump + "brcm-tag-prepend.pcap": unknownLink,
      tcpdump + "dsa.pcap": unknownLink,
      tcpdump + "edsa.pcap": unknownLink,
      tcpdump + "juniper_es_oobr.pcap": unknownLink,
      tcpdump + "juniper_monitor_invalid_cookie_length.pcap": unknownLink,
      tcpdump + "kday6.pcap": unknownLink,
      tcpdump + "vtp_asan-2.pcap": unknownLink,
      "malformed/tcptrace/input/NASA_ipv6.snoop.gz": snoop,
      "malformed/tcptrace/input/ipv6_ftp_nasa.snp.gz": snoop,
      "malformed/pcapng-test-generator/output_le/advanced/test102.pcapng":
        "the last of tshark's frames is a custom block, which holds no packet",
      "malformed/python-pcapng/test_data/test007.ntar":
        "tshark miscounts the rest of a Simple Packet Block that holds more than its packet",
    ]
  }()

  @Test(.enabled(if: CaptureCorpus.shared != nil, "\(CaptureCorpus.missing)"))
  func corpusIsReadAsLibpcapReadsIt() throws {
    let corpus = try #require(CaptureCorpus.shared)
    var compared = 0
    for row in corpus.rows {
      if try compare(row.path, named: row.capture) { compared += 1 }
    }
    #expect(compared > 300)
  }

  @Test func ownCapturesAreReadAsLibpcapReadsThem() throws {
    let captures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Captures")
    let names = try FileManager.default.contentsOfDirectory(atPath: captures.path)
    var compared = 0
    for name in names.sorted() where name.contains(".pcap") {
      let path = captures.appendingPathComponent(name).path
      if try compare(path, named: name) { compared += 1 }
    }
    #expect(compared > 20)
  }

  @Test(.enabled(if: CaptureCorpus.shared != nil, "\(CaptureCorpus.missing)"))
  func regularCapturesHaveAsManyPacketsAsTsharkFinds() throws {
    let corpus = try #require(CaptureCorpus.shared)
    for row in corpus.rows where row.isRegular {
      let capture = try ReadCapture([row.path])
      #expect(capture.frames.count == row.count("packets"), "\(row.capture)")
      #expect(capture.files[0].format == row["file_type"], "\(row.capture)")
      #expect(capture.damage == [], "\(row.capture)")
    }
  }

  @Test(.enabled(if: CaptureCorpus.shared != nil, "\(CaptureCorpus.missing)"))
  func damagedCapturesAreReadAsFarAsTsharkReadsThem() throws {
    let corpus = try #require(CaptureCorpus.shared)
    for row in corpus.rows where !row.isRegular {
      let capture = try ReadCapture([row.path])
      // Some blocks of pcapng are numbered as frames without being packets.
      let count = capture.frames.last?.frame ?? 0
      let isAlike = count == row.count("packets")
      if ReferenceTests.tsharkDifferences[row.capture] != nil {
        #expect(!isAlike, "\(row.capture) is read alike: its row can go")
      } else if !isAlike {
        Issue.record("\(row.capture): \(count) frames, not \(row.count("packets"))")
      }
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
    let numbered = zip(ours.frames, 1...).map { frame, number in
      var frame = frame
      frame.frame = number
      return frame
    }
    let pairs = zip(numbered, reference.frames)
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

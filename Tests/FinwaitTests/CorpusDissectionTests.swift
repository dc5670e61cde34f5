import Capture
import Dissection
import TestSupport
import Testing

/// Captures of others: Capture and Dissection together see what tshark sees.
struct CorpusDissectionTests {
  /// What a capture turned out to hold.
  private struct Contents {
    var frames = 0
    var segments: [Segment] = []
    var skipped: [SkipReason: Int] = [:]
    var icmpErrors = 0

    init(_ path: String) throws {
      let reader = try CaptureReader(paths: [path])
      let dissector = Dissector()
      while reader.readBatch({ _, records, block in
        for record in records {
          frames += 1
          let end = record.offset + Int(record.capturedLength)
          let dissected = dissector.dissect(
            block.extracting(record.offset..<end), linkType: record.linkType,
            originalLength: record.originalLength, frame: record.frame, time: record.time,
            interface: record.interface)
          switch dissected {
          case .segment(let segment): segments.append(segment)
          case .icmpError:
            skipped[.notTCP, default: 0] += 1
            icmpErrors += 1
          case .skipped(let reason): skipped[reason, default: 0] += 1
          }
        }
      }) {}
    }
  }

  /// Protocols that are followed to TCP, by tshark's names.
  private static let followed: Set<String> = [
    "eth", "vlan", "ieee8021ad", "llc", "sll", "null", "raw", "ip", "ipv6", "ah", "gre", "udp",
    "vxlan", "geneve", "ppp", "pppoes", "chdlc", "mpls", "fddi", "arcnet", "ipoib", "radiotap",
    "ppi", "wlan_radio", "wlan", "ieee8021ah", "cfp", "vntag", "etag",
  ]

  /// Whether finwait reads all headers below TCP.
  static func isFollowed(_ row: CaptureCorpus.Row) -> Bool {
    row["tcp_stacks"].split(whereSeparator: { $0 == "," || $0 == ":" })
      .allSatisfy { followed.contains(String($0)) }
  }

  private static var regularRows: [CaptureCorpus.Row] {
    (CaptureCorpus.shared?.rows ?? []).filter(\.isRegular)
  }

  @Test(.enabled(if: CaptureCorpus.shared != nil, "\(CaptureCorpus.missing)"))
  func asManySegmentsAsTsharkFinds() throws {
    var followed = 0
    for row in Self.regularRows {
      let contents = try Contents(row.path)
      let expected = row.count("tcp_packets")
      #expect(contents.frames == row.count("packets"), "\(row.capture)")
      let skipped = contents.skipped.values.reduce(0, +)
      #expect(contents.segments.count + skipped == contents.frames, "\(row.capture)")
      // A frame that sFlow has sampled can hold both ICMP and TCP side by side.
      let isSampled = row["tcp_stacks"].contains("sflow")
      #expect(contents.icmpErrors == row.count("icmp_quoted") || isSampled, "\(row.capture)")
      if Self.isFollowed(row) {
        #expect(contents.segments.count == expected, "\(row.capture): \(contents.skipped)")
        followed += 1
      } else {
        #expect(contents.segments.count < expected, "\(row.capture) is read: name its protocols")
      }
    }
    #expect(followed > 200)
  }

  /// Fields of a segment, by tshark's names and as tshark writes them.
  private static func fields(_ segment: Segment) -> KeyValuePairs<String, String> {
    let options = segment.options
    let timestamps = options.hasTimestamps
    return [
      "tcp.srcport": "\(segment.source.port)",
      "tcp.dstport": "\(segment.destination.port)",
      "tcp.seq_raw": "\(segment.sequenceNumber.value)",
      "tcp.ack_raw": "\(segment.acknowledgmentNumber.value)",
      "tcp.window_size_value": "\(segment.window)",
      "tcp.len": "\(segment.payloadLength)",
      "tcp.options.timestamp.tsval": timestamps ? "\(options.timestampValue)" : "",
      "tcp.options.timestamp.tsecr": timestamps ? "\(options.timestampEcho)" : "",
    ]
  }

  /// Captures of which we rightly say something else than tshark, and why.
  private static let differences = [
    "tcptrace/input/tcpudp.dmp.gz":
      "two frames are cut without saying so; the sequence numbers that follow are with us",
    "nDPI/tests/cfgs/default/pcap/tls_invalid_reads.pcap":
      "a frame's IP length is damaged; the frame does not tell whether it or its length is wrong",
    "nDPI/tests/cfgs/default/pcap/ajp.pcap":
      "behind FabricPath, frames are cut without saying so; tshark then tells no payload length",
  ]

  /// The first capture of every combination of protocols, and those that differ.
  private static var sample: [CaptureCorpus.Row] {
    var seen: Set<String> = []
    return regularRows.filter { row in
      differences[row.capture] != nil
        || isFollowed(row) && row.count("packets") < 5000
          && seen.insert(row["tcp_stacks"]).inserted
    }
  }

  @Test(
    .enabled(if: CaptureCorpus.shared != nil, "\(CaptureCorpus.missing)"),
    .enabled(if: Tshark.isInstalled, "\(Tshark.missing)"))
  func sameFieldsAsTsharkFinds() throws {
    var compared = 0
    for row in Self.sample {
      let names = Self.fields(Segment.make(from: "0.0.0.0:0", to: "0.0.0.0:0", "", seq: 0)).map(
        \.key)
      let lines = try Tshark.fields(["frame.number", "tcp.flags"] + names, of: row.path)
      let frames = Dictionary(lines.map { ($0[0], Array($0[1...])) }) { first, _ in first }
      var complaints: [String] = []
      for segment in try Contents(row.path).segments {
        compared += 1
        let theirs = frames["\(segment.frame)"] ?? []
        let flags = theirs.first.flatMap { UInt16($0.dropFirst(2), radix: 16) }
        let ours = Self.fields(segment).map(\.value)
        // Above the eight flags lie accurate ECN and reserved bits.
        if flags.map({ $0 & 0xFF }) != UInt16(segment.flags.rawValue)
          || Array(theirs.dropFirst()) != ours
        {
          complaints.append("\(row.capture), frame \(segment.frame): \(ours), tshark \(theirs)")
        }
      }
      if Self.differences[row.capture] == nil {
        #expect(complaints == [])
      } else {
        #expect(!complaints.isEmpty, "\(row.capture) is read alike: its row can go")
      }
    }
    #expect(compared > 1000)
  }
}

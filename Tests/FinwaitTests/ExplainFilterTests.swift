import Foundation
import Reporting
import TestSupport
import Testing
import Tracking

/// Every display filter that is printed selects in Wireshark the frames that it is printed for.
@Suite(.enabled(if: Tshark.isInstalled, "\(Tshark.missing)"))
struct ExplainFilterTests {
  private struct Endpoint: Decodable {
    let connection: Int
    let role: String
    let evidence: [Int]
  }
  private struct Finding: Decodable {
    let kind: String
    let connection: Int
    let evidence: [Int]
    let wiresharkFilter: String
  }
  private struct Late: Decodable {
    let connection: Int
    let frame: Int
    let replyFrame: Int?
  }
  private struct Ladder: Decodable {
    let frame: Int?
  }
  private struct Report: Decodable {
    let endpoints: [Endpoint]
    let findings: [Finding]
    let late: [Late]
    let ladder: [Ladder]?
  }

  /// A filter as printed, and what it must select.
  private struct Printed {
    let capture: String
    let filter: String
    let frames: Set<Int>
    /// Other connections may be in the same tcp.stream.
    var mayHaveMore = false
    /// The flag that the reason tells of.
    var flag: String?
  }

  private static func report(_ arguments: [String]) throws -> Report {
    let run = try FinwaitProcess(arguments + ["--format", "json"], in: Repository.captures)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Report.self, from: Data(run.output.utf8))
  }

  private static func hold(_ printed: Printed) throws {
    let path = Repository.captures.appendingPathComponent(printed.capture).path
    let fields = ["frame.number", "tcp.flags.syn", "tcp.flags.fin", "tcp.flags.reset"]
    let rows = try Tshark.fields(fields, of: path, filter: printed.filter)
    let selected = Set(rows.compactMap { Int($0[0]) })
    let place = Comment(rawValue: "\(printed.capture): \(printed.filter)")
    if printed.mayHaveMore {
      #expect(selected.isSuperset(of: printed.frames), place)
    } else {
      #expect(selected == printed.frames, place)
    }
    guard let flag = printed.flag, let column = fields.firstIndex(of: flag) else { return }
    #expect(rows.contains { $0[column] == "1" || $0[column] == "True" }, place)
  }

  /// The flag that somebody looks for who reads why an end has its state.
  private static func flag(_ ground: Ground) -> String? {
    switch ground {
    case .sentSYN, .synArrived, .sentSYNACK, .newIncarnation: "tcp.flags.syn"
    case .peerFINPassed, .acknowledgedPeerFIN, .sentFIN, .ackOfFINPassed, .ackOfFINLost,
      .ackOfFINConfirmed, .finsCrossed, .lastACKPassed, .timeWaitRuns, .timeWaitOver, .finWait2Over,
      .orphanOver:
      "tcp.flags.fin"
    case .sentRST, .acceptedRST: "tcp.flags.reset"
    case .nothingSeen, .handshakePassed, .sentInEstablished, .midStream, .handshakeOver, .icmpError:
      nil
    }
  }

  /// One example of every reason that the sample captures have.
  private static func reasons() throws -> [Ground: Printed] {
    var found: [Ground: Printed] = [:]
    for capture in Repository.captureNames {
      let count = min(try report(["read", capture, "--all"]).endpoints.count / 2, 2)
      for number in 1...max(count, 1) {
        let arguments = ["explain", capture, "\(number)"]
        let run = try FinwaitProcess(arguments, in: Repository.captures)
        let report = try Self.report(arguments)
        for (block, end) in zip(blocks(of: run.output), report.endpoints) {
          guard let ground = Ground.allCases.first(where: { block.text.contains($0.sentence) }),
            let filter = block.filter
          else { continue }
          found[ground] =
            found[ground]
            ?? Printed(
              capture: capture, filter: filter, frames: Set(end.evidence), flag: flag(ground))
        }
      }
    }
    return found
  }

  /// The two paragraphs about the ends, each in one line, with the filter below it.
  private static func blocks(of text: String) -> [(text: String, filter: String?)] {
    text.components(separatedBy: "\n\n").compactMap { paragraph in
      guard paragraph.contains(" is "), paragraph.contains("(pr") else { return nil }
      let lines = paragraph.split(separator: "\n").map { $0.drop { $0 == " " } }
      let filter = lines.first { $0.hasPrefix("Look at: ") }?.dropFirst(9)
      return (lines.joined(separator: " "), filter.map(String.init))
    }
  }

  @Test func `the frames of every reason`() throws {
    let reasons = try Self.reasons()
    #expect(reasons.count >= 12)
    for printed in reasons.values { try Self.hold(printed) }
  }

  @Test func `the frames of every kind of finding`() throws {
    var found: [String: Printed] = [:]
    for capture in Repository.captureNames {
      let report = try Self.report(["read", capture])
      for finding in report.findings where found[finding.kind] == nil {
        let late = report.late.filter { $0.connection == finding.connection }
        let isLate = finding.kind == "late_packets"
        let frames = isLate ? late.flatMap { [$0.frame, $0.replyFrame ?? $0.frame] } : []
        found[finding.kind] = Printed(
          capture: capture, filter: finding.wiresharkFilter,
          frames: Set(finding.evidence + frames), mayHaveMore: !isLate,
          flag: finding.kind == "reset" ? "tcp.flags.reset" : nil)
      }
    }
    #expect(Set(found.keys) == Set(FindingKind.allCases.map(\.rawValue)))
    for printed in found.values { try Self.hold(printed) }
  }

  @Test(arguments: ["01-graceful-close-by-client.pcap", "14-port-reuse.pcap", "16-ipv6.pcap"])
  func `all packets of a connection`(capture: String) throws {
    let run = try FinwaitProcess(["explain", capture, "1"], in: Repository.captures)
    let line = run.output.split(separator: "\n").first { $0.hasPrefix("To see it in Wireshark: ") }
    let filter = try #require(line?.dropFirst("To see it in Wireshark: ".count))
    let ladder = try #require(try Self.report(["explain", capture, "1"]).ladder)
    try Self.hold(
      Printed(
        capture: capture, filter: String(filter), frames: Set(ladder.compactMap(\.frame)),
        mayHaveMore: true))
  }

  @Test func `late packets, and the one that the timer runs from`() throws {
    let arguments = ["explain", "08-lost-last-ack.pcap", "1"]
    let report = try Self.report(arguments)
    let output = try FinwaitProcess(arguments, in: Repository.captures).output
    let late = try #require(report.findings.first { $0.kind == "late_packets" })
    #expect(output.contains("  Look at: \(late.wiresharkFilter)\n"))
    let frame = try #require(report.late.last?.frame)
    #expect(output.contains("Its timer, restarted by frame \(frame), runs"))
  }
}

import Dissection
import Foundation
import Testing

@testable import Reporting
@testable import Tracking

@Suite struct JSONTests {
  static let instant = Fixture.start.advanced(by: .seconds(30))

  static func report(
    _ format: ReportFormat, _ connections: [ConnectionReport], captures: [CaptureRow] = [],
    selection: Selection = Selection()
  ) throws -> String {
    let sink = Sink()
    var report = ReadReport(format: format, selection: selection) { sink.bytes += $0 }
    // Of those with an even number let the last word be said before the end.
    for connection in connections where connection.number % 2 == 0 {
      try report.add(connection, at: instant)
    }
    let remaining = connections.filter { $0.number % 2 == 1 }.sorted { $0.number < $1.number }
    try report.finish(captures: captures, at: instant, count: remaining.count) {
      try $1(remaining[$0])
    }
    return String(decoding: sink.bytes, as: UTF8.self)
  }

  static let capture = CaptureRow(
    file: "a\u{1B}.pcap", format: "pcap", linkTypes: [.ethernet, LinkType(147)], tcpPackets: 10,
    skipped: [.notTCP: 2, .fragment: 0], firstTime: Fixture.start, lastTime: nil, tap: .responder,
    truncated: true,
    damage: [CaptureRow.Damage(file: "a\u{1B}.pcap", offset: 24, message: "cut short")])

  @Test func jsonLinesHaveEveryFieldInTheInterfacesOrder() throws {
    let connection = Fixture.timeWait(late: [Fixture.late()])
    let text = try Self.report(.jsonl, [connection], captures: [Self.capture])
    let expected = [
      #"{"type":"connection","connection":1,"stream":0,"#
        + #""initiator":{"address":"10.0.0.9","port":51234},"#
        + #""responder":{"address":"10.0.0.5","port":8080},"roles_known":true,"#
        + #""first_time":"2026-07-12T14:03:22.000000000Z","#
        + #""last_time":"2026-07-12T14:03:23.000000000Z","first_frame":1,"last_frame":10,"#
        + #""packets":10,"copies":0,"merged_streams":[0],"close":"graceful","#
        + #""closed_first":"initiator","reset_cause":null,"one_sided":false,"gap":false}"#,
      #"{"type":"endpoint","connection":1,"stream":0,"role":"initiator","#
        + #""local":{"address":"10.0.0.9","port":51234},"#
        + #""remote":{"address":"10.0.0.5","port":8080},"state":"TIME_WAIT","#
        + #""certainty":"proved","possible":["TIME_WAIT"],"#
        + #""since":"2026-07-12T14:03:22.000000000Z","#
        + #""until":"2026-07-12T14:04:22.000000000Z","evidence":[8,9,10],"packets":5,"#
        + #""bytes_sent":160,"fin_frame":8,"fin_acked_frame":9,"rst_frame":null,"#
        + #""fin_retransmissions":0,"activity":null}"#,
      #"{"type":"endpoint","connection":1,"stream":0,"role":"responder","#
        + #""local":{"address":"10.0.0.5","port":8080},"#
        + #""remote":{"address":"10.0.0.9","port":51234},"state":"CLOSED","#
        + #""certainty":"presumed","possible":["CLOSED","LAST_ACK"],"#
        + #""since":"2026-07-12T14:03:22.000000000Z","until":null,"evidence":[9,10],"packets":5,"#
        + #""bytes_sent":160,"fin_frame":8,"fin_acked_frame":9,"rst_frame":null,"#
        + #""fin_retransmissions":0,"activity":null}"#,
      #"{"type":"late","connection":1,"stream":0,"frame":11,"#
        + #""time":"2026-07-12T14:03:23.500000000Z","kind":"retransmitted-fin","#
        + #""from":{"address":"10.0.0.5","port":8080},"to":{"address":"10.0.0.9","port":51234},"#
        + #""after_close":0.5,"effect":"timer-restarted","reply_frame":12,"#
        + #""reply_expected":"ack","reaches_new_connection":null}"#,
      #"{"type":"finding","kind":"late_packets","connection":1,"#
        + #""endpoint":{"address":"10.0.0.9","port":51234},"age":null,"#
        + #""message":"1 packet after the close between 10.0.0.9:51234 and 10.0.0.5:8080: "#
        + #"1 retransmitted-fin; TIME_WAIT restarted 1 time","evidence":[11],"#
        + #""wireshark_filter":"frame.number in {11, 12}"}"#,
      #"{"type":"finding","kind":"time_wait","connection":1,"#
        + #""endpoint":{"address":"10.0.0.9","port":51234},"age":30,"#
        + #""message":"10.0.0.9:51234 closed first and keeps TIME_WAIT towards 10.0.0.5:8080 "#
        + #"for another 30 s","evidence":[8,9,10],"wireshark_filter":"tcp.stream == 0"}"#,
      #"{"type":"capture","file":"a\u001b.pcap","format":"pcap","#
        + #""link_types":["ethernet","linktype-147"],"packets":12,"tcp_packets":10,"#
        + #""skipped":{"not_tcp":2},"first_time":"2026-07-12T14:03:22.000000000Z","#
        + #""last_time":null,"tap":"responder","truncated":true,"#
        + #""damage":[{"file":"a\u001b.pcap","offset":24,"message":"cut short"}],"icmp_errors":0}"#,
      #"{"type":"summary","connections":1,"endpoints_by_state":{"CLOSED":1,"TIME_WAIT":1},"#
        + #""late_by_kind":{"retransmitted-fin":1},"#
        + #""findings_by_kind":{"time_wait":1,"late_packets":1},"#
        + #""by_service":[{"address":"10.0.0.5","port":8080,"connections":1,"close_wait":0,"#
        + #""time_wait":1,"oldest_close_wait_age":null}],"evicted":{}}"#,
    ]
    #expect(text == expected.joined(separator: "\n") + "\n")
  }

  @Test func theDocumentHoldsTheSameObjectsSortedByConnection() throws {
    let connections = [Fixture.timeWait(3), Fixture.closeWait(1), Fixture.timeWait(2)]
    let text = try Self.report(.json, connections, captures: [Self.capture])
    let document = try #require(
      JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    func numbers(_ name: String) -> [Int] {
      (document[name] as? [[String: Any]] ?? []).compactMap { $0["connection"] as? Int }
    }
    #expect(
      document.keys.sorted()
        == ["captures", "connections", "endpoints", "findings", "late", "summary"])
    #expect(numbers("connections") == [1, 2, 3])
    #expect(numbers("endpoints") == [1, 1, 2, 2, 3, 3])
    #expect(numbers("findings") == [1, 2, 3])
    let roles = (document["endpoints"] as? [[String: Any]] ?? []).map { $0["role"] as? String }
    #expect(roles.prefix(2) == ["initiator", "responder"])

    let lines = try Self.report(.jsonl, connections.reversed(), captures: [Self.capture])
    for line in lines.split(separator: "\n") { #expect(text.contains(line)) }
  }

  @Test func anEmptyReportIsADocumentToo() throws {
    #expect(
      try Self.report(.json, [])
        == #"{"captures":[],"connections":[],"endpoints":[],"late":[],"findings":[],"#
        + #""summary":{"type":"summary","connections":0,"endpoints_by_state":{},"#
        + #""late_by_kind":{},"findings_by_kind":{},"by_service":[],"evicted":{}}}"# + "\n")
  }

  @Test func aHostsSideIsAllThatIsShown() throws {
    let selection = Selection(host: Fixture.server.address, all: true)
    let text = try Self.report(.jsonl, [Fixture.closeWait(1)], selection: selection)
    let endpoints = text.split(separator: "\n").filter { $0.contains(#""type":"endpoint""#) }
    #expect(endpoints.count == 1)
    #expect(endpoints.first?.contains(#""role":"responder""#) == true)
    let nobody = Selection(host: IPAddress(version4: 1), all: true)
    #expect(
      try Self.report(.jsonl, [Fixture.closeWait(1)], selection: nobody)
        .contains(#""connections":0"#))
  }

  @Test func connectionsWithoutFindingsNeedAll() throws {
    let open = Fixture.connection(
      initiator: Fixture.claim(.established), responder: Fixture.claim(.established), close: .open)
    #expect(try !Self.report(.jsonl, [open]).contains(#""type":"connection""#))
    let all = Selection(all: true)
    #expect(try Self.report(.jsonl, [open], selection: all).contains(#""type":"connection""#))
  }

  @Test func attemptsAndRefusalsAreNoConnectionsOfAService() {
    var summary = Summary()
    for close in CloseKind.allCases {
      let connection = Fixture.connection(
        initiator: Fixture.claim(.closed), responder: Fixture.claim(.closed), close: close)
      let selected = Selection().apply(to: connection, at: Self.instant)
      summary.add(selected, of: connection, at: Self.instant)
    }
    #expect(summary.connections == CloseKind.allCases.count)
    #expect(summary.services[Fixture.server]?.connections == CloseKind.allCases.count - 2)
  }

  @Test func findingsAsCSV() throws {
    let text = try Self.report(.csv, [Fixture.closeWait(1)])
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("kind,connection,stream,address,port,"))
    #expect(lines[1].hasPrefix("close_wait,1,0,10.0.0.5,8080,10.0.0.9,51234,30,"))
    #expect(lines[1].hasSuffix(",8 9,tcp.stream == 0"))
    #expect(lines[2].isEmpty)
  }
}

/// Collects what a report drains.
final class Sink {
  var bytes: [UInt8] = []
}

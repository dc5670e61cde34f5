import Dissection
import Testing

@testable import Reporting
@testable import Tracking

@Suite struct TextTests {
  static let instant = Fixture.start.advanced(by: .seconds(236))
  static let capture = CaptureRow(
    file: "busy.pcap", format: "pcap", linkTypes: [.ethernet], tcpPackets: 120, skipped: [:],
    firstTime: Fixture.start, lastTime: instant, tap: .responder, truncated: false, damage: [])

  static func report(
    _ connections: [ConnectionReport], capture: CaptureRow = capture,
    selection: Selection = Selection(), palette: Palette = .plain
  ) throws -> String {
    let sink = Sink()
    let style = TextStyle(palette: palette, zone: .utc)
    var report = ReadReport(format: .text, selection: selection, style: style) {
      sink.bytes += $0
    }
    for connection in connections { try report.add(connection, at: instant) }
    try report.finish(captures: [capture], at: instant, count: 0) { try $1(connections[$0]) }
    return String(decoding: sink.bytes, as: UTF8.self)
  }

  static func widest(_ text: String) -> Int {
    text.split(separator: "\n").map(\.unicodeScalars.count).max() ?? 0
  }

  @Test func theServiceThatLeaksIsNamedInPlainWords() throws {
    var connections = (1...3).map { Fixture.closeWait($0) }
    connections += (4...120).map {
      Fixture.connection(
        $0, initiator: Fixture.claim(.closed), responder: Fixture.claim(.closed), close: .graceful)
    }
    let text = try Self.report(connections)
    #expect(
      text.contains(
        """
        CLOSE_WAIT: 3 ends
          10.0.0.5:8080 has left 3 of 120 connections open after the client closed, the oldest for 3 min
            56 s: the program there doesn't close its sockets.
        """))
    #expect(text.contains("10.0.0.5:8080  10.0.0.9:51234  14:03:22.000  3 min 56 s  proved  8,9"))
  }

  @Test func aHalfCloseInUseIsNoLeak() throws {
    let text = try Self.report([Fixture.closeWait(1, activity: .draining)])
    #expect(text.contains("half-close in use: 1 end still sending"))
    #expect(!text.contains("doesn't close"))
  }

  @Test func aClientThatLeaksIsNotTakenForTheServer() throws {
    let connection = Fixture.connection(
      initiator: Fixture.claim(.closeWait, .acknowledgedPeerFIN),
      responder: Fixture.claim(.closed))
    let text = try Self.report([connection])
    #expect(text.contains("10.0.0.9 has left 1 connection to 10.0.0.5:8080 open"))
    #expect(text.contains("the program at 10.0.0.9 doesn't"))
  }

  @Test func manyRowsStayOneScreen() throws {
    let connections =
      (1...2_000).map { Fixture.timeWait($0) } + (2_001...2_400).map { Fixture.closeWait($0) }
    let text = try Self.report(connections)
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count < 40)
    #expect(text.contains("and 390 more (--all lists them)"))
    #expect(text.contains("and 1,997 more (--all lists them)"))
    let all = try Self.report(connections, selection: Selection(all: true))
    #expect(all.split(separator: "\n").count > 2_400)
    #expect(!all.contains("--all lists them"))
  }

  @Test func theOldestComesFirst() throws {
    let connections = (1...30).map {
      Fixture.closeWait($0, since: Fixture.start.advanced(by: .seconds(Int64(100 - $0))))
    }
    let rows = try Self.report(connections).split(separator: "\n")
      .filter { $0.contains("  proved  ") }
    #expect(rows.count == 10)
    #expect(rows.first?.hasPrefix("  30  ") == true)
    #expect(rows.last?.hasPrefix("  21  ") == true)
  }

  @Test func aCleanCaptureSaysSo() throws {
    let text = try Self.report([
      Fixture.connection(
        initiator: Fixture.claim(.closed), responder: Fixture.claim(.closed), close: .graceful)
    ])
    #expect(text.contains("Nothing found: no end is left in CLOSE_WAIT or TIME_WAIT"))
  }

  @Test func hostileFileNamesStayHarmless() throws {
    var capture = Self.capture
    capture.file = "a\u{1B}]0;x\u{7}\u{202E}.pcap"
    capture.damage = [CaptureRow.Damage(file: capture.file, offset: 7, message: "cut")]
    let text = try Self.report([], capture: capture)
    #expect(text.contains("a\\e]0;x\\u{7}\\u{202E}.pcap at byte 7: cut"))
    #expect(!text.unicodeScalars.contains { "\u{1B}\u{7}\u{202E}".unicodeScalars.contains($0) })
  }

  @Test func noEscapeCodeWithoutColor() throws {
    let connections = Self.everything
    #expect(try !Self.report(connections).contains("\u{1B}"))
    #expect(try Self.report(connections, palette: .colored).contains("\u{1B}["))
  }

  /// Every kind of finding and late packet, between long IPv6 addresses, over several days.
  static var everything: [ConnectionReport] {
    let client = SocketAddress(
      address: IPAddress(version6High: 0x2001_0DB8_1111_2222, low: 0x3333_4444_5555_6666),
      port: 65_535)
    let server = SocketAddress(
      address: IPAddress(version6High: 0x2001_0DB8_AAAA_BBBB, low: 0xCCCC_DDDD_EEEE_FFFF),
      port: 65_534)
    let states: [TCPState] = [
      .closeWait, .timeWait, .finWait1, .finWait2, .closing, .lastAck, .synReceived,
    ]
    let frames = Evidence(1_000_001, 1_000_002, 1_000_003, 1_000_004)
    var number = 0
    return states.map { state in
      number += 1
      let late = LateKind.allCases.map { kind in
        Fixture.late(kind, frame: 1_000_000, effect: .killed, reply: nil, expected: .rstACK)
      }
      return Fixture.connection(
        number + 1_000_000,
        initiator: Fixture.claim(
          state, .sentFIN, or: StateSet(.established), until: Self.instant, frames: frames),
        responder: Fixture.claim(.closed), activity: .draining, client: client, server: server,
        late: late, resetCause: .timeWaitAssassination)
    }
  }

  @Test func nothingIsWiderThanThePage() throws {
    var capture = Self.capture
    capture.lastTime = Self.instant.advanced(by: .seconds(200_000))
    #expect(Self.widest(try Self.report(Self.everything, capture: capture)) <= Page.width)
    #expect(Self.widest(try Self.report(Self.everything)) <= Page.width)

    for connection in Self.everything {
      let sink = Sink()
      let netstat = NetstatReport(format: .text, selection: Selection(all: true)) {
        sink.bytes += $0
      }
      let instant = Self.instant.advanced(by: .seconds(200_000))
      try netstat.write(count: 1, at: instant) { try $1(connection) }
      #expect(Self.widest(String(decoding: sink.bytes, as: UTF8.self)) <= Page.width)
    }
  }

  @Test func everyFindingHasAMessageAndAFilter() {
    for connection in Self.everything {
      for kind in FindingKind.allCases {
        let finding = Finding(kind: kind, role: .initiator, age: .seconds(5))
        #expect(finding.message(in: connection).contains("2001:db8:"))
        #expect(!finding.wiresharkFilter(in: connection).isEmpty)
      }
    }
  }

  @Test func wordsTellTheCasesApart() {
    func distinct(_ words: [String]) -> Bool {
      Set(words).count == words.count && !words.contains("")
    }
    #expect(distinct(Ground.allCases.map(\.sentence)))
    #expect(Ground.allCases.allSatisfy { !$0.whatWouldSettle.isEmpty && !$0.timerNote.isEmpty })
    #expect(distinct(ResetCause.allCases.map(\.words)))
    #expect(distinct(LateEffect.allCases.map(\.words)))
    #expect(distinct(LateEffect.allCases.map(\.cell)))
    #expect(distinct(ExpectedReply.allCases.map(\.words)))
    #expect(distinct(TapPosition.allCases.map(\.words)))
    #expect(distinct(SkipReason.allCases.map(\.words)))
    #expect(distinct(FindingKind.allCases.map(\.stateName)))
  }

  @Test func netstatLeavesOutWhatIsClosed() throws {
    func rows(_ selection: Selection) throws -> Int {
      let sink = Sink()
      let netstat = NetstatReport(format: .jsonl, selection: selection) { sink.bytes += $0 }
      try netstat.write(count: 1, at: Self.instant) { try $1(Fixture.closeWait()) }
      return sink.bytes.count { $0 == UInt8(ascii: "\n") }
    }
    #expect(try rows(Selection()) == 1)
    #expect(try rows(Selection(all: true)) == 2)
    #expect(try rows(Selection(minimumAge: .seconds(237))) == 0)
  }
}

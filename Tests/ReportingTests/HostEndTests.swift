import Dissection
import Testing

@testable import Reporting
@testable import Tracking

/// What is told of the ends of this host: here the service's.
@Suite struct HostEndTests {
  private static let instant = TextTests.instant

  private static func host(
    _ connections: [ConnectionReport], kernelState: TCPState? = nil,
    process: (Int) -> HostEnd.Process?
  ) -> HostEnds {
    var ends: [HostEnds.Key: HostEnd] = [:]
    for connection in connections {
      let end = connection.endpoints.responder
      ends[HostEnds.Key(local: end.local, remote: end.remote)] = HostEnd(
        process: process(connection.number), source: .both, kernelState: kernelState,
        connection: connection.number)
    }
    return HostEnds(addresses: [Fixture.server.address]) { [ends] in ends[$0] }
  }

  private static func report(
    _ format: ReportFormat, _ connections: [ConnectionReport], _ host: HostEnds
  ) throws -> String {
    let sink = Sink()
    var report = ReadReport(
      format: format, selection: Selection(), style: TextStyle(palette: .plain, zone: .utc)
    ) { sink.bytes += $0 }
    report.host = host
    try report.finish(
      captures: [TextTests.capture], at: instant, count: connections.count
    ) { try $1(connections[$0]) }
    return String(decoding: sink.bytes, as: UTF8.self)
  }

  private static let hostile = HostEnd.Process(
    name: "a\u{1B}[2J\"", pid: 71, user: "w\u{202E}", controlGroup: "/x\n")

  @Test func theSentenceNamesTheProgramAndNoTerminalObeysIt() throws {
    let leaks = [Fixture.closeWait(1), Fixture.closeWait(2)]
    let text = try Self.report(.text, leaks, Self.host(leaks) { _ in Self.hostile })
    let words = text.split { $0.isWhitespace }.joined(separator: " ")
    #expect(
      words.contains(
        #"3 min 56 s: a\e[2J" (pid 71, user w\u{202E}) doesn't close its sockets."#), "\(text)")
    #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
  }

  @Test func ofSeveralProgramsNoneIsBlamed() throws {
    let leaks = [Fixture.closeWait(1), Fixture.closeWait(2)]
    let two = Self.host(leaks) {
      HostEnd.Process(name: "worker", pid: 70 + $0, user: nil, controlGroup: nil)
    }
    let text = try Self.report(.text, leaks, two)
    #expect(text.split { $0.isWhitespace }.joined(separator: " ").contains("the program there"))
    #expect(text.contains("worker (pid 71)") && text.contains("worker (pid 72)"))
  }

  @Test func bothViewsAreShown() throws {
    let leak = [Fixture.closeWait(1)]
    let text = try Self.report(
      .text, leak, Self.host(leak, kernelState: .lastAck) { _ in nil })
    #expect(text.contains("Packets and kernel disagree: 1 end"))
    #expect(text.contains("CLOSE_WAIT  LAST_ACK"), "\(text)")
  }

  @Test func jsonHasTheFieldsAtEndsOfThisHostAlone() throws {
    let leak = [Fixture.closeWait(1)]
    let lines = try Self.report(.jsonl, leak, Self.host(leak) { _ in Self.hostile })
      .split(separator: "\n")
    let fields =
      #""process":{"name":"a\u001b[2J\"","pid":71,"user":"w\u202e","cgroup":"/x\n"},"#
      + #""source":"both","kernel_state":null}"#
    let carrying = lines.filter { $0.hasSuffix(fields) }
    #expect(carrying.count == 2)
    #expect(carrying.first?.contains(#""type":"endpoint","#) == true)
    #expect(carrying.last?.contains(#""type":"finding","#) == true)
    #expect(lines.filter { $0.contains("process") }.count == 2)
  }

  /// A socket belongs to one of the connections that its ports have had.
  @Test func anEarlierConnectionHasNoProgram() throws {
    let newest = Self.host([Fixture.closeWait(1)]) { _ in Self.hostile }
    var earlier = Fixture.closeWait(1)
    earlier.number = 7
    let end = try #require(newest.end(.responder, of: earlier))
    #expect(end == HostEnd(process: nil, source: .packets))
    #expect(newest.end(.initiator, of: earlier) == nil, "it is not of this host")
  }

  @Test func anUnseenConnectionIsItsOneEnd() throws {
    let unseen = ConnectionReport(
      unseen: 0, local: Fixture.server, remote: Fixture.client(), state: .closeWait,
      since: Fixture.start, until: nil)
    let end = HostEnd(process: nil, source: .kernel, connection: 0)
    let key = HostEnds.Key(local: Fixture.server, remote: Fixture.client())
    let host = HostEnds(addresses: []) { $0 == key ? end : nil }
    for format in [ReportFormat.json, .jsonl] {
      let text = try Self.report(format, [unseen], host)
      #expect(!text.contains(#""type":"connection""#))
      #expect(text.components(#""type":"endpoint","connection":null,"stream":null"#) == 1)
      #expect(text.components(#""type":"finding","kind":"close_wait","connection":null"#) == 1)
      #expect(text.contains(#""age":236,"#))
      #expect(text.contains(#""connections":0,"endpoints_by_state":{"CLOSE_WAIT":1}"#))
    }
    let text = try Self.report(.text, [unseen], host)
    #expect(text.contains("-  10.0.0.5:8080  10.0.0.9:51234  before  at least 3 min 56 s"))
  }

  @Test func anEventHasTheFieldsOfItsObject() throws {
    let leak = Fixture.closeWait(1)
    let sink = Sink()
    var writer = EventWriter { sink.bytes += $0 }
    writer.tell(of: Self.host([leak]) { _ in nil })
    let finding = try #require(leak.findings(at: Self.instant).first)
    writer.write(.findingOpened(finding, leak), at: Self.instant)
    writer.write(.late(Fixture.late()), at: Fixture.start)
    writer.write(
      .drops(interface: "eth\u{1B}0", CaptureRow.Drops(byKernel: 3, byInterface: 1)),
      at: Fixture.start)
    try writer.flush()
    let lines = String(decoding: sink.bytes, as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(
      lines[0].hasPrefix(
        #"{"type":"event","event":"finding_opened","time":"2026-07-12T14:07:18.000000000Z","#
          + #""kind":"close_wait","connection":1,"endpoint":{"address":"10.0.0.5","port":8080},"#
          + #""age":236,"#))
    #expect(lines[0].hasSuffix(#""process":null,"source":"both","kernel_state":null}"#))
    #expect(
      lines[1].hasPrefix(
        #"{"type":"event","event":"late","time":"2026-07-12T14:03:22.000000000Z","#
          + #""connection":1,"stream":0,"frame":11,"kind":"retransmitted-fin","#))
    #expect(
      lines[2]
        == #"{"type":"event","event":"drops","time":"2026-07-12T14:03:22.000000000Z","#
        + #""file":"eth\u001b0","dropped":3,"dropped_by_interface":1}"#)
  }
}

extension String {
  /// How often a text occurs.
  fileprivate func components(_ text: String) -> Int { self.ranges(of: text).count }
}

import Dissection
import Foundation

@testable import Reporting
@testable import Tracking

/// A moment of a busy host, 10.0.0.5: a service that leaks, a client that soon has no ports left.
enum ScreenFixture {
  static let now = Fixture.start.advanced(by: .seconds(236))
  static let database = SocketAddress(address: IPAddress(version4: 0x0A00_0007), port: 5_432)
  static let ports = EphemeralPorts(range: 32_768...32_867, reserved: [32_770...32_779])

  static func program(_ name: String, _ pid: Int) -> HostEnd.Process {
    HostEnd.Process(
      name: name, pid: pid, user: "www", controlGroup: "/system.slice/\(name).service")
  }

  static func since(_ seconds: Int64) -> Timestamp { now.advanced(by: .seconds(-seconds)) }

  /// This host's own dial to the database, in TIME_WAIT.
  static func dial(_ number: Int) -> ConnectionReport {
    let local = SocketAddress(
      address: Fixture.server.address, port: UInt16(32_780 + number % 1_000))
    return Fixture.connection(
      number,
      initiator: Fixture.claim(
        .timeWait, .timeWaitRuns, since: since(20), until: now.advanced(by: .seconds(40)),
        frames: Evidence(8, 9, 10)),
      responder: Fixture.claim(.closed, .lastACKPassed, or: StateSet(.lastAck)), client: local,
      server: database, close: .graceful)
  }

  static var connections: [ConnectionReport] {
    var all = (1...3).map { Fixture.closeWait($0, since: since(Int64(400 / $0))) }
    all.append(Fixture.closeWait(4, activity: .draining, since: since(9)))
    all += (5...70).map { dial($0) }
    all += (71...75).map { Fixture.timeWait($0, late: [late($0)]) }
    all += (76...80).map {
      Fixture.connection(
        $0, initiator: Fixture.claim(.established, .sentInEstablished),
        responder: Fixture.claim(.established, .handshakePassed, or: StateSet(.synReceived)),
        close: .open)
    }
    all.append(
      ConnectionReport(
        unseen: 0, local: Fixture.server, remote: Fixture.client(40_000), state: .closeWait,
        since: since(90), until: nil))
    return all
  }

  private static func late(_ number: Int) -> LateSegment {
    let kinds = LateKind.allCases
    var late = Fixture.late(
      kinds[number % kinds.count], frame: 500 + number,
      effect: number == 73 ? .killed : .timerRestarted)
    late.connection = number
    late.time = since(Int64(80 - number))
    return late
  }

  /// All ends of 10.0.0.5, those of a service held by two processes.
  static var host: HostEnds {
    var ends: [HostEnds.Key: HostEnd] = [:]
    for (index, connection) in connections.enumerated() {
      for role in Role.allCases {
        let end = connection.endpoints[role]
        guard end.local == Fixture.server, end.claim.state != .closed else { continue }
        ends[.init(local: end.local, remote: end.remote)] = HostEnd(
          process: index == 1 ? program("worker", 812) : program("python3", 4_711),
          source: .both, connection: connection.number)
      }
    }
    return HostEnds(addresses: [Fixture.server.address]) { [ends] in ends[$0] }
  }

  static func snapshot(
    _ query: ScreenQuery = ScreenQuery(), of connections: [ConnectionReport] = connections,
    host: HostEnds? = host, history: Int = 30
  ) -> ScreenSnapshot {
    var past = ScreenHistory()
    for second in (1...history).reversed() {
      let time = now.advanced(by: .seconds(Int64(-second)))
      let part = connections.prefix(connections.count * (history - second) / history)
      _ = survey(query, Array(part), host, at: time, packets: (history - second) * 50, &past)
    }
    return survey(query, connections, host, at: now, packets: history * 50, &past)
  }

  static func survey(
    _ query: ScreenQuery, _ connections: [ConnectionReport], _ host: HostEnds?,
    at instant: Timestamp, packets: Int, _ history: inout ScreenHistory
  ) -> ScreenSnapshot {
    var capture = ScreenSnapshot.Capture(
      start: Fixture.start, now: instant, interfaces: ["eth0", "lo"])
    capture.packets = packets
    var survey = ScreenSurvey(
      query, selection: Selection(minimumAge: .seconds(1)), host: host, ports: ports,
      departed: LateMemory(), capture: capture)
    for connection in connections { survey.add(connection) }
    return survey.finish(&history)
  }

  static func page(
    _ size: ScreenSize, _ view: ScreenView = ScreenView(), of snapshot: ScreenSnapshot? = nil,
    palette: Palette = .plain
  ) -> ScreenPage {
    ScreenPage(
      snapshot ?? self.snapshot(view.query), view, size: size,
      style: TextStyle(palette: palette, zone: .utc))
  }

  /// A view after some keys were typed.
  static func view(_ keys: String, _ more: ScreenKey..., of snapshot: ScreenSnapshot? = nil)
    -> ScreenView
  {
    var view = ScreenView()
    for key in keys.unicodeScalars.map({ ScreenKey.character($0) }) + more {
      _ = view.take(key, snapshot ?? self.snapshot(view.query))
    }
    return view
  }
}

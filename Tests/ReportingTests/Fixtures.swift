import Dissection

@testable import Tracking

/// Hand-made connections between a client at 10.0.0.9 and a service at 10.0.0.5:8080.
enum Fixture {
  /// 2026-07-12T14:03:22Z.
  static let start = Timestamp(nanoseconds: 1_783_865_002_000_000_000)
  static let server = SocketAddress(address: IPAddress(version4: 0x0A00_0005), port: 8_080)

  static func client(_ port: UInt16 = 51_234) -> SocketAddress {
    SocketAddress(address: IPAddress(version4: 0x0A00_0009), port: port)
  }

  static func claim(
    _ state: TCPState, _ ground: Ground = .nothingSeen, or others: StateSet = [],
    since: Timestamp? = start, until: Timestamp? = nil, frames: Evidence = Evidence()
  ) -> Claim {
    Claim(
      state: state, certainty: others.isEmpty ? .proved : .presumed,
      possible: StateSet(state).union(others), since: since, until: until, ground: ground,
      evidence: frames)
  }

  static func end(
    _ local: SocketAddress, _ remote: SocketAddress, _ claim: Claim, activity: Activity? = nil
  ) -> EndpointReport {
    EndpointReport(
      local: local, remote: remote, claim: claim, packets: 5, bytesSent: 160, finFrame: 8,
      finAckedFrame: 9, rstFrame: nil, finRetransmissions: 0, activity: activity)
  }

  static func connection(
    _ number: Int = 1, initiator: Claim, responder: Claim, activity: Activity? = nil,
    client: SocketAddress? = nil, server: SocketAddress = server, close: CloseKind = .halfClosed,
    late: [LateSegment] = [], resetCause: ResetCause? = nil
  ) -> ConnectionReport {
    let client = client ?? Fixture.client(UInt16(51_233 + number % 10_000))
    return ConnectionReport(
      number: number, stream: number - 1,
      endpoints: Pair(
        initiator: end(client, server, initiator),
        responder: end(server, client, responder, activity: activity)),
      rolesKnown: true, firstTime: start, lastTime: start.advanced(by: .seconds(1)),
      firstFrame: 1, lastFrame: 10, copies: 0, close: close, closedFirst: .initiator,
      resetCause: resetCause, oneSided: false, gap: false, late: late)
  }

  /// The server has not closed; the client waits in FIN_WAIT_2.
  static func closeWait(
    _ number: Int = 1, activity: Activity = .idle, since: Timestamp = start
  ) -> ConnectionReport {
    connection(
      number,
      initiator: claim(
        .closed, .finWait2Over, or: StateSet(.finWait2), since: since, frames: Evidence(8, 9)),
      responder: claim(.closeWait, .acknowledgedPeerFIN, since: since, frames: Evidence(8, 9)),
      activity: activity)
  }

  /// The client closed first.
  static func timeWait(_ number: Int = 1, late: [LateSegment] = []) -> ConnectionReport {
    connection(
      number,
      initiator: claim(
        .timeWait, .timeWaitRuns, until: start.advanced(by: .seconds(60)),
        frames: Evidence(8, 9, 10)),
      responder: claim(.closed, .lastACKPassed, or: StateSet(.lastAck), frames: Evidence(9, 10)),
      close: .graceful, late: late)
  }

  static func late(
    _ kind: LateKind = .retransmittedFIN, frame: Int = 11, effect: LateEffect = .timerRestarted,
    reply: Int? = 12, expected: ExpectedReply = .ack
  ) -> LateSegment {
    LateSegment(
      connection: 1, stream: 0, frame: frame, time: start.advanced(by: .milliseconds(1_500)),
      kind: kind, from: server, to: client(), afterClose: .milliseconds(500), effect: effect,
      replyFrame: reply, replyExpected: expected, reachesNewConnection: nil)
  }
}

import Dissection
import Tracking

/// What of a connection an extract has to tell as the capture does: all that a finding says, but
/// not frame, stream and connection numbers, counts, and what else an end could be.
public struct Account: Equatable, Sendable {
  struct End: Equatable, Sendable {
    var local: SocketAddress
    var state: TCPState
    var certainty: Certainty
    var since: Timestamp?
    var until: Timestamp?
    var finRetransmissions: Int
    var activity: Activity?
  }

  struct Late: Equatable, Sendable {
    var kind: LateKind
    var time: Timestamp
    var from: SocketAddress
    var afterClose: Interval?
    var effect: LateEffect
    var isAnswered: Bool
    var replyExpected: ExpectedReply
    var reachesNewConnection: Bool?
  }

  var ends: Pair<End>
  let rolesKnown: Bool
  let close: CloseKind
  let closedFirst: ClosedFirst?
  let resetCause: ResetCause?
  let findings: [Finding]
  var late: [Late]
  /// Whether a report lists it: a state younger than the minimum is work in progress.
  public let isFound: Bool

  /// - Parameter instant: that the connection is told of.
  public init(_ report: ConnectionReport, at instant: Timestamp, minimumAge: Interval) {
    func end(_ end: EndpointReport) -> End {
      End(
        local: end.local, state: end.claim.state, certainty: end.claim.certainty,
        since: end.claim.since, until: end.claim.until,
        finRetransmissions: end.finRetransmissions, activity: end.activity)
    }
    ends = Pair(
      initiator: end(report.endpoints.initiator), responder: end(report.endpoints.responder))
    rolesKnown = report.rolesKnown
    close = report.close
    closedFirst = report.closedFirst
    resetCause = report.resetCause
    findings = Array(report.findings(at: instant))
    late = report.late.map {
      Late(
        kind: $0.kind, time: $0.time, from: $0.from, afterClose: $0.afterClose,
        effect: $0.effect, isAnswered: $0.replyFrame != nil, replyExpected: $0.replyExpected,
        reachesNewConnection: $0.reachesNewConnection)
    }
    isFound = !report.findings(at: instant, minimumAge: minimumAge).isEmpty
  }

  /// The two ends, whoever began.
  public var pair: ConnectionEnds {
    ConnectionEnds(ends.initiator.local, ends.responder.local)
  }

  /// The same of a capture with other addresses and times.
  public func replacing(_ pseudonyms: inout Pseudonyms?, shift: Interval) -> Account {
    var copy = self
    for role in Role.allCases {
      copy.ends[role].since = copy.ends[role].since?.advanced(by: shift)
      copy.ends[role].until = copy.ends[role].until?.advanced(by: shift)
    }
    for index in copy.late.indices {
      copy.late[index].time = copy.late[index].time.advanced(by: shift)
    }
    guard var names = pseudonyms else { return copy }
    for role in Role.allCases {
      copy.ends[role].local = names.pseudonym(of: copy.ends[role].local)
    }
    for index in copy.late.indices {
      copy.late[index].from = names.pseudonym(of: copy.late[index].from)
    }
    pseudonyms = names
    return copy
  }
}

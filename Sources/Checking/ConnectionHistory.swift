import Dissection
import Tracking

/// A state that an end was in, from when to when.
struct StateSpan {
  let role: Role
  let state: TCPState
  let since: Timestamp
  /// When it was left; nil: it lasts at the last look.
  var end: Timestamp?
  /// At some time in it the end's own packets left no other state.
  var isProved: Bool
  /// When it was looked at last.
  var activity: Activity?
  var evidence: Evidence
  /// When its timer runs out.
  var until: Timestamp?
  var lastLook: Timestamp

  /// - Parameter instant: of the last look.
  func duration(at instant: Timestamp) -> Interval {
    max((end ?? min(until ?? instant, instant)).since(since), .zero)
  }
}

/// What one connection went through: told of it again and again, it notes what changes.
struct ConnectionHistory {
  /// The states of which every span is to be told.
  private let states: StateSet
  /// Of those, what was left before `previous`.
  private var spans: [StateSpan] = []
  /// What was left last, of any state: it goes on if what came after it is taken back.
  private var previous = Pair<StateSpan?>(initiator: nil, responder: nil)
  private var current = Pair<StateSpan?>(initiator: nil, responder: nil)
  /// When the first FIN or RST came, and when nothing of the close was missing any more.
  private(set) var closeBegan: Timestamp?
  private(set) var closeEnded: Timestamp?
  private var isQuiet = true
  /// Of very many late packets, not each is a reason to look.
  private var nextLook = Timestamp.distantPast

  /// With more late packets than these a connection is looked at once a second.
  private static let crowd = 64

  init(of states: StateSet) { self.states = states }

  /// Whether a segment that neither opens nor closes can change nothing.
  var isOpen: Bool {
    isQuiet && current.initiator?.state == .established
      && current.responder?.state == .established
  }

  func isDue(at instant: Timestamp) -> Bool { instant >= nextLook }

  /// Every span of the states, also those that last, in the order in which they ended.
  var all: [StateSpan] {
    let latest = [
      previous.initiator, previous.responder, current.initiator, current.responder,
    ].compactMap { $0 }.filter { states.contains($0.state) }
    return (spans + latest).sorted {
      ($0.end ?? .distantFuture) < ($1.end ?? .distantFuture)
    }
  }

  /// - Parameter isMoved: by a segment that opens or closes.
  mutating func note(
    _ connection: ConnectionReport, at instant: Timestamp, isMoved: Bool = false
  ) {
    if isMoved { isQuiet = false }
    for role in Role.allCases { note(connection.endpoints[role], role, at: instant) }
    let hasReset = Role.allCases.contains { connection.endpoints[$0].rstFrame != nil }
    if closeBegan == nil, connection.closedFirst != nil || hasReset { closeBegan = instant }
    if closeEnded == nil, connection.close.isComplete { closeEnded = instant }
    if connection.late.count > Self.crowd { nextLook = instant.advanced(by: .seconds(1)) }
  }

  private mutating func note(_ end: EndpointReport, _ role: Role, at instant: Timestamp) {
    let claim = end.claim
    if var span = current[role], span.state == claim.state {
      span.isProved = span.isProved || claim.certainty == .proved
      span.activity = end.activity
      span.until = claim.until
      span.evidence = claim.evidence
      span.lastLook = instant
      current[role] = span
      return
    }
    var since = min(claim.since ?? instant, instant)
    // A presumption that is taken back was no state: the one before it went on.
    if let before = current[role], since >= before.since {
      // What only turned out later counts from when it could not have been otherwise.
      since = max(since, before.lastLook)
      leave(before, for: since)
    } else if let before = previous[role], before.state == claim.state {
      since = before.since
      previous[role] = nil
    }
    current[role] = StateSpan(
      role: role, state: claim.state, since: since, isProved: claim.certainty == .proved,
      activity: end.activity, evidence: claim.evidence, until: claim.until,
      lastLook: instant)
  }

  private mutating func leave(_ span: StateSpan, for next: Timestamp) {
    var span = span
    // A timer ends a state when it is over, not when that is noticed.
    span.end = max(min(next, span.until ?? next), span.since)
    if let earlier = previous[span.role], states.contains(earlier.state) { spans.append(earlier) }
    previous[span.role] = span
  }
}

extension CloseKind {
  /// Nothing of the close is missing.
  var isComplete: Bool {
    switch self {
    case .graceful, .simultaneous, .reset: true
    case .halfClosed, .unanswered, .open, .refused, .attempt: false
    }
  }

  /// There was a connection, and an end of it has closed.
  var isClose: Bool {
    switch self {
    case .graceful, .simultaneous, .reset, .halfClosed, .unanswered: true
    case .open, .refused, .attempt: false
    }
  }
}

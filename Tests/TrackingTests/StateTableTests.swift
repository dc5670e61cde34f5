import Testing

@testable import Tracking

/// From three facts about an endpoint to its state.
@Suite struct StateTableTests {
  /// Its FIN was sent; acknowledged; the peer's taken; it closed second; so it is in this state.
  private static let rows: [(Bool, Bool, Bool, Bool, TCPState)] = [
    (false, false, false, false, .established),
    (false, false, false, true, .established),
    (false, false, true, false, .closeWait),
    (false, false, true, true, .closeWait),
    (false, true, false, false, .established),
    (false, true, false, true, .established),
    (false, true, true, false, .closeWait),
    (false, true, true, true, .closeWait),
    (true, false, false, false, .finWait1),
    (true, false, false, true, .finWait1),
    (true, false, true, false, .closing),
    (true, false, true, true, .lastAck),
    (true, true, false, false, .finWait2),
    (true, true, false, true, .finWait2),
    (true, true, true, false, .timeWait),
    (true, true, true, true, .closed),
  ]

  @Test(arguments: rows)
  func `the close table`(
    finSent: Bool, finAcked: Bool, peerFINTaken: Bool, closedSecond: Bool, state: TCPState
  ) {
    let facts = CloseFacts(
      finSent: finSent, finAcked: finAcked, peerFINTaken: peerFINTaken, closedSecond: closedSecond)
    #expect(facts.state == state)
  }

  @Test func `every combination has a row`() {
    let combinations = Self.rows.map { row in
      [row.0, row.1, row.2, row.3].reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
    }
    #expect(combinations == Array(0..<16))
  }

  @Test(arguments: [
    (Belief.no, Belief.no, false, [TCPState.finWait1]),
    (.presumed, .no, false, [.finWait1, .finWait2]),
    (.doubted, .no, false, [.finWait1, .finWait2]),
    (.yes, .no, false, [.finWait2]),
    (.no, .presumed, false, [.finWait1, .closing]),
    (.no, .yes, false, [.closing]),
    (.no, .yes, true, [.lastAck]),
    (.presumed, .yes, true, [.lastAck, .closed]),
    (.presumed, .yes, false, [.closing, .timeWait]),
    (.presumed, .presumed, false, [.finWait1, .finWait2, .closing, .timeWait]),
    (.yes, .yes, false, [.timeWait]),
  ])
  func `what is only presumed leaves both possible`(
    acked: Belief, taken: Belief, closedSecond: Bool, states: [TCPState]
  ) {
    let facts = CloseFacts(
      finSent: true, finAcked: acked.taken, peerFINTaken: taken.taken, closedSecond: closedSecond)
    let expected = states.reduce(into: StateSet()) { $0.insert($1) }
    #expect(facts.states(finAcked: acked, peerFINTaken: taken) == expected)
  }
}

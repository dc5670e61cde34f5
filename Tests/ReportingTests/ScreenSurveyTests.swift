import Dissection
import TestSupport
import Testing

@testable import Reporting
@testable import Tracking

@Suite struct ScreenSurveyTests {
  private static let connections = (1...1_000).map {
    Fixture.closeWait($0, since: ScreenFixture.since(Int64($0 * 7 % 1_000 + 2)))
  }

  /// The rows are those that sorting all would put first.
  @Test(arguments: ScreenQuery.Order.allCases, [false, true])
  func theFirstRowsOfAnOrderAreKept(order: ScreenQuery.Order, isReversed: Bool) {
    var query = ScreenQuery()
    (query.order, query.isReversed) = (order, isReversed)
    var shuffler = SplitMix64(seed: 7)
    let shuffled = Self.connections.shuffled(using: &shuffler)
    let snapshot = ScreenFixture.snapshot(query, of: shuffled, host: nil, history: 1)
    let ranks = shuffled.map { connection in
      let end = connection.endpoints.responder
      return EndRank(
        end, of: connection.number, since: end.claim.since ?? .distantPast, by: query,
        program: nil)
    }
    let expected = zip(ranks, shuffled).sorted { $0.0 < $1.0 }.prefix(ScreenSurvey.rowLimit)
      .map { $0.1.number }
    #expect(snapshot.closeWait.rows.map(\.row.connection) == expected)
    #expect(snapshot.closeWait.total == 1_000)
  }

  @Test func theOldestComesFirst() {
    let rows = ScreenFixture.snapshot(of: Self.connections, history: 1).closeWait.rows
    #expect(rows.first?.row.age == .seconds(1_001))
  }

  @Test func theEndsOfThisHostAreCountedApart() {
    let snapshot = ScreenFixture.snapshot()
    #expect(snapshot.own[.closeWait] == 5)
    #expect(snapshot.own[.timeWait] == 66)
    #expect(snapshot.others[.timeWait] == 5)
    #expect(snapshot.own[.established] == 5 && snapshot.others[.established] == 5)
    let unknown = ScreenFixture.snapshot(host: nil)
    #expect(unknown.own[.timeWait] == 71 && unknown.own[.established] == 10)
  }

  @Test func whoHoldsMostIsCounted() {
    let holders = ScreenFixture.snapshot().holders
    #expect(
      holders == [
        ScreenFixture.program("python3", 4_711): 4, ScreenFixture.program("worker", 812): 1,
      ])
  }

  @Test func stateTooYoungIsNoRow() {
    let young = Fixture.closeWait(1, since: ScreenFixture.now.advanced(by: .milliseconds(-900)))
    let snapshot = ScreenFixture.snapshot(of: [young], history: 1)
    #expect(snapshot.closeWait.total == 0)
    #expect(snapshot.own[.closeWait] == 1)
  }

  @Test func lateSegmentsOfConnectionsThatHaveLeftStay() {
    var late = Fixture.late()
    var departed = LateMemory()
    for frame in 1...300 {
      late.frame = frame
      departed.add(Fixture.timeWait(1, late: [late]), Selection())
    }
    var survey = ScreenSurvey(
      ScreenQuery(), selection: Selection(), host: nil, ports: nil, departed: departed,
      capture: .init(start: Fixture.start, now: ScreenFixture.now, interfaces: []))
    late.frame = 250
    survey.add(Fixture.timeWait(2, late: [late]))
    var history = ScreenHistory()
    let snapshot = survey.finish(&history)
    #expect(snapshot.lateByKind == [.retransmittedFIN: 301])
    #expect(snapshot.late.rows.count == ScreenSurvey.rowLimit)
    #expect(
      snapshot.late.rows.map(\.frame).prefix(52) == Array((250...300).reversed())[...] + [250])
  }

  @Test func historyIsASampleASecond() {
    let history = ScreenFixture.snapshot(history: 30).history
    #expect(history.samples.count == 31)
    #expect(history.packetRate == 50)
    #expect(history.counts(of: .closeWait).last == 5)
    #expect(ScreenFixture.snapshot(of: [], history: 400).history.samples.count == 240)
  }

  // MARK: Ports

  @Test func portsAreThoseOfTheRange() {
    #expect(ScreenFixture.ports.count == 90)
    #expect(EphemeralPorts(range: 1...10, reserved: [0...2, 9...40, 70...80]).count == 6)
    #expect(EphemeralPorts(range: 1...10, reserved: [3...3]).contains(4))
    #expect(!EphemeralPorts(range: 1...10, reserved: [3...3]).contains(3))
    #expect(!EphemeralPorts(range: 1...10).contains(11))
  }

  @Test func theClientWithFewestPortsLeftComesFirst() throws {
    let snapshot = ScreenFixture.snapshot()
    let row = try #require(snapshot.dials.rows.first)
    #expect(row.dial == Dial(client: Fixture.server.address, service: ScreenFixture.database))
    #expect(row.isOwn && row.count.taken == 66 && row.count.timeWaits.initiator == 66)
    let other = try #require(snapshot.dials.rows.last)
    #expect(other.dial.client == Fixture.client().address)
    #expect(other.count.timeWaits.initiator == 5 && !other.isOwn)
    #expect(snapshot.timeWaits.initiator == 71 && snapshot.timeWaits.responder == 0)
  }

  @Test(arguments: [(10, ", full in 4 s"), (46, ", full in 40 s"), (48, nil), (50, nil), (60, nil)])
  func howSoonPortsRunOutIsTold(before: Int, words: String?) {
    var history = ScreenHistory()
    for (second, count) in [(0, before), (2, 49), (4, 50)] {
      let snapshot = ScreenFixture.survey(
        ScreenQuery(), (1...count).map(ScreenFixture.dial), ScreenFixture.host,
        at: ScreenFixture.now.advanced(by: .seconds(Int64(second))), packets: 0, &history)
      let page = ScreenFixture.page(ScreenSize(columns: 100, rows: 30), of: snapshot)
      let row = page.lines.first { $0.contains(" %") } ?? ""
      #expect(!row.isEmpty)
      guard second == 4 else { continue }
      #expect(row.contains("55 %") && row.contains("full") == (words != nil), "\(row)")
      if let words { #expect(row.contains(words), "\(row)") }
    }
  }

  /// A port outside the range was chosen by the program, and takes none from the others.
  @Test func portsOutsideTheRangeAreNotTaken() {
    var census = DialCensus(ports: EphemeralPorts(range: 40_000...40_001))
    let shown = Pair(initiator: true, responder: true)
    for number in 1...5 { census.add(ScreenFixture.dial(number), shown: shown) }
    let rows = census.rows(ScreenFilter()) { _ in true }.rows
    #expect(rows.map(\.count.taken) == [0])
    #expect(rows.map(\.count.timeWaits.initiator) == [5])
  }

  /// TIME_WAIT at the service leaves the client's port free.
  @Test func whereTheServiceWaitsTheClientHasItsPort() {
    var census = DialCensus(ports: ScreenFixture.ports)
    let shown = Pair(initiator: true, responder: true)
    var connection = ScreenFixture.dial(1)
    swap(&connection.endpoints.initiator.claim, &connection.endpoints.responder.claim)
    census.add(connection, shown: shown)
    let rows = census.rows(ScreenFilter()) { _ in true }.rows
    #expect(
      rows.map(\.count) == [
        DialCensus.Count(timeWaits: Pair(initiator: 0, responder: 1), open: 0, taken: 0)
      ])
  }
}

import Dissection
import Reporting
import Testing
import Tracking

@testable import finwait

@Suite struct ConnectionWatchTests {
  private static let start = Timestamp(nanoseconds: 1_783_865_002_000_000_000)
  private static let ends = (
    SocketAddress(address: IPAddress(version4: 0x0A00_0005), port: 8_080),
    SocketAddress(address: IPAddress(version4: 0x0A00_0009), port: 51_234)
  )

  /// What was told, in words, and when.
  private final class Told {
    var words: [String] = []

    func tell(_ event: LiveEvent, _ time: Timestamp) {
      let offset = time.since(ConnectionWatchTests.start).nanoseconds / 1_000_000
      switch event {
      case .state(let role, let connection):
        words.append("\(offset) \(connection.endpoints[role].claim.state.name)")
      case .findingOpened(let finding, _): words.append("\(offset) opened \(finding.kind.rawValue)")
      case .findingClosed(let finding, _):
        let age = (finding.age?.nanoseconds ?? -1) / 1_000_000
        words.append("\(offset) closed \(finding.kind.rawValue) after \(age)")
      case .late, .drops: words.append("\(offset) other")
      }
    }
  }

  private func at(_ milliseconds: Int64) -> Timestamp {
    Self.start.advanced(by: .milliseconds(milliseconds))
  }

  private func report(
    _ state: TCPState, since: Int64, until: Int64? = nil
  ) -> ConnectionReport {
    ConnectionReport(
      unseen: 0, local: Self.ends.0, remote: Self.ends.1, state: state, since: at(since),
      until: until.map(at))
  }

  private func makeWatch() -> ConnectionWatch {
    var watch = ConnectionWatch(selection: Selection(minimumAge: .milliseconds(500)))
    _ = watch.takeDue(at: Self.start)
    return watch
  }

  @Test func eachChangeIsToldOnce() {
    var watch = makeWatch()
    let told = Told()
    for time in [0, 10, 20] as [Int64] {
      watch.update(report(.closeWait, since: 0), at: at(time), told.tell)
    }
    watch.update(report(.closeWait, since: 0), at: at(500), told.tell)
    watch.update(report(.closeWait, since: 0), at: at(900), told.tell)
    watch.update(report(.lastAck, since: 1_000), at: at(1_000), told.tell)
    watch.end(report(.closed, since: 1_010), at: at(1_010), told.tell)
    #expect(
      told.words == [
        "0 CLOSE_WAIT", "500 opened close_wait", "1000 LAST_ACK",
        "1000 closed close_wait after 1000", "1010 CLOSED",
      ])
    #expect(watch.count == 0)
  }

  @Test func whatLeavesMemoryIsNoLongerFound() {
    var watch = makeWatch()
    let told = Told()
    watch.end(report(.closeWait, since: 0), at: at(2_000), told.tell)
    #expect(
      told.words == [
        "2000 CLOSE_WAIT", "2000 opened close_wait", "2000 closed close_wait after 2000",
      ])
  }

  @Test func itIsLookedAtWhenAStateIsOldEnoughToBeFound() {
    var watch = makeWatch()
    let told = Told()
    watch.update(report(.closeWait, since: 0), at: at(10), told.tell)
    #expect(watch.takeDue(at: at(499)).isEmpty)
    let due = watch.takeDue(at: at(650))
    #expect(due.map(\.number) == [0])
    #expect(due.first?.isForFinding == true)
    #expect(due.first?.ends.initiator == Self.ends.0)
    watch.update(report(.closeWait, since: 0), at: at(650), told.tell)
    #expect(told.words.last == "650 opened close_wait")
    // Then nothing but a packet ends it.
    #expect(watch.takeDue(at: at(100_000_000)).isEmpty)
  }

  @Test func itIsLookedAtWhenATimerEnds() {
    var watch = makeWatch()
    let told = Told()
    watch.update(report(.timeWait, since: 0, until: 60_000), at: at(0), told.tell)
    #expect(watch.takeDue(at: at(59_999)).isEmpty)
    #expect(watch.takeDue(at: at(60_150)).count == 1)
  }

  /// A packet has restarted it.
  @Test func aTimerThatWasRestartedIsNotLookedAtForNothing() {
    var watch = makeWatch()
    let told = Told()
    watch.update(report(.timeWait, since: 0, until: 60_000), at: at(0), told.tell)
    watch.update(report(.timeWait, since: 0, until: 70_000), at: at(10_000), told.tell)
    #expect(watch.takeDue(at: at(69_900)).isEmpty)
    #expect(watch.takeDue(at: at(70_150)).count == 1)
  }

  /// When the other side will have been given up is not known ahead.
  @Test func aTimerWhoseEndIsNotKnownIsLookedAfterMoreAndMoreSeldom() {
    var watch = makeWatch()
    let told = Told()
    var looks = 0
    watch.update(report(.finWait1, since: 0), at: at(0), told.tell)
    for second in 1...1_000 as ClosedRange<Int64> {
      for _ in watch.takeDue(at: at(second * 1_000)) {
        looks += 1
        watch.update(report(.finWait1, since: 0), at: at(second * 1_000), told.tell)
      }
    }
    #expect((16...120).contains(looks), "\(looks)")
    #expect(told.words == ["0 FIN_WAIT_1", "1000 opened fin_wait_1"])
  }

  @Test func afterALongSleepAllThatIsDueIsLookedAt() {
    var watch = makeWatch()
    let told = Told()
    watch.update(report(.timeWait, since: 0, until: 60_000), at: at(0), told.tell)
    #expect(watch.takeDue(at: at(86_400_000)).count == 1)
  }
}

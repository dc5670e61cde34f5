import Dissection
import Simulation
import Testing

@testable import Tracking

/// A connection that goes by the book is followed by a short way; nothing else may come of it.
@Suite struct OrderlyConnectionTests {
  /// How many connections were still orderly when their handshake was over.
  private struct Share {
    var orderly = 0
    var all = 0
  }

  private static func tracker(_ run: Run, followsOrderly: Bool) -> Tracker {
    var options = TrackerOptions(profile: run.scenario.settings.x.profile)
    options.followsOrderly = followsOrderly
    return Tracker(options: options)
  }

  @Test func `after every segment the evidence is what it would have been in full`() throws {
    var share = Share()
    for seed in 0..<3000 as Range<UInt64> {
      let run = Run(Scenario.random(seed: seed))
      var orderly = Self.tracker(run, followsOrderly: true)
      var full = Self.tracker(run, followsOrderly: false)
      var finals: (orderly: [ConnectionReport], full: [ConnectionReport]) = ([], [])
      for segment in run.capture.map(\.segment) {
        let receipt = orderly.receive(segment) { finals.orderly.append($0) }
        #expect(receipt == full.receive(segment) { finals.full.append($0) })
        let isSame = orderly.agrees(with: full, on: receipt.connection)
        #expect(isSame, "seed \(seed), frame \(segment.frame)")
        #expect(finals.orderly == finals.full, "seed \(seed), frame \(segment.frame)")
        let hasOpened = segment.flags.intersection([.syn, .fin, .rst, .ack]) == .ack
        guard hasOpened, receipt.sender == .initiator else { continue }
        share.all += 1
        if orderly.isOrderly(receipt.connection) { share.orderly += 1 }
      }
      compareEnds(&orderly, &full, run, seed)
    }
    #expect(share.all > 5000)
    #expect(share.orderly * 5 > share.all, "\(share.orderly) of \(share.all)")
  }

  @Test func `it takes a third of the memory`() {
    #expect(MemoryLayout<OrderlyConnection>.size * 14 / 5 <= MemoryLayout<Connection>.size)
  }

  private func compareEnds(
    _ orderly: inout Tracker, _ full: inout Tracker, _ run: Run, _ seed: UInt64
  ) {
    guard let last = run.capture.last?.segment.time else { return }
    for wait in [0, 1, 61, 70, 200] as [Int64] {
      let instant = last.advanced(by: .seconds(wait))
      var reports: (orderly: [ConnectionReport], full: [ConnectionReport]) = ([], [])
      orderly.forEachConnection(at: instant) { reports.orderly.append($0) }
      full.forEachConnection(at: instant) { reports.full.append($0) }
      #expect(reports.orderly == reports.full, "seed \(seed), \(wait) s after its end")
    }
    #expect(orderly.tap == full.tap)
  }
}

/// All that a tracker holds of a connection.
private struct Evidence: Equatable {
  var connection: Connection
  var late: [LateSegment]
}

extension Tracker {
  fileprivate func isOrderly(_ number: Int) -> Bool {
    table.orderlySlots().contains { table.orderly[$0].number == number }
  }

  fileprivate func agrees(with other: borrowing Tracker, on number: Int) -> Bool {
    evidence(of: number) == other.evidence(of: number)
  }

  private func evidence(of number: Int) -> Evidence? {
    for slot in table.orderlySlots() where table.orderly[slot].number == number {
      let connection = table.orderly[slot].inFull(tap: options.tap)
      let fin = table.orderly[slot].unansweredFIN(connection, profile: options.profile)
      return Evidence(connection: connection, late: fin.map { [$0] } ?? [])
    }
    for slot in table.slots() where table[slot].number == number {
      var connection = table[slot]
      // Places in memory may differ.
      connection.older = ConnectionTable.noSlot
      return Evidence(connection: connection, late: late[slot] ?? [])
    }
    return nil
  }
}

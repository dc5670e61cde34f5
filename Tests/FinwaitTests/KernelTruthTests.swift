import Dissection
import TestSupport
import Testing
import Tracking

/// What finwait says of an end is what that end's kernel said.
@Suite(.enabled(if: KernelRecording.isThere, "\(KernelRecording.missing)"))
struct KernelTruthTests {
  /// What can be wrong with a sample.
  enum Fault: String, Comparable {
    case state, possible, proved

    static func < (left: Fault, right: Fault) -> Bool { left.rawValue < right.rawValue }
  }

  /// Samples of one end that have one fault.
  struct Difference: Hashable, Comparable, CustomStringConvertible {
    let tap: String
    let scenario: String
    let side: KernelRecording.Side
    let fault: Fault

    private var place: [String] { [tap, scenario, side.rawValue, fault.rawValue] }
    static func < (left: Self, right: Self) -> Bool {
      left.place.lexicographicallyPrecedes(right.place)
    }
    var description: String { place.joined(separator: " ") }
  }

  struct Tally {
    var samples = 0
    var equal = 0
    /// Only by how late a timer of the kernel is.
    var slack = 0
    /// Samples, and an example.
    var differences: [Difference: (count: Int, example: String)] = [:]

    var share: Double { Double(equal) / Double(samples) }
    func count(_ fault: Fault) -> Int {
      differences.filter { $0.key.fault == fault }.values.map(\.count).reduce(0, +)
    }
  }

  /// `until` of TIME_WAIT as it was last said, by end.
  private struct TimeWaits {
    var said: [[(at: Timestamp, until: Timestamp)]]

    mutating func note(_ sayings: [KernelObservation.Saying?], at instant: Timestamp) {
      for (index, saying) in sayings.enumerated() {
        guard let claim = saying?.claim, claim.state == .timeWait, let until = claim.until else {
          continue
        }
        if said[index].last?.until != until { said[index].append((instant, until)) }
      }
    }
  }

  /// How late a timer can be: two steps of the kernel's timer wheel.
  private static let slack = Interval.milliseconds(5200)

  private static func observe(
    _ recording: KernelRecording, tap: String, every step: Interval
  ) throws -> (tally: Tally, timeWaits: TimeWaits) {
    var tally = Tally()
    var timeWaits = TimeWaits(said: Array(repeating: [], count: recording.ends.count))
    /// Since when the end is said to be CLOSED because of a timer.
    var overSince: [Timestamp?] = Array(repeating: nil, count: recording.ends.count)
    var observation = KernelObservation(recording)
    try observation.sample(tap, every: step) { instant, sayings in
      timeWaits.note(sayings, at: instant)
      for (index, end) in recording.ends.enumerated() {
        guard tap == "mid" || tap == end.side.tap, let saying = sayings[index] else { continue }
        if saying.isOverByTimer {
          overSince[index] = overSince[index] ?? instant
        } else {
          overSince[index] = nil
        }
        guard let truth = end.state(at: instant) else { continue }
        tally.samples += 1
        if saying.claim.state == truth { tally.equal += 1 }
        var faults: [Fault] = []
        if saying.claim.state != truth {
          let isSlack =
            saying.possible.contains(truth)
            && overSince[index].map { instant.since($0) <= slack } ?? false
          if isSlack { tally.slack += 1 } else { faults.append(.state) }
          if saying.claim.certainty == .proved { faults.append(.proved) }
        }
        if !saying.possible.contains(truth) { faults.append(.possible) }
        for fault in faults {
          let difference = Difference(
            tap: tap, scenario: end.scenario, side: end.side, fault: fault)
          let example =
            "\(instant.since(recording.start).seconds) s: \(saying.claim.state.name), kernel "
            + "\(truth.name), \(saying.claim.ground)"
          tally.differences[difference, default: (0, example)].count += 1
        }
      }
    }
    return (tally, timeWaits)
  }

  // MARK: At the host's own tap

  @Test(arguments: KernelRecording.names, KernelRecording.Side.allCases)
  func atItsOwnTapAnEndIsWhatItsKernelSays(name: String, side: KernelRecording.Side) throws {
    let recording = try KernelRecording(name)
    let (tally, timeWaits) = try Self.observe(recording, tap: side.tap, every: .milliseconds(100))
    #expect(tally.samples > 100_000)
    let rows = try TabSeparated(beside: #filePath, named: "KernelDifferences.tsv").rows
    #expect(
      rows.allSatisfy {
        KernelRecording.hasSide($0) && Fault(rawValue: $0["fault"]) != nil
          && Reason(rawValue: $0["reason"]) != nil && !$0["why"].isEmpty
      })
    let listed = rows.filter { $0["recording"] == name && $0["side"] == side.rawValue }
      .compactMap { row in
        Fault(rawValue: row["fault"]).map {
          Difference(tap: side.tap, scenario: row["scenario"], side: side, fault: $0)
        }
      }
    let unlisted = tally.differences.filter { !listed.contains($0.key) }
    let complaints = unlisted.map { "\($0.key): \($0.value)" }.sorted()
    #expect(complaints == [], "not in the list")
    let stale = listed.filter { tally.differences[$0] == nil }
    #expect(stale == [], "no longer so: take them out of the list")
    print(
      "kernel \(name) \(side.tap): \(tally.equal) of \(tally.samples), \(tally.slack) by slack")
    Self.holdTimeWaits(recording, side, timeWaits)
  }

  /// Why a claimed state may be another than the kernel's.
  enum Reason: String {
    /// close() while the peer's window is shut or earlier data is lost: the FIN stays in the host.
    case finHeldBack = "fin-held-back"
    /// FIN_WAIT_2 after shutdown() has no timer; nothing on the wire tells it from close().
    case halfCloseKept = "half-close-kept"
    /// TCP_LINGER2 shortened the orphan's life.
    case lingerTwo = "linger2"
    /// An ICMP error ended it; finwait does not read ICMP.
    case icmp
    /// The host's own firewall took packets behind the tap.
    case firewall
    /// The listener answered by a SYN cookie and kept nothing.
    case synCookie = "syn-cookie"
  }

  /// A TIME_WAIT that its timer ended, ended at `until` or a little later.
  private static func holdTimeWaits(
    _ recording: KernelRecording, _ side: KernelRecording.Side, _ timeWaits: TimeWaits
  ) {
    var held = 0
    for (end, said) in zip(recording.ends, timeWaits.said) where end.side == side {
      for (entry, expiry) in zip(end.changes, end.changes.dropFirst()) {
        // What a packet ended is put at its delivery.
        guard entry.state == .timeWait, expiry.state == .closed, expiry.source == "diag" else {
          continue
        }
        let last = said.last {
          entry.time.since($0.at) < .milliseconds(30) && $0.at <= expiry.latest
        }
        #expect(last != nil, "\(end.scenario): TIME_WAIT is not said")
        guard let last else { continue }
        held += 1
        #expect(expiry.latest >= last.until, "\(end.scenario) ended too early")
        let lateness = expiry.earliest.since(last.until)
        #expect(lateness <= .milliseconds(2500), "\(end.scenario): \(lateness.seconds) s late")
      }
    }
    #expect(held > 5)
  }

  // MARK: Between the hosts

  @Test(arguments: [("suite", 0.980, 18, 18), ("random", 0.982, 6, 190)])
  func betweenTheHostsMostEndsAreKnown(
    name: String, share: Double, provedWrong: Int, impossible: Int
  ) throws {
    let (tally, _) = try Self.observe(
      try KernelRecording(name), tap: "mid", every: .milliseconds(500))
    print(
      "kernel \(name) mid: \(tally.equal) of \(tally.samples), proved wrong "
        + "\(tally.count(.proved)), not possible \(tally.count(.possible))")
    #expect(tally.samples > 40_000)
    #expect(tally.share > share)
    #expect(tally.count(.proved) <= provedWrong)
    #expect(tally.count(.possible) <= impossible)
  }
}

extension KernelRecording.Side {
  var tap: String { rawValue.lowercased() }
}

import Dissection
import TestSupport
import Testing
import Tracking

@testable import KernelRecordings

/// What finwait says of an end is what that end's kernel said.
@Suite(.enabled(if: KernelRecording.isThere, "\(KernelRecording.missing)"))
struct KernelTruthTests {
  // MARK: At the host's own tap

  @Test(arguments: KernelRecording.names, KernelRecording.Side.allCases)
  func atItsOwnTapAnEndIsWhatItsKernelSays(name: String, side: KernelRecording.Side) throws {
    let recording = try KernelRecording(name)
    let (tally, timeWaits) = try KernelComparison.observe(
      recording, tap: side.tap, every: .milliseconds(100))
    #expect(tally.samples > 100_000)
    let rows = try TabSeparated(beside: #filePath, named: "KernelDifferences.tsv").rows
    #expect(
      rows.allSatisfy {
        KernelRecording.hasSide($0) && KernelComparison.Fault(rawValue: $0["fault"]) != nil
          && Reason(rawValue: $0["reason"]) != nil && !$0["why"].isEmpty
      })
    let listed = rows.filter { $0["recording"] == name && $0["side"] == side.rawValue }
      .compactMap { row in
        KernelComparison.Fault(rawValue: row["fault"]).map {
          KernelComparison.Difference(
            tap: side.tap, scenario: row["scenario"], side: side, fault: $0)
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
    /// The listener answered by a SYN cookie and kept nothing.
    case synCookie = "syn-cookie"
  }

  /// A TIME_WAIT that its timer ended, ended at `until` or a little later.
  private static func holdTimeWaits(
    _ recording: KernelRecording, _ side: KernelRecording.Side,
    _ timeWaits: KernelComparison.TimeWaits
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

  /// That the others are told apart from what is proved is KernelSoundnessTests' to hold.
  @Test(arguments: [("suite", 0.980), ("random", 0.982)])
  func betweenTheHostsMostEndsAreWhatTheirKernelsSay(name: String, share: Double) throws {
    let (tally, _) = try KernelComparison.observe(
      try KernelRecording(name), tap: "mid", every: .milliseconds(500))
    print("kernel \(name) mid: \(tally.equal) of \(tally.samples)")
    #expect(tally.samples > 40_000)
    #expect(tally.share > share)
  }
}

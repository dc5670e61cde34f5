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
    let tally = try KernelComparison.observe(
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

  // MARK: Between the hosts

  /// That the others are told apart from what is proved is KernelSoundnessTests' to hold.
  @Test(arguments: [("suite", 0.980), ("random", 0.982)])
  func betweenTheHostsMostEndsAreWhatTheirKernelsSay(name: String, share: Double) throws {
    let tally = try KernelComparison.observe(
      try KernelRecording(name), tap: "mid", every: .milliseconds(500))
    print("kernel \(name) mid: \(tally.equal) of \(tally.samples)")
    #expect(tally.samples > 40_000)
    #expect(tally.share > share)
  }
}

import Dissection
import TestSupport
import Testing
import Tracking

@testable import KernelRecordings

/// Before and after every packet, both ends are what their kernels say.
@Suite(
  .enabled(if: Laboratory.obstacle == nil, "\(Laboratory.obstacle ?? "")"))
struct KernelScenarioTests {
  /// Why a claim may differ from the kernel's state.
  enum Reason: String {
    /// close() while the peer's window is shut: the FIN stays in the host.
    case finHeldBack = "fin-held-back"
    /// FIN_WAIT_2 after shutdown() has no timer; nothing on the wire tells it from close().
    case halfCloseKept = "half-close-kept"
  }

  private static let expected = Result { () throws -> [TabSeparated.Row] in
    try TabSeparated(beside: #filePath, named: "ExpectedDifferences.tsv").rows
  }

  @Test func thereAreScenarios() {
    #expect(Laboratory.scenarios.count > 6)
  }

  @Test(arguments: Laboratory.scenarios)
  func endsAreWhatTheirKernelsSay(scenario name: String) throws {
    let scenario = try #require(try Laboratory.recordings.get()[name])
    #expect(!scenario.ends.isEmpty)
    let rows = try Self.expected.get().filter { $0["scenario"] == name }
    var seen: Set<Int> = []
    for tap in ScenarioRecording.taps where scenario.segments[tap] != nil {
      let comparison = ScenarioComparison(scenario, tap: tap)
      #expect(comparison.compared > 10, "\(name) at \(tap): nothing to compare")
      var unexpected: [ScenarioComparison.Difference] = []
      for difference in comparison.differences {
        let row = rows.firstIndex {
          $0["side"] == difference.side.rawValue && $0["tap"] == tap
            && $0["fault"] == difference.fault.rawValue
        }
        if let row { seen.insert(row) } else { unexpected.append(difference) }
      }
      // A long wait in a wrong state is one difference; the first few tell.
      for difference in unexpected.prefix(4) {
        Issue.record("\(difference) (\(unexpected.count) such instants; seed \(Laboratory.seed))")
      }
    }
    let stale = rows.indices.filter { !seen.contains($0) }
    #expect(stale.isEmpty, "no longer so: take \(stale) of \(name) out of the list")
    #expect(rows.allSatisfy { Reason(rawValue: $0["reason"]) != nil && !$0["why"].isEmpty })
  }
}

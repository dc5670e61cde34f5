import Dissection
import TestSupport
import Testing
import Tracking

@testable import KernelRecordings

/// Before and after every packet, both ends are what their kernels say.
@Suite(
  .enabled(if: Laboratory.obstacle == nil, "\(Laboratory.obstacle ?? "")"))
struct KernelScenarioTests {
  private static let expected = Result { () throws -> [TabSeparated.Row] in
    try TabSeparated(beside: #filePath, named: "ExpectedDifferences.tsv").rows
  }

  /// The edge cases of the design that only a capture can show: 27 copies, 28 one side, 29 the
  /// middle of a stream, 31 the end of the capture.
  private static let situationsOfCaptures: Set<Int> = [27, 28, 29, 31]

  @Test func everySituationIsPlayed() throws {
    let played = Set(try Laboratory.recordings.get().values.flatMap(\.situations))
    let missing = Set(1...34).subtracting(played).subtracting(Self.situationsOfCaptures)
    #expect(missing.sorted() == [])
  }

  @Test(arguments: Laboratory.scenarios)
  func endsAreWhatTheirKernelsSay(scenario name: String) throws {
    let scenario = try #require(try Laboratory.recordings.get()[name])
    #expect(!scenario.ends.isEmpty)
    let rows = try Self.expected.get().filter { $0["scenario"] == scenario.family }
    let reasons = rows.compactMap { ScenarioComparison.Reason(rawValue: $0["reason"]) }
    #expect(reasons.count == rows.count && rows.allSatisfy { !$0["why"].isEmpty })
    var seen: Set<ScenarioComparison.Reason> = []
    for tap in ScenarioRecording.taps where scenario.segments[tap] != nil {
      let comparison = ScenarioComparison(scenario, tap: tap)
      if scenario.ends.contains(where: { $0.side.tap == tap }) {
        #expect(comparison.compared > 10, "\(name) at \(tap): nothing to compare")
      }
      var unexpected: [ScenarioComparison.Difference] = []
      for difference in comparison.differences {
        if let reason = difference.reason, reasons.contains(reason) {
          seen.insert(reason)
        } else {
          unexpected.append(difference)
        }
      }
      // A long wait in a wrong state is one difference; the first few tell.
      for difference in unexpected.prefix(4) {
        Issue.record("\(difference) (\(unexpected.count) such instants; seed \(Laboratory.seed))")
      }
    }
    guard !scenario.isRandom else { return }
    let stale = reasons.filter { !seen.contains($0) }
    #expect(stale.isEmpty, "no longer so: take it out of the list of expected differences")
  }
}

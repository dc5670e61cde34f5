import Dissection
import TestSupport
import Testing
import Tracking

@testable import KernelRecordings

/// What comes late does to a kernel what is said of it, and is answered as is expected: the table
/// of TIME_WAIT (Documentation/model.md) row by row, and whatever else comes late.
@Suite(
  .enabled(if: Laboratory.obstacle == nil, "\(Laboratory.obstacle ?? "")"))
struct KernelLateSegmentTests {
  @Test(arguments: Laboratory.scenarios)
  func lateIsWhatItsReceiverHasNoUseFor(scenario name: String) throws {
    let scenario = try #require(try Laboratory.recordings.get()[name])
    for (end, truth) in zip(scenario.ends, scenario.truths) {
      let segments = scenario.segments[end.side.tap] ?? []
      var observation = KernelObservation(of: scenario.ends)
      for segment in segments { observation.receive(segment) }
      let late = Dictionary(
        observation.late(at: scenario.recordingEnd).map { ($0.frame, $0) }
      ) { first, _ in first }
      for (index, segment) in segments.enumerated() where segment.source == end.remote {
        guard let delivery = LateDelivery(at: index, of: segments, to: end, truth) else { continue }
        let said = late[segment.frame]
        for fault in delivery.faults(said) {
          Issue.record(
            """
            \(name) host \(end.side.rawValue) tap \(end.side.tap) late-\(fault.rawValue): frame \
            \(segment.frame), \(delivery.description); said \
            \(said.map { "\($0.kind) \($0.effect) \($0.replyExpected)" } ?? "in time") (1 such)
            """)
        }
      }
    }
  }
}

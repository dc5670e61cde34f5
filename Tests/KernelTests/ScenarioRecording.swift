import Dissection
import Tracking

@testable import KernelRecordings

/// What was recorded of one scenario.
struct ScenarioRecording {
  static let taps = ["a", "mid", "b"]

  let name: String
  /// Numbers of the edge cases that it brings a kernel to.
  let situations: [Int]
  /// Hosts that exist, A first.
  let ends: [KernelRecording.End]
  /// By tap, in file order.
  let segments: [String: [Segment]]
  let recordingEnd: Timestamp
  /// By end.
  let truths: [CertainTruth]
  private let history: [String: [PremiseHistory]]

  init(
    _ name: String, _ situations: [Int], _ ends: [KernelRecording.End],
    _ segments: [String: [Segment]], _ passages: [KernelRecording.Passage],
    recordingEnd: Timestamp
  ) {
    self.name = name
    self.situations = situations
    self.ends = ends
    self.segments = segments
    self.recordingEnd = recordingEnd
    truths = ends.map { CertainTruth(of: $0, segments[$0.side.tap] ?? []) }
    history = Dictionary(
      uniqueKeysWithValues: Self.taps.map { tap in
        (tap, ends.map { PremiseHistory(of: $0.side, at: tap, passages) })
      })
  }

  var isRandom: Bool { name.hasPrefix("random-") }

  /// The name without the variant; all random programs are one family.
  var family: String {
    if isRandom { return "random" }
    let variant = ["-v6", "-plain"].first { name.hasSuffix($0) } ?? ""
    return String(name.dropLast(variant.count))
  }

  func premises(of side: KernelRecording.Side, at tap: String) -> PremiseHistory {
    let index = ends.firstIndex { $0.side == side } ?? 0
    return history[tap]?[index] ?? PremiseHistory(of: side, at: side.tap, [])
  }

  /// All scenarios of a recording.
  static func all(of recording: KernelRecording) throws -> [String: ScenarioRecording] {
    var names: [KernelObservation.Way: String] = [:]
    for end in recording.ends {
      names[KernelObservation.Way(local: end.local, remote: end.remote)] = end.scenario
      names[KernelObservation.Way(local: end.remote, remote: end.local)] = end.scenario
    }
    var segments: [String: [String: [Segment]]] = [:]
    for tap in taps {
      for segment in try recording.capture(tap).segments {
        let way = KernelObservation.Way(local: segment.source, remote: segment.destination)
        guard let name = names[way] else { continue }
        segments[name, default: [:]][tap, default: []].append(segment)
      }
    }
    let passages = Dictionary(grouping: try recording.passages(), by: \.scenario)
    let ends = Dictionary(grouping: recording.ends, by: \.scenario)
    return Dictionary(
      uniqueKeysWithValues: ends.map { name, ends in
        (
          name,
          ScenarioRecording(
            name, recording.situations[name] ?? [], ends, segments[name] ?? [:],
            passages[name] ?? [], recordingEnd: recording.end)
        )
      })
  }
}

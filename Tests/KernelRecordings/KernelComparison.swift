import Dissection
import TestSupport
import Tracking

/// What finwait says of the ends of a kernel recording, held against what their kernels said.
enum KernelComparison {
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
  }

  /// How late a timer can be: two steps of the kernel's timer wheel.
  static let slack = Interval.milliseconds(5200)

  static func observe(
    _ recording: KernelRecording, tap: String, every step: Interval
  ) throws -> Tally {
    var tally = Tally()
    /// Since when the end is said to be CLOSED because of a timer.
    var overSince: [Timestamp?] = Array(repeating: nil, count: recording.ends.count)
    var observation = KernelObservation(of: recording.ends)
    observation.sample(
      try recording.capture(tap), at: recording.span.instants(every: step)
    ) { instant, sayings in
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
    return tally
  }
}

extension KernelRecording.Side {
  var tap: String { rawValue.lowercased() }
}

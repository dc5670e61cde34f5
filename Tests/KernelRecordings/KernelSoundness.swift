import Dissection
import TestSupport
import Tracking

/// Whether what finwait says of a recording's ends holds where its premises do.
enum KernelSoundness {
  struct Result {
    /// Samples of ends for which P1 and P3 hold, and those of them that are claimed as proved.
    var provable = 0
    var proved = 0
    /// Samples whose truth must be possible.
    var possible = 0
    /// The first sample of each fault, and how many there are.
    var faults: [Fault: (count: Int, example: String)] = [:]

    var complaints: [String] {
      faults.map { "\($0.key): \($0.value.count), first \($0.value.example)" }.sorted()
    }
  }

  struct Fault: Hashable, CustomStringConvertible {
    enum Kind: String { case provedWrong = "proved wrong", impossible = "not possible" }
    let kind: Kind
    let scenario: String
    let side: KernelRecording.Side
    var description: String { "\(scenario) \(side.rawValue) \(kind.rawValue)" }
  }

  /// - Parameters:
  ///   - capture: of the tap, or a part of it.
  ///   - span: when to look; nil: all the time.
  static func hold(
    _ recording: KernelRecording, at tap: String, _ capture: KernelCapture,
    premises: KernelPremises, every step: Interval, during span: PacketTimes.Span? = nil
  ) -> Result {
    var result = Result()
    var observation = KernelObservation(of: recording.ends)
    let instants = (span ?? recording.span).instants(every: step)
    observation.sample(capture, at: instants) { instant, sayings in
      for (index, end) in recording.ends.enumerated() {
        guard let saying = sayings[index], let truth = end.state(at: instant),
          premises.hold([.seen, .complete], end: index, at: instant)
        else { continue }
        func note(_ kind: Fault.Kind) {
          let example =
            "\(instant.since(recording.start).seconds) s: \(saying.claim.state.name), kernel "
            + "\(truth.name), \(saying.claim.ground) \(saying.claim.evidence.frames)"
          let fault = Fault(kind: kind, scenario: end.scenario, side: end.side)
          result.faults[fault, default: (0, example)].count += 1
        }
        result.provable += 1
        if saying.claim.certainty == .proved {
          result.proved += 1
          if saying.claim.state != truth { note(.provedWrong) }
        }
        // At its own tap, what the host's firewall took from an end may not mislead either.
        guard end.side.tap == tap || premises.hold([.arrived], end: index, at: instant) else {
          continue
        }
        result.possible += 1
        if !saying.possible.contains(truth) { note(.impossible) }
      }
    }
    return result
  }
}

import Foundation
import Simulation
import TestSupport
import Testing
import Tracking

/// Simulated hosts, networks and captures against what the tracker makes of them.
@Suite struct SimulatorTests {
  /// FINWAIT_SEEDS: `FIRST..<END`, or a single seed.
  private static let seeds: Range<UInt64> = {
    guard let text = ProcessInfo.processInfo.environment["FINWAIT_SEEDS"] else { return 0..<10_000 }
    let bounds = text.components(separatedBy: "..<").map { UInt64($0) }
    guard let first = bounds[0], let last = bounds[bounds.count - 1] else {
      preconditionFailure("FINWAIT_SEEDS must be FIRST..<END or a single seed, is \(text)")
    }
    return first..<(bounds.count == 2 ? last : first + 1)
  }()

  private static let cores = ProcessInfo.processInfo.activeProcessorCount

  @Test func noInvariantBreaks() async {
    let start = ContinuousClock.now
    var told = start
    let survey = await Survey.of(
      Self.seeds, workers: Self.cores,
      progress: { survey in
        guard told.duration(to: .now) > .seconds(20) else { return }
        told = .now
        print("simulator: \(survey.coverage.runs) of \(Self.seeds.count) seeds…")
      })
    let seconds = start.duration(to: .now) / .seconds(1)
    print("simulator: \(Int(Double(Self.seeds.count) / seconds)) seeds per second")
    print(survey)
    for failure in survey.firstOfEach { Issue.record(Comment(rawValue: failure.report())) }
  }

  @Test func aWrongClaimIsFoundAndShrunk() async throws {
    let lastAckAsClosing: Judgement.Distortion = { saying in
      guard saying.claim.state == .lastAck else { return saying }
      var claim = saying.claim
      claim.state = .closing
      claim.possible = StateSet(.closing)
      return Saying(claim)
    }
    let survey = await Survey.of(0..<250, workers: Self.cores, distortion: lastAckAsClosing)
    let failure = try #require(survey.firstOfEach.first { $0.broken.invariant == .provedIsTrue })
    let (scenario, broken) = Shrinker.shrink(
      Scenario.random(seed: failure.seed), failure.broken, distortion: lastAckAsClosing)
    #expect(broken.invariant == .provedIsTrue)
    #expect(scenario.fates.isEmpty)
    // Listen, connect and two closes.
    #expect(scenario.calls.count == 4)
    #expect(failure.report(distortion: lastAckAsClosing).contains("CLOSING"))
  }

  @Test func aRunIsWhatItsSeedSays() {
    for seed in UInt64(0)..<50 {
      let (first, second) = (Scenario.random(seed: seed), Scenario.random(seed: seed))
      #expect(first == second)
      let ladders = [Run(first), Run(second)].map { Ladder($0).text(until: first.end) }
      #expect(ladders[0] == ladders[1])
    }
  }
}

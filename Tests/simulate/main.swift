import Foundation
import Simulation

/// Judges simulated runs: `simulate FIRST..<END` or a single seed; with `--first` as far as the
/// first broken invariant. Exits with 1 when one is broken.

let arguments = CommandLine.arguments.dropFirst()
let stopsAtFirst = arguments.contains("--first")
let bounds = (arguments.first { $0 != "--first" } ?? "").components(separatedBy: "..<")
guard bounds.count <= 2, let first = UInt64(bounds[0]), let last = UInt64(bounds[bounds.count - 1])
else {
  print("usage: simulate [--first] SEED | FIRST..<END")
  exit(64)
}
let seeds = first..<(bounds.count == 2 ? last : first + 1)

let start = ContinuousClock.now
var told = start
let survey = await Survey.of(
  seeds, workers: ProcessInfo.processInfo.activeProcessorCount, stopsAtFirst: stopsAtFirst,
  progress: { survey in
    guard told.duration(to: .now) > .seconds(20) else { return }
    told = .now
    print("simulator: \(survey.coverage.runs) of \(seeds.count) seeds…")
  })

if stopsAtFirst {
  guard let failure = survey.first else {
    print("nothing broken")
    exit(0)
  }
  print("seed \(failure.seed): \(failure.broken.invariant.rawValue) (\(failure.broken.signature))")
} else {
  let seconds = start.duration(to: .now) / .seconds(1)
  print("simulator: \(Int(Double(survey.coverage.runs) / seconds)) seeds per second")
  print(survey)
  for failure in survey.firstOfEach { print(failure.report()) }
}
exit(survey.failures.isEmpty ? 0 : 1)

import Dissection

/// Many seeds, judged on all cores.
public struct Survey: Sendable {
  /// Failures that are probably one.
  public struct Failure: Sendable {
    public var count: Int
    /// The least seed that shows it.
    public var seed: UInt64
    public var broken: BrokenInvariant
  }

  public private(set) var coverage = Coverage()
  /// By invariant and signature.
  public private(set) var failures: [String: Failure] = [:]

  public init() {}

  /// - Parameters:
  ///   - stopsAtFirst: begins with no more seeds once one has failed; all below it were judged.
  ///   - progress: told how many seeds are done, now and then.
  public static func of(
    _ seeds: Range<UInt64>, workers: Int, distortion: Judgement.Distortion? = nil,
    stopsAtFirst: Bool = false, progress: (Survey) -> Void = { _ in }
  ) async -> Survey {
    let chunk: UInt64 = 250
    return await withTaskGroup(of: Survey.self) { group in
      var next = seeds.lowerBound
      func add() {
        guard next < seeds.upperBound else { return }
        let part = next..<min(next + chunk, seeds.upperBound)
        next = part.upperBound
        group.addTask { Survey(part, distortion: distortion) }
      }
      for _ in 0..<workers { add() }
      var whole = Survey()
      for await part in group {
        whole.add(part)
        progress(whole)
        if !stopsAtFirst || whole.failures.isEmpty { add() }
      }
      return whole
    }
  }

  private init(_ seeds: Range<UInt64>, distortion: Judgement.Distortion?) {
    for seed in seeds {
      let judgement = Judgement(Run(Scenario.random(seed: seed)), distortion: distortion)
      coverage.add(judgement.coverage)
      for broken in judgement.broken { note(Failure(count: 1, seed: seed, broken: broken)) }
    }
  }

  private mutating func note(_ failure: Failure) {
    let key = "\(failure.broken.invariant.rawValue): \(failure.broken.signature)"
    guard var known = failures[key] else {
      failures[key] = failure
      return
    }
    known.count += failure.count
    if failure.seed < known.seed { (known.seed, known.broken) = (failure.seed, failure.broken) }
    failures[key] = known
  }

  private mutating func add(_ other: Survey) {
    coverage.add(other.coverage)
    for failure in other.failures.values { note(failure) }
  }

  /// The failure with the least seed.
  public var first: Failure? { firstOfEach.min { $0.seed < $1.seed } }

  /// The failure with the least seed of each invariant.
  public var firstOfEach: [Failure] {
    Invariant.allCases.compactMap { invariant in
      failures.values.filter { $0.broken.invariant == invariant }.min { $0.seed < $1.seed }
    }
  }
}

extension Survey.Failure {
  /// All that a person needs to look into it: how to repeat it, the shortest scenario that shows
  /// it, and that as a close script.
  public func report(distortion: Judgement.Distortion? = nil) -> String {
    let (scenario, broken) = Shrinker.shrink(
      Scenario.random(seed: seed), broken, distortion: distortion)
    return """
      seed \(seed): FINWAIT_SEEDS=\(seed) swift test --filter Simulator
      broken: \(broken.invariant.rawValue) (\(broken.signature)), \(count) times
      +\(broken.instant.text): \(broken.detail)

      \(scenario)

      \(Ladder(Run(scenario)).text(until: broken.instant))
      """
  }
}

extension Survey: CustomStringConvertible {
  public var description: String {
    let ranked = failures.sorted { ($0.value.count, $0.key) > ($1.value.count, $1.key) }
    let lines = ranked.map { "\($0.value.count) times, first seed \($0.value.seed): \($0.key)" }
    return ([coverage.description] + lines).joined(separator: "\n")
  }
}

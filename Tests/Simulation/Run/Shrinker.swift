import Dissection
import TestSupport
import Tracking

/// From a scenario that breaks an invariant to the simplest that still breaks it in the same way.
public struct Shrinker {
  private let distortion: Judgement.Distortion?
  private let invariant: Invariant
  private let signature: String
  /// Runs left: shrinking must end.
  private var budget = 3000

  private init(
    _ broken: BrokenInvariant, distortion: Judgement.Distortion?
  ) {
    self.distortion = distortion
    invariant = broken.invariant
    signature = broken.signature
  }

  /// - Returns: the shrunk scenario, and how it breaks the invariant.
  public static func shrink(
    _ scenario: Scenario, _ broken: BrokenInvariant, distortion: Judgement.Distortion? = nil
  ) -> (scenario: Scenario, broken: BrokenInvariant) {
    var shrinker = Shrinker(broken, distortion: distortion)
    var best = (scenario: scenario, broken: broken)
    while let simpler = shrinker.simplify(best.scenario) { best = simpler }
    return best
  }

  /// The first simpler scenario that still fails; nil when there is none.
  private mutating func simplify(
    _ scenario: Scenario
  ) -> (scenario: Scenario, broken: BrokenInvariant)? {
    let cost = scenario.cost
    for candidate in scenario.simpler where candidate.cost < cost {
      guard budget > 0 else { return nil }
      budget -= 1
      let judgement = Judgement(Run(candidate), distortion: distortion)
      let broken = judgement.broken.first {
        $0.invariant == invariant && $0.signature == signature
      }
      if let broken { return (candidate, broken) }
    }
    return nil
  }
}

extension Scenario {
  /// What a reader has to take in: elements above all, then the digits of their numbers.
  fileprivate var cost: Int {
    var cost = 1000 * (calls.count + fates.count)
    for side in Side.allCases {
      cost += settings[side].cost
      let leg = path.legs[side]
      cost += leg.toTap.cost + leg.fromTap.cost + (leg.toTap == leg.fromTap ? 0 : 10)
    }
    cost += (window.start == nil ? 0 : 1000) + (window.end == nil ? 0 : 1000)
    cost += window.onlySender == nil ? 0 : 1000
    for call in calls { cost += call.cost }
    for fate in fates { cost += fate.event.delay?.cost ?? 0 }
    return cost + Interval(nanoseconds: end.nanoseconds).cost
  }

  /// Simplifications to try, the greatest first.
  fileprivate var simpler: [Scenario] {
    removals + [CaptureWindow()].filter { $0 != window }.map { with(\.window, $0) }
      + settingsChanges + pathChanges + timeChanges + callChanges + fateChanges
  }

  private func with<Value>(_ path: WritableKeyPath<Scenario, Value>, _ value: Value) -> Scenario {
    var scenario = self
    scenario[keyPath: path] = value
    return scenario
  }

  // MARK: Fewer elements

  private var removals: [Scenario] {
    Self.parts(of: fates).map { with(\.fates, $0) }
      + Self.parts(of: calls).map { with(\.calls, $0) }
  }

  /// What is left without a half, a quarter, … one of the elements.
  private static func parts<Element>(of elements: [Element]) -> [[Element]] {
    var parts: [[Element]] = []
    var size = elements.count
    while size > 0 {
      for start in stride(from: 0, to: elements.count, by: size) {
        let end = min(start + size, elements.count)
        parts.append(Array(elements[..<start] + elements[end...]))
      }
      size /= 2
    }
    return parts
  }

  private var settingsChanges: [Scenario] {
    var changes = [with(\.settings, Sides(both: settings.x))]
    for side in Side.allCases {
      changes.append(with(\.settings[side].hasTimestamps, false))
      changes.append(with(\.settings[side].reusesTimeWait, false))
      changes.append(with(\.settings[side].numbersPackets, true))
      changes.append(with(\.settings[side].hasRandomInitialNumbers, false))
      changes.append(with(\.settings[side].receiveBuffer, 65535))
    }
    changes.append(
      with(\.settings.x.hasTimestamps, false).with(\.settings.y.hasTimestamps, false))
    return changes
  }

  private var pathChanges: [Scenario] {
    let round = Interval.milliseconds(5)
    var changes: [Scenario] = []
    for side in Side.allCases {
      let far = Path.Leg(toTap: round, fromTap: round)
      changes.append(with(\.path.legs[side], far))
      changes.append(with(\.path.legs[side], Path.Leg()).with(\.path.legs[side.other], far))
      for simpler in path.legs[side].toTap.simpler {
        changes.append(with(\.path.legs[side].toTap, simpler))
      }
      for simpler in path.legs[side].fromTap.simpler {
        changes.append(with(\.path.legs[side].fromTap, simpler))
      }
    }
    // Hosts without a way between them answer before they are asked.
    return changes.filter { $0.path.legs.x.isRealistic || $0.path.legs.y.isRealistic }
  }

  // MARK: Simpler numbers

  private var timeChanges: [Scenario] {
    var changes: [Scenario] = []
    for simpler in Interval(nanoseconds: end.nanoseconds).simpler {
      changes.append(with(\.end, Timestamp(nanoseconds: simpler.nanoseconds)))
    }
    for index in calls.indices {
      let start = index == 0 ? Timestamp.at(0) : calls[index - 1].time
      let pause = calls[index].time.since(start)
      for simpler in pause.simpler {
        // What follows keeps its distance.
        let shift = simpler + pause * -1
        var scenario = self
        for later in index..<calls.count {
          scenario.calls[later].time = scenario.calls[later].time.advanced(by: shift)
        }
        scenario.end = scenario.end.advanced(by: shift)
        changes.append(scenario)
      }
      for simpler in Interval(nanoseconds: calls[index].time.nanoseconds).simpler {
        changes.append(
          with(\.calls[index].time, Timestamp(nanoseconds: simpler.nanoseconds)))
      }
    }
    return changes
  }

  private var callChanges: [Scenario] {
    calls.indices.flatMap { index -> [Scenario] in
      guard case .send(let count) = calls[index].call else { return [] }
      return [1, 100, 1000, 100_000].filter { $0 < count }.map {
        with(\.calls[index].call, .send($0))
      }
    }
  }

  private var fateChanges: [Scenario] {
    fates.indices.flatMap { index -> [Scenario] in
      guard let delay = fates[index].event.delay else { return [] }
      return delay.simpler.map { simpler in
        var scenario = self
        scenario.fates[index].event.delay = simpler
        return scenario
      }
    }
  }
}

extension ModelHost.Settings {
  fileprivate var cost: Int {
    (hasTimestamps ? 100 : 0) + (reusesTimeWait ? 100 : 0) + (numbersPackets ? 0 : 100)
      + (hasRandomInitialNumbers ? 100 : 0) + (receiveBuffer == 65535 ? 0 : 100)
  }
}

extension Path.Leg {
  fileprivate var isRealistic: Bool {
    min(toTap, fromTap) >= Interval(nanoseconds: 10_000)
  }
}

extension Call {
  fileprivate var cost: Int {
    let octets: Int
    if case .send(let count) = call { octets = String(count).count } else { octets = 0 }
    return Interval(nanoseconds: time.nanoseconds).cost + octets
  }
}

extension Fate.Event {
  fileprivate var delay: Interval? {
    get {
      switch self {
      case .delayed(_, let delay), .duplicated(_, let delay), .copied(let delay),
        .recordedLate(let delay):
        delay
      case .lost, .missed: nil
      }
    }
    set {
      guard let newValue else { return }
      switch self {
      case .delayed(let stretch, _): self = .delayed(stretch, newValue)
      case .duplicated(let stretch, _): self = .duplicated(stretch, newValue)
      case .copied: self = .copied(newValue)
      case .recordedLate: self = .recordedLate(newValue)
      case .lost, .missed: break
      }
    }
  }
}

extension Interval {
  /// Digits, and how great they are.
  fileprivate var cost: Int {
    guard nanoseconds > 0 else { return 0 }
    var digits = nanoseconds
    var zeros = 0
    while digits % 10 == 0 {
      digits /= 10
      zeros += 1
    }
    return 2 * String(digits).count + zeros / 3
  }

  /// Rounder ones near it, and zero.
  fileprivate var simpler: [Interval] {
    guard nanoseconds > 0 else { return [] }
    var values: [Int64] = [0]
    var unit: Int64 = 100_000_000_000
    while unit >= 1000 {
      let down = nanoseconds / unit * unit
      if down > 0, down != nanoseconds { values.append(down) }
      if down + unit != nanoseconds, down > 0 || nanoseconds * 2 > unit {
        values.append(down + unit)
      }
      unit /= 10
    }
    return values.map { Interval(nanoseconds: $0) }
  }
}

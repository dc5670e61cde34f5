import Tracking

/// What the runs have been through: a state that never occurred was never put to the test.
public struct Coverage: Sendable {
  public var runs = 0
  public var packets = 0
  public var frames = 0
  public var lives = 0
  public var storms = 0
  /// Comparisons of one end.
  public var comparisons = 0
  /// With P1 and P3 holding.
  public var knowable = 0
  public var atOwnTap = 0
  public var equal = 0
  public var expiries = 0
  public var cuts = 0
  public var proved: [TCPState: Int] = [:]
  public var presumed: [TCPState: Int] = [:]
  public var excused: [Excuse: Int] = [:]
  public var late: [LateKind: Int] = [:]
  /// By what X and Y truly were at one instant.
  public var pairs: [Pair: Int] = [:]

  public struct Pair: Hashable, Sendable {
    let x: TCPState
    let y: TCPState
  }

  public init() {}

  mutating func note(_ run: Run) {
    runs += 1
    packets += run.packets.count
    frames += run.capture.count
    storms += run.isStorm ? 1 : 0
    for side in Side.allCases {
      lives += run.timelines[side].moments.indices.count { run.timelines[side].opens($0) }
    }
  }

  mutating func note(_ claim: Claim, _ truth: TCPState) {
    comparisons += 1
    switch claim.certainty {
    case .proved: proved[truth, default: 0] += 1
    case .presumed: presumed[truth, default: 0] += 1
    }
  }

  mutating func note(_ x: TCPState, _ y: TCPState) { pairs[Pair(x: x, y: y), default: 0] += 1 }

  public mutating func add(_ other: Coverage) {
    runs += other.runs
    packets += other.packets
    frames += other.frames
    lives += other.lives
    storms += other.storms
    comparisons += other.comparisons
    knowable += other.knowable
    atOwnTap += other.atOwnTap
    equal += other.equal
    expiries += other.expiries
    cuts += other.cuts
    proved.merge(other.proved, uniquingKeysWith: +)
    presumed.merge(other.presumed, uniquingKeysWith: +)
    excused.merge(other.excused, uniquingKeysWith: +)
    late.merge(other.late, uniquingKeysWith: +)
    pairs.merge(other.pairs, uniquingKeysWith: +)
  }
}

extension Coverage: CustomStringConvertible {
  public var description: String {
    func table<Key>(_ counts: [Key: Int], _ name: (Key) -> String) -> String {
      counts.sorted { $0.value > $1.value }.map { "\(name($0.key)) \($0.value)" }
        .joined(separator: ", ")
    }
    return """
      \(runs) runs, \(packets) packets, \(frames) frames, \(lives) lives, \(storms) storms
      \(comparisons) comparisons, \(knowable) with P1 and P3; at own taps \(atOwnTap), \
      of them equal \(equal)
      excused: \(table(excused, \.rawValue))
      proved: \(table(proved, \.name))
      presumed: \(table(presumed, \.name))
      late: \(table(late, \.rawValue))
      \(expiries) expiries of TIME_WAIT, \(cuts) cuts, \(pairs.count) pairs of states: \
      \(table(pairs) { "\($0.x.name)+\($0.y.name)" })
      """
  }
}

import Dissection
import Tracking

/// What was counted in the last seconds, one sample a second.
public struct ScreenHistory: Sendable {
  /// As many as the widest graph has columns.
  static let limit = 240
  static let interval = Interval.seconds(1)
  private static let dialLimit = 20
  private static let growthTime = Interval.seconds(3)

  struct Sample: Sendable {
    let time: Timestamp
    let states: StateCounts
    /// Captured in all.
    let packets: Int
    /// Of this host's ports, those in use for the dials that use most.
    let taken: [Dial: Int]
  }

  private(set) var samples: [Sample] = []

  public init() {}

  /// Takes a sample, if it is time to.
  mutating func note(_ snapshot: ScreenSnapshot) {
    let now = snapshot.capture.now
    if let last = samples.last, now.since(last.time) < Self.interval { return }
    if samples.count == Self.limit { samples.removeFirst() }
    let dials = snapshot.dials.rows.prefix(Self.dialLimit).filter(\.isOwn)
    let taken = Dictionary(dials.map { ($0.dial, $0.count.taken) }) { one, _ in one }
    samples.append(
      Sample(
        time: now, states: snapshot.own, packets: snapshot.capture.packets, taken: taken))
  }

  /// How many ports more a second are in use for a dial than a few seconds ago.
  func growth(of dial: DialCensus.Row, at now: Timestamp) -> Double {
    guard let before = samples.last(where: { now.since($0.time) >= Self.growthTime }) else {
      return 0
    }
    let more = dial.count.taken - before.taken[dial.dial, default: 0]
    return Double(more) / now.since(before.time).seconds
  }

  func counts(of state: TCPState) -> [Int] { samples.map { $0.states[state] } }

  /// Packets in a second, over the last few.
  var packetRate: Int? {
    guard let last = samples.last, let first = samples.suffix(4).first, last.time > first.time
    else { return nil }
    return Int(Double(last.packets - first.packets) / last.time.since(first.time).seconds + 0.5)
  }
}

import Dissection

/// How long to wait for an acknowledgment (RFC 6298, with Linux's bounds: 200 ms and 120 s).
struct RetransmissionTimeout: Sendable {
  static let initial = Interval.seconds(1)
  static let least = Interval.milliseconds(200)
  static let most = Interval.seconds(120)

  private var smoothed: Int64?
  private var variation: Int64 = 0
  /// With the backoff in it.
  private(set) var current = Self.initial

  mutating func backOff() { current = min(current * 2, Self.most) }

  /// A round trip was measured.
  mutating func sample(_ roundTrip: Interval) {
    let measured = max(0, roundTrip.nanoseconds)
    if let old = smoothed {
      variation += (abs(measured - old) - variation) / 4
      smoothed = old + (measured - old) / 8
    } else {
      smoothed = measured
      variation = measured / 2
    }
    let wait = (smoothed ?? measured) + max(Self.least.nanoseconds, 4 * variation)
    current = min(Interval(nanoseconds: wait), Self.most)
  }

  /// How long Linux goes on for a number of tries: the time that so many would take from the
  /// smallest timeout on, whatever this connection's own is (tcp_timer.c tcp_model_timeout).
  static func patience(tries: Int) -> Interval {
    let doublings = min(tries, 9)
    let doubling = least * ((2 << Int64(doublings)) - 1)
    return doubling + most * Int64(tries - doublings)
  }
}

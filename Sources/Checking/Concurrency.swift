import Dissection
import Reporting
import Tracking

/// How many ends of each address are in a state at the same time.
struct Concurrency: Sendable {
  struct Peak: Equatable, Sendable {
    let address: IPAddress
    let count: Int
    let time: Timestamp
  }

  /// When a state began and when it was left.
  private struct Stay {
    let since: Timestamp
    let end: Timestamp
  }

  private var stays: [IPAddress: [Stay]] = [:]

  mutating func add(_ address: IPAddress, since: Timestamp, end: Timestamp) {
    stays[address, default: []].append(Stay(since: since, end: max(since, end)))
  }

  /// The most of each address and when they were first so many, in the addresses' order.
  func peaks() -> [Peak] {
    stays.sorted { $0.key < $1.key }.map { Self.peak(of: $1, $0) }
  }

  private static func peak(of stays: [Stay], _ address: IPAddress) -> Peak {
    let begins = stays.map(\.since).sorted()
    let ends = stays.map(\.end).sorted()
    var best = (count: 0, time: begins[0])
    var over = 0
    for (index, time) in begins.enumerated() {
      // Who leaves when another comes is not there with it.
      while ends[over] < time || (ends[over] == time && over < index) { over += 1 }
      if index + 1 - over > best.count { best = (index + 1 - over, time) }
    }
    return Peak(address: address, count: best.count, time: best.time)
  }
}

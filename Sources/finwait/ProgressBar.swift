import Reporting

/// A line on standard error that says how far a long read is.
struct ProgressBar {
  private static let delay: Duration = .milliseconds(500)
  private static let step: Duration = .milliseconds(100)
  private static let cells = 24

  private let start = ContinuousClock.now
  private var shown: ContinuousClock.Instant?

  /// To be called once a batch.
  mutating func update(bytes: UInt64, of total: UInt64?, packets: Int) {
    let now = ContinuousClock.now
    let elapsed = now - start
    guard elapsed >= Self.delay, now - (shown ?? start) >= Self.step else { return }
    shown = now
    StandardError.write(
      "\r" + Self.line(bytes, of: total, packets: packets, after: elapsed) + "\u{1B}[K")
  }

  /// Takes the line away again.
  func clear() {
    if shown != nil { StandardError.write("\r\u{1B}[K") }
  }

  static func line(
    _ bytes: UInt64, of total: UInt64?, packets: Int, after elapsed: Duration
  ) -> String {
    let seconds = max(elapsed / .seconds(1), 0.001)
    let rate = Double(packets) / seconds
    let packetText = "\(packets.grouped) packets, \(Int(rate).grouped)/s"
    guard let total, total > 0 else { return "\(amount(bytes)), \(packetText)" }
    let part = min(Double(bytes) / Double(total), 1)
    let filled = Int(part * Double(cells))
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: cells - filled)
    let left = part > 0 ? Int(seconds / part * (1 - part) + 0.5) : 0
    return "[\(bar)] \(Int(part * 100))% of \(amount(total)), \(packetText), \(left) s left"
  }

  private static func amount(_ bytes: UInt64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = bytes
    var unit = 0
    while value >= 10_000, unit < units.count - 1 {
      value /= 1_000
      unit += 1
    }
    return "\(Int(value).grouped) \(units[unit])"
  }
}

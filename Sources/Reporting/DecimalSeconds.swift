import Dissection

extension Interval {
  /// Seconds as people type them: `60`, `0.5`; no sign, at most nine digits after the point count.
  public init?(decimalSeconds text: some StringProtocol) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, !whole.isEmpty, whole.utf8.allSatisfy(\.isDigit),
      let seconds = Int64(whole)
    else { return nil }
    var nanoseconds: Int64 = 0
    if parts.count == 2 {
      guard !parts[1].isEmpty, parts[1].utf8.allSatisfy(\.isDigit) else { return nil }
      let digits = parts[1].prefix(9)
      guard let value = Int64(digits + String(repeating: "0", count: 9 - digits.count)) else {
        return nil
      }
      nanoseconds = value
    }
    guard let sum = Timestamp(seconds: seconds, nanoseconds: nanoseconds) else { return nil }
    self = Interval(nanoseconds: sum.nanoseconds)
  }
}

extension UInt8 {
  package var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

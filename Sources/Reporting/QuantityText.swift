import Dissection

extension Interval {
  /// In words, in the two largest units that matter: `3 min 56 s`, `1.25 s`, `12 ms`.
  public var words: String {
    if nanoseconds < 0 { return "-" + Interval(nanoseconds: negated).words }
    let second: Int64 = 1_000_000_000
    switch nanoseconds {
    case 0: return "0 s"
    case ..<1_000: return "\(nanoseconds) ns"
    case ..<1_000_000: return "\(nanoseconds / 1_000) µs"
    case ..<second: return "\(nanoseconds / 1_000_000) ms"
    case ..<(10 * second): return "\(tenths(of: second)) s"
    case ..<(60 * second): return "\(nanoseconds / second) s"
    case ..<(3_600 * second): return pair(60 * second, "min", second, "s")
    case ..<(86_400 * second): return pair(3_600 * second, "h", 60 * second, "min")
    default: return pair(86_400 * second, "d", 3_600 * second, "h")
    }
  }

  private var negated: Int64 { nanoseconds == .min ? .max : -nanoseconds }

  /// Rounded down: a report must not claim a longer time than was seen.
  private func tenths(of unit: Int64) -> String {
    let tenths = nanoseconds / (unit / 10)
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  private func pair(_ large: Int64, _ largeName: String, _ small: Int64, _ smallName: String)
    -> String
  {
    let rest = nanoseconds % large / small
    return rest == 0
      ? "\(nanoseconds / large) \(largeName)"
      : "\(nanoseconds / large) \(largeName) \(rest) \(smallName)"
  }
}

extension OutputBuffer {
  /// Seconds as an exact decimal number, without trailing zeros: `0.0125`, `60`.
  public mutating func appendSeconds(_ interval: Interval) {
    if interval.nanoseconds < 0 { append(UInt8(ascii: "-")) }
    let magnitude = interval.nanoseconds.magnitude
    appendDecimal(magnitude / 1_000_000_000)
    var fraction = magnitude % 1_000_000_000
    guard fraction > 0 else { return }
    var width = 9
    while fraction % 10 == 0 {
      fraction /= 10
      width -= 1
    }
    append(UInt8(ascii: "."))
    appendDecimal(fraction, width: width)
  }
}

extension Int {
  /// With a comma between groups of three digits: `1,234,567`.
  public var grouped: String {
    let digits = Array(String(magnitude).utf8)
    var result = self < 0 ? [UInt8(ascii: "-")] : []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(UInt8(ascii: ",")) }
      result.append(digit)
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The count and its noun: `1 packet`, `1,234 packets`.
  public func counted(_ singular: String, _ plural: String? = nil) -> String {
    "\(grouped) \(self == 1 ? singular : plural ?? singular + "s")"
  }
}

import Dissection

extension Interval {
  /// In words, in the two largest units that matter: `3 min 56 s`, `1.25 s`, `12 ms`.
  public var words: String {
    var buffer = OutputBuffer()
    buffer.append(words: self)
    return buffer.text
  }
}

extension OutputBuffer {
  /// A length of time in words, see `Interval.words`.
  mutating func append(words interval: Interval) {
    let nanoseconds = interval.nanoseconds.magnitude
    let second: UInt64 = 1_000_000_000
    if interval.nanoseconds < 0 { append(UInt8(ascii: "-")) }
    switch nanoseconds {
    case 0: append("0 s")
    case ..<1_000: append(nanoseconds, "ns")
    case ..<1_000_000: append(nanoseconds / 1_000, "µs")
    case ..<second: append(nanoseconds / 1_000_000, "ms")
    case ..<(10 * second): appendTenths(nanoseconds, of: second)
    case ..<(60 * second): append(nanoseconds / second, "s")
    case ..<(3_600 * second): append(nanoseconds, 60 * second, "min", second, "s")
    case ..<(86_400 * second): append(nanoseconds, 3_600 * second, "h", 60 * second, "min")
    default: append(nanoseconds, 86_400 * second, "d", 3_600 * second, "h")
    }
  }

  private mutating func append(_ count: UInt64, _ unit: String) {
    appendDecimal(count)
    append(UInt8(ascii: " "))
    append(unit)
  }

  /// Rounded down: a report must not claim a longer time than was seen.
  private mutating func appendTenths(_ nanoseconds: UInt64, of second: UInt64) {
    let tenths = nanoseconds / (second / 10)
    appendDecimal(tenths / 10)
    if tenths % 10 > 0 {
      append(UInt8(ascii: "."))
      appendDecimal(tenths % 10)
    }
    append(" s")
  }

  private mutating func append(
    _ nanoseconds: UInt64, _ large: UInt64, _ largeName: String, _ small: UInt64,
    _ smallName: String
  ) {
    append(nanoseconds / large, largeName)
    let rest = nanoseconds % large / small
    if rest == 0 { return }
    append(UInt8(ascii: " "))
    append(rest, smallName)
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

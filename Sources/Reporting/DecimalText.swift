/// Numbers, without a division for each digit.
extension OutputBuffer {
  /// The decimal digits of `value`, with zeros in front up to `width`; the sign comes extra.
  public mutating func appendDecimal(_ value: Int64, width: Int = 1) {
    if value < 0 { append(UInt8(ascii: "-")) }
    appendDecimal(value.magnitude, width: width)
  }

  public mutating func appendDecimal(_ value: UInt64, width: Int = 1) {
    if value < 100_000_000 {
      let digits = EightDigits(UInt32(truncatingIfNeeded: value))
      let shown = max(digits.significant, width)
      // More zeros than eight digits have.
      if shown > 8 { append(repeating: UInt8(ascii: "0"), count: shown - 8) }
      let kept = min(shown, 8)
      append(word: digits.text >> UInt64((8 - kept) * 8), count: kept)
      return
    }
    let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    appendDecimal(high, width: width - 8)
    append(word: EightDigits(UInt32(truncatingIfNeeded: low)).text, count: 8)
  }
}

/// The eight decimal digits of a number below 10^8, found all at once.
///
/// Halves, quarters and digits are parted by multiplying with the reciprocal of 100 and 10, each in
/// its own lane of a word: no product reaches into the next lane.
struct EightDigits {
  /// ASCII, the first digit in the lowest byte.
  let text: UInt64
  /// Digits without zeros in front, and at least one.
  let significant: Int

  @inline(__always)
  init(_ number: UInt32) {
    let halves = UInt64(number / 10_000) | UInt64(number % 10_000) << 32
    let hundreds = (halves &* 10_486) >> 20 & 0x0000_007F_0000_007F
    let quarters = hundreds | (halves &- hundreds &* 100) << 16
    let tens = (quarters &* 103) >> 10 & 0x000F_000F_000F_000F
    let digits = tens | (quarters &- tens &* 10) << 8
    text = digits | 0x3030_3030_3030_3030
    significant = 8 &- min(7, digits.trailingZeroBitCount / 8)
  }
}

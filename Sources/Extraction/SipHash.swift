/// SipHash-2-4 (Aumasson and Bernstein, 2012): a function of short messages that nobody without the
/// key of 128 bits can tell from a random one.
struct SipHash {
  private let key: (UInt64, UInt64)

  init(_ low: UInt64, _ high: UInt64) { key = (low, high) }

  func digest(_ message: some Collection<UInt8>) -> UInt64 {
    var state = State(key)
    var word: UInt64 = 0
    var count = 0
    for octet in message {
      word |= UInt64(octet) << UInt64(8 * (count & 7))
      count += 1
      if count & 7 == 0 {
        state.take(word)
        word = 0
      }
    }
    state.take(word | UInt64(count & 0xFF) << 56)
    return state.finish()
  }

  private struct State {
    private var (v0, v1, v2, v3): (UInt64, UInt64, UInt64, UInt64)

    init(_ key: (UInt64, UInt64)) {
      v0 = key.0 ^ 0x736f_6d65_7073_6575
      v1 = key.1 ^ 0x646f_7261_6e64_6f6d
      v2 = key.0 ^ 0x6c79_6765_6e65_7261
      v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    mutating func take(_ word: UInt64) {
      v3 ^= word
      for _ in 0..<2 { round() }
      v0 ^= word
    }

    mutating func finish() -> UInt64 {
      v2 ^= 0xFF
      for _ in 0..<4 { round() }
      return v0 ^ v1 ^ v2 ^ v3
    }

    private mutating func round() {
      v0 &+= v1
      v1 = v1.rotated(13) ^ v0
      v0 = v0.rotated(32)
      v2 &+= v3
      v3 = v3.rotated(16) ^ v2
      v0 &+= v3
      v3 = v3.rotated(21) ^ v0
      v2 &+= v1
      v1 = v1.rotated(17) ^ v2
      v2 = v2.rotated(32)
    }
  }
}

extension UInt64 {
  fileprivate func rotated(_ count: UInt64) -> UInt64 { self << count | self >> (64 - count) }
}

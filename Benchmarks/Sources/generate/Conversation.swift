/// What tells one connection from another: all of it follows from the seed and its number, so that
/// nothing is kept for a connection while it is open.
struct Conversation {
  var number: Int
  var initiatorISN: UInt32
  var responderISN: UInt32
  var initiatorClock: UInt32
  var responderClock: UInt32
  var initiatorIdentification: UInt16
  var responderIdentification: UInt16
  var requestLength: Int
  var responseLength: Int
  var fate: Fate
  var initiatorClosesFirst: Bool
  /// Nanoseconds after its turn, less than one turn.
  var jitter: Int64

  init(number: Int, plan: Plan) {
    self.number = number
    var words = SplitMix(state: plan.seed ^ UInt64(truncatingIfNeeded: number))
    let numbers = words.next()
    initiatorISN = UInt32(truncatingIfNeeded: numbers)
    responderISN = UInt32(truncatingIfNeeded: numbers >> 32)
    let clocks = words.next()
    initiatorClock = UInt32(truncatingIfNeeded: clocks)
    responderClock = UInt32(truncatingIfNeeded: clocks >> 32)
    let small = words.next()
    initiatorIdentification = UInt16(truncatingIfNeeded: small)
    responderIdentification = UInt16(truncatingIfNeeded: small >> 16)
    requestLength = plan.requestLengths.pick(UInt8(truncatingIfNeeded: small >> 32))
    responseLength = plan.responseLengths.pick(UInt8(truncatingIfNeeded: small >> 40))
    initiatorClosesFirst = small >> 48 & 1 == 0
    let chance = words.next()
    fate = plan.fate(
      chance: Double(chance >> 11) / 0x1p53, coin: small >> 49 & 1 == 0)
    jitter = Int64(truncatingIfNeeded: ((chance & 0xffff) &* UInt64(plan.turn)) >> 16)
  }
}

extension ClosedRange<Int> {
  /// A member, evenly spread over the values of a byte.
  fileprivate func pick(_ byte: UInt8) -> Int { lowerBound + ((Int(byte) * count) >> 8) }
}

/// What the options say, in the units of the generator.
struct Plan {
  var seed: UInt64
  var connections: Int
  /// Nanoseconds between two connections' beginnings.
  var turn: Int64
  var leaks: Double
  var late: Double
  var requestLengths: ClosedRange<Int>
  var responseLengths: ClosedRange<Int>
  var scripts: [[Step]]

  /// What a connection has on average.
  var packetsPerConnection: Double {
    let packets = scripts.joined().reduce(0) { $0 + chance(of: $1.playedBy) }
    return packets / Double(scripts.count)
  }

  /// How likely a connection's fate is one of these.
  private func chance(of fates: Fate) -> Double {
    let usual = 1 - leaks - late
    let chances: [(Fate, Double)] = [
      (.threePackets, usual / 2), (.fourPackets, usual / 2), (.leaked, leaks),
      (.lateFIN, late / 2), (.lateData, late / 2),
    ]
    return chances.reduce(0) { $0 + (fates.contains($1.0) ? $1.1 : 0) }
  }

  func fate(chance: Double, coin: Bool) -> Fate {
    if chance < leaks { return .leaked }
    if chance < leaks + late { return coin ? .lateFIN : .lateData }
    return coin ? .threePackets : .fourPackets
  }
}

/// SplitMix64: small, fast, the same everywhere (Steele, Lea, Flood: Fast Splittable Pseudorandom
/// Number Generators, 2014).
struct SplitMix {
  var state: UInt64

  init(state: UInt64) {
    self.state = state
    // Neighbouring states give unrelated streams only after a mixing of their own.
    self.state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

import Dissection

/// Tells a packet captured twice, or delivered twice, from one sent twice.
///
/// A memory of recent segments, two to a place: the second of two that agree in everything is a
/// copy when it came over another interface, VLAN or hop count, and a network duplicate when not.
struct CopyFilter {
  enum Verdict { case original, copy, networkDuplicate }

  /// A tap that sees a packet twice sees it twice at once, or after the way to another interface.
  private static let copyDelay = Interval.milliseconds(5)
  /// With an IP identification, which no retransmission shares, also after a long way.
  private static let identifiedDelay = Interval.milliseconds(500)
  private static let size = 4096

  private struct Memory {
    var fingerprint: UInt64 = 0
    var time = Timestamp.distantPast
    var path: UInt64 = 0
  }
  private var memory = [Memory](repeating: Memory(), count: size)

  /// - Parameter digest: of the segment's connection key, the same on every run: which of two
  ///   memories gives way must not depend on chance.
  mutating func judge(_ segment: Segment, digest: UInt64, fromLow: Bool) -> Verdict {
    let fingerprint = Self.fingerprint(segment, digest, fromLow)
    let path =
      UInt64(segment.hopLimit) | UInt64(segment.vlan) << 8 | UInt64(segment.interface) << 24
      | UInt64(segment.linkFingerprint) << 40
    let place = Int(truncatingIfNeeded: fingerprint >> 20) & (Self.size - 2)
    let (recent, older) = (memory[place], memory[place + 1])
    let known = recent.fingerprint == fingerprint ? recent : older
    let verdict = known.fingerprint == fingerprint ? judge(segment, path, known) : .original
    // What the original's duplicates are told by is its own way, not that of its copies.
    if verdict == .copy { return verdict }
    memory[place] = Memory(fingerprint: fingerprint, time: segment.time, path: path)
    if recent.fingerprint != fingerprint { memory[place + 1] = recent }
    return verdict
  }

  private func judge(_ segment: Segment, _ path: UInt64, _ known: Memory) -> Verdict {
    let isIdentified = segment.ipIdentification != 0
    let distance = segment.time.since(known.time)
    let delay = max(distance, distance * -1)
    if known.path != path {
      return delay <= (isIdentified ? Self.identifiedDelay : Self.copyDelay) ? .copy : .original
    }
    guard delay <= Self.copyDelay else { return .original }
    // Without an identification, equal pure ACKs are told apart by nothing: both were sent.
    let isTold = segment.options.hasTimestamps && segment.sequenceLength > 0
    return isIdentified || isTold ? .networkDuplicate : .original
  }

  private static func fingerprint(
    _ segment: Segment, _ digest: UInt64, _ fromLow: Bool
  ) -> UInt64 {
    var value = digest &+ (fromLow ? 1 : 0)
    func mix(_ word: UInt64) {
      value = (value ^ word) &* 0x9E37_79B9_7F4A_7C15
      value ^= value >> 29
    }
    mix(UInt64(segment.sequenceNumber.value) << 32 | UInt64(segment.acknowledgmentNumber.value))
    mix(
      UInt64(segment.payloadLength) << 32 | UInt64(segment.ipIdentification) << 16
        | UInt64(segment.flags.rawValue) << 8)
    mix(UInt64(segment.options.timestampValue) << 32 | UInt64(segment.options.timestampEcho))
    mix(UInt64(segment.window))
    return value
  }
}

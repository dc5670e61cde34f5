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

  struct Entry {
    fileprivate var fingerprint: UInt64 = 0
    fileprivate var time = Timestamp.distantPast
    fileprivate var path: UInt64 = 0
  }
  private var entries = [Entry](repeating: Entry(), count: size)

  /// - Parameter digest: of the segment's connection key, the same on every run: which of two
  ///   memories gives way must not depend on chance.
  mutating func judge(_ segment: Segment, digest: UInt64, fromLow: Bool) -> Verdict {
    withMemory { Self.judge(segment, digest: digest, fromLow: fromLow, in: &$0) }
  }

  /// Gives a body what `judge` needs, for as many segments as it likes.
  mutating func withMemory<Result>(_ body: (inout MutableSpan<Entry>) -> Result) -> Result {
    var memory = entries.mutableSpan
    return body(&memory)
  }

  @inline(__always)
  static func judge(
    _ segment: borrowing Segment, digest: UInt64, fromLow: Bool,
    in memory: inout MutableSpan<Entry>
  ) -> Verdict {
    let fingerprint = fingerprint(segment, digest, fromLow)
    let path =
      UInt64(segment.hopLimit) | UInt64(segment.vlan) << 8 | UInt64(segment.interface) << 24
      | UInt64(segment.linkFingerprint) << 40
    let place = Int(truncatingIfNeeded: fingerprint >> 20) & (size - 2)
    let isRecent = memory[place].fingerprint == fingerprint
    if isRecent || memory[place + 1].fingerprint == fingerprint {
      let verdict = judge(segment, path, isRecent ? memory[place] : memory[place + 1])
      // What the original's duplicates are told by is its own way, not that of its copies.
      if verdict == .copy { return verdict }
      if !isRecent { memory[place + 1] = memory[place] }
      memory[place] = Entry(fingerprint: fingerprint, time: segment.time, path: path)
      return verdict
    }
    memory[place + 1] = memory[place]
    memory[place] = Entry(fingerprint: fingerprint, time: segment.time, path: path)
    return .original
  }

  private static func judge(
    _ segment: borrowing Segment, _ path: UInt64, _ known: Entry
  ) -> Verdict {
    let isIdentified = segment.ipIdentification != 0
    let distance = segment.time.since(known.time)
    let delay = max(distance, distance * -1)
    if known.path != path {
      return delay <= (isIdentified ? identifiedDelay : copyDelay) ? .copy : .original
    }
    guard delay <= copyDelay else { return .original }
    // Without an identification, equal pure ACKs are told apart by nothing: both were sent.
    let (hasTimestamps, length) = (segment.options.hasTimestamps, segment.sequenceLength)
    let isTold = hasTimestamps && length > 0
    return isIdentified || isTold ? .networkDuplicate : .original
  }

  @inline(__always)
  private static func fingerprint(
    _ segment: borrowing Segment, _ digest: UInt64, _ fromLow: Bool
  ) -> UInt64 {
    let numbers =
      UInt64(segment.sequenceNumber.value) << 32 | UInt64(segment.acknowledgmentNumber.value)
    let sizes =
      UInt64(segment.payloadLength) << 32 | UInt64(segment.ipIdentification) << 16
      | UInt64(segment.flags.rawValue) << 8 | (fromLow ? 1 : 0)
    let options = segment.options
    let timestamps = UInt64(options.timestampValue) << 32 | UInt64(options.timestampEcho)
    let value = fold(numbers ^ digest, sizes ^ 0x9E37_79B9_7F4A_7C15)
    return fold(value ^ timestamps, UInt64(segment.window) ^ 0xD6E8_FEB8_6659_FD93)
  }

  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }
}

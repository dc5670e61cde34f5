import Dissection

/// What an end remembers of its peer's timestamps, for PAWS (RFC 7323 section 5).
struct TimestampMemory: Sendable {
  /// Both ends sent the option on their SYN.
  var isOn = false
  /// TS.Recent.
  private(set) var recent: UInt32 = 0
  private(set) var stored: Timestamp?

  init() {}

  /// From the peer's SYN.
  init(_ syn: Segment, isOffered: Bool, at now: Timestamp) {
    isOn = isOffered && syn.options.hasTimestamps
    if isOn { store(syn.options.timestampValue, at: now) }
  }

  /// How far the segment's TSval lies behind what is stored: nil without a timestamp to compare.
  private func lag(_ segment: Segment) -> Int32? {
    guard isOn, segment.options.hasTimestamps, stored != nil, recent != 0 else { return nil }
    return Int32(bitPattern: recent &- segment.options.timestampValue)
  }

  /// Its TSval is older than TS.Recent by more than `tolerance` ticks; what was stored 24 days ago
  /// or more rejects nothing.
  func isOld(_ segment: Segment, tolerance: Int32 = 0, at now: Timestamp) -> Bool {
    guard let lag = lag(segment), let stored else { return false }
    return lag > tolerance && now.since(stored) < .seconds(24 * 24 * 3600)
  }

  /// PAWS where no socket stands: a RST is rejected too, while the stored timestamp is younger
  /// than a minute (Linux tcp.h tcp_paws_reject).
  func rejects(_ segment: Segment, at now: Timestamp) -> Bool {
    guard isOld(segment, at: now), let stored else { return false }
    return !segment.flags.contains(.rst) || now.since(stored) < .seconds(60)
  }

  func isNewer(_ segment: Segment) -> Bool { lag(segment).map { $0 < 0 } ?? false }

  /// Keeps the segment's TSval when the segment begins no later than what was last acknowledged
  /// (RFC 7323 section 4.3).
  mutating func update(_ segment: Segment, lastAcknowledged: SequenceNumber, at now: Timestamp) {
    guard isOn, segment.options.hasTimestamps else { return }
    if segment.sequenceNumber.isAtOrBefore(lastAcknowledged), !isOld(segment, at: now) {
      store(segment.options.timestampValue, at: now)
    }
  }

  mutating func store(_ value: UInt32, at now: Timestamp) {
    recent = value
    stored = now
  }
}

/// What finwait keeps of a TCP segment's options.
///
/// One octet says which there are: optionals would take half as much again in every segment.
public struct TCPOptions: Hashable, Sendable {
  /// RFC 7323 section 3: TSval and TSecr, meaningful when `hasTimestamps`.
  public var timestampValue: UInt32
  public var timestampEcho: UInt32

  // Zero where the option is missing, so that equal options have equal fields.
  @usableFromInline var segmentSize: UInt16
  @usableFromInline var shiftCount: UInt8
  @usableFromInline var present: Presence

  @usableFromInline
  struct Presence: OptionSet, Hashable, Sendable {
    @usableFromInline let rawValue: UInt8
    @inlinable init(rawValue: UInt8) { self.rawValue = rawValue }

    @inlinable static var timestamps: Presence { Presence(rawValue: 0x01) }
    @inlinable static var windowScale: Presence { Presence(rawValue: 0x02) }
    @inlinable static var maximumSegmentSize: Presence { Presence(rawValue: 0x04) }
    @inlinable static var sackPermitted: Presence { Presence(rawValue: 0x08) }
    @inlinable static var fastOpen: Presence { Presence(rawValue: 0x10) }
  }

  @inlinable
  public init() {
    (timestampValue, timestampEcho) = (0, 0)
    (segmentSize, shiftCount) = (0, 0)
    present = Presence(rawValue: 0)
  }

  @inlinable public var hasTimestamps: Bool {
    get { present.contains(.timestamps) }
    set { note(.timestamps, newValue) }
  }

  /// RFC 7323 section 2, on a SYN: the shift count, 0 to 14.
  @inlinable public var windowScale: UInt8? {
    get { present.contains(.windowScale) ? shiftCount : nil }
    set {
      shiftCount = newValue ?? 0
      note(.windowScale, newValue != nil)
    }
  }

  /// RFC 9293 section 3.7.1, on a SYN: octets.
  @inlinable public var maximumSegmentSize: UInt16? {
    get { present.contains(.maximumSegmentSize) ? segmentSize : nil }
    set {
      segmentSize = newValue ?? 0
      note(.maximumSegmentSize, newValue != nil)
    }
  }

  /// RFC 2018 section 2, on a SYN.
  @inlinable public var sackPermitted: Bool {
    get { present.contains(.sackPermitted) }
    set { note(.sackPermitted, newValue) }
  }

  /// RFC 7413 section 4.1.1: a cookie, or the request for one.
  @inlinable public var hasFastOpen: Bool {
    get { present.contains(.fastOpen) }
    set { note(.fastOpen, newValue) }
  }

  @inlinable
  mutating func note(_ option: Presence, _ isPresent: Bool) {
    if isPresent { present.insert(option) } else { present.remove(option) }
  }
}

extension TCPOptions {
  /// Option kinds (IANA, TCP Parameters).
  private enum Kind {
    static let endOfList: UInt8 = 0
    static let noOperation: UInt8 = 1
    static let maximumSegmentSize: UInt8 = 2
    static let windowScale: UInt8 = 3
    static let sackPermitted: UInt8 = 4
    static let timestamps: UInt8 = 8
    static let fastOpen: UInt8 = 34
    /// RFC 6994: shared by experiments, which two octets tell apart.
    static let experiment: UInt8 = 254
  }

  private static let fastOpenExperiment: UInt16 = 0xF989
  /// RFC 7323 section 2.3: a larger shift count counts as this.
  private static let maximumWindowScale: UInt8 = 14

  /// Reads the options behind the fixed header.
  ///
  /// An option of impossible length ends the list, never the segment; one of a known kind with
  /// another length than its own is passed by, and so is what belongs on a SYN but is not on one:
  /// so does Linux (tcp_input.c, tcp_parse_options).
  ///
  /// - Parameter bytes: the options, as far as captured.
  init(_ bytes: Span<UInt8>, isSYN: Bool) {
    self.init()
    var rest = bytes
    while rest.count > 0, rest[0] != Kind.endOfList {
      if rest[0] == Kind.noOperation {
        rest = rest.extracting(droppingFirst: 1)
        continue
      }
      guard rest.count >= 2 else { break }
      let length = Int(rest[1])
      guard length >= 2, length <= rest.count else { break }
      take(rest.extracting(first: length), isSYN: isSYN)
      rest = rest.extracting(droppingFirst: length)
    }
  }

  /// - Parameter option: kind, length and so many octets.
  private mutating func take(_ option: Span<UInt8>, isSYN: Bool) {
    switch (option[0], option.count) {
    case (Kind.timestamps, 10):
      timestampValue = option.bigEndian32(2)
      timestampEcho = option.bigEndian32(6)
      hasTimestamps = true
    case (Kind.maximumSegmentSize, 4) where isSYN:
      maximumSegmentSize = option.bigEndian16(2)
    case (Kind.windowScale, 3) where isSYN:
      windowScale = min(option[2], Self.maximumWindowScale)
    case (Kind.sackPermitted, 2) where isSYN:
      sackPermitted = true
    case (Kind.fastOpen, _) where isSYN:
      hasFastOpen = true
    case (Kind.experiment, 4...) where isSYN:
      if option.bigEndian16(2) == Self.fastOpenExperiment { hasFastOpen = true }
    default:
      break
    }
  }
}

/// What nearly every segment carries: no options at all, or timestamps alone behind two octets of
/// padding (RFC 7323 appendix A).
extension TCPOptions {
  private static let headerLengthWithTimestamps = 32

  /// - Parameters:
  ///   - bytes: what was captured behind the fixed header.
  ///   - headerLength: of the whole header, which must not exceed the datagram.
  @inline(__always)
  static func areUsual(_ bytes: Span<UInt8>, headerLength: Int) -> Bool {
    headerLength == TCPHeader.minimumLength
      || headerLength == headerLengthWithTimestamps && bytes.count >= 12
        && bytes.bigEndian32(0) == 0x0101_080A
  }

  /// Options that `areUsual`.
  @inline(__always)
  init(usual bytes: Span<UInt8>, headerLength: Int) {
    self.init()
    guard headerLength == Self.headerLengthWithTimestamps, bytes.count >= 12 else { return }
    timestampValue = bytes.bigEndian32(4)
    timestampEcho = bytes.bigEndian32(8)
    hasTimestamps = true
  }
}

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
  @inline(__always)
  static func parse(_ bytes: Span<UInt8>, isSYN: Bool) -> TCPOptions {
    if bytes.count == 0 { return TCPOptions() }
    // How nearly every segment of a connection with timestamps looks (RFC 7323 appendix A).
    let aligned: UInt32 = 0x0101_080A
    if bytes.count == 12, bytes.bigEndian32(0) == aligned {
      return TCPOptions(
        timestampValue: bytes.bigEndian32(4), timestampEcho: bytes.bigEndian32(8))
    }
    return parseList(bytes, isSYN: isSYN)
  }

  @inline(__always)
  private init(timestampValue: UInt32, timestampEcho: UInt32) {
    self.init()
    self.timestampValue = timestampValue
    self.timestampEcho = timestampEcho
    hasTimestamps = true
  }

  @inline(never)
  private static func parseList(_ bytes: Span<UInt8>, isSYN: Bool) -> TCPOptions {
    var options = TCPOptions()
    var rest = bytes
    while rest.count > 0, rest[0] != Kind.endOfList {
      if rest[0] == Kind.noOperation {
        rest = rest.extracting(droppingFirst: 1)
        continue
      }
      guard rest.count >= 2 else { break }
      let length = Int(rest[1])
      guard length >= 2, length <= rest.count else { break }
      options.take(rest.extracting(first: length), isSYN: isSYN)
      rest = rest.extracting(droppingFirst: length)
    }
    return options
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

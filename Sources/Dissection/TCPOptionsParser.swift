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
    var at = 0
    while at < bytes.count {
      let kind = bytes[at]
      if kind == Kind.noOperation {
        at += 1
        continue
      }
      guard kind != Kind.endOfList, at + 1 < bytes.count else { break }
      let length = Int(bytes[at + 1])
      guard length >= 2, length <= bytes.count - at else { break }
      take(bytes.extracting(at..<at + length), isSYN: isSYN)
      at += length
    }
  }

  /// - Parameter option: kind, length and so many octets.
  @inline(__always)
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

/// What nearly every segment carries, read at once: no options, timestamps alone behind two octets
/// of padding (RFC 7323 appendix A), and on a SYN what Linux puts there (tcp_output.c,
/// tcp_options_write). Any others are read one by one.
extension TCPOptions {
  /// - Parameters:
  ///   - bytes: a frame.
  ///   - tcp: where its TCP header begins; the fixed part was captured.
  ///   - headerLength: of the whole header.
  @inlinable
  @inline(__always)
  init(usual bytes: Span<UInt8>, at tcp: Int, headerLength: Int) {
    let paddedTimestamps: UInt32 = 0x0101_080A
    let options = tcp &+ TCPHeader.minimumLength
    if headerLength == TCPHeader.minimumLength {
      self.init()
    } else if headerLength == TCPHeader.minimumLength &+ 12, bytes.count >= options &+ 12,
      bytes.bigEndian32(options) == paddedTimestamps
    {
      self.init()
      timestampValue = bytes.bigEndian32(options &+ 4)
      timestampEcho = bytes.bigEndian32(options &+ 8)
      present = .timestamps
    } else {
      self.init(
        several: bytes.extracting(droppingFirst: tcp).extracting(first: headerLength)
          .extracting(droppingFirst: TCPHeader.minimumLength),
        flags: TCPFlags(rawValue: bytes[tcp &+ 13]))
    }
  }

  @usableFromInline
  @inline(never)
  init(several bytes: Span<UInt8>, flags: TCPFlags) {
    let isSYN = flags.contains(.syn)
    let segmentSize: UInt32 = 0x0204_0000
    let sackPermittedAndTimestamps: UInt32 = 0x0402_080A
    let paddedWindowScale: UInt32 = 0x0103_0300
    guard isSYN, bytes.count == 20, bytes.bigEndian32(0) & 0xFFFF_0000 == segmentSize,
      bytes.bigEndian32(4) == sackPermittedAndTimestamps,
      bytes.bigEndian32(16) & 0xFFFF_FF00 == paddedWindowScale
    else {
      self.init(bytes, isSYN: isSYN)
      return
    }
    self.init()
    self.segmentSize = bytes.bigEndian16(2)
    timestampValue = bytes.bigEndian32(8)
    timestampEcho = bytes.bigEndian32(12)
    shiftCount = min(bytes[19], Self.maximumWindowScale)
    present = [.maximumSegmentSize, .sackPermitted, .timestamps, .windowScale]
  }
}

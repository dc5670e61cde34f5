import Dissection

/// Steps through the records of a pcap savefile.
///
/// The format is draft-ietf-opsawg-pcap; what older versions mean by their fields is as in
/// libpcap's sf-pcap.c and wiretap's libpcap.c.
struct SavefileReader {
  /// As wiretap names it.
  let format: String
  let linkType: LinkType

  private let order: ByteOrder
  private let recordHeaderLength: Int
  private let nanosecondsPerFraction: Int64
  private let maximumLength: UInt32
  private let lengths: LengthOrder
  private let interface: UInt16
  private var frames = 0

  static let headerLength = 24

  /// Which of the two lengths comes first in a record header.
  private enum LengthOrder {
    case capturedFirst
    case originalFirst
    /// Version 2.3 brought the present order, but not every writer of 2.3 did.
    case smallerIsCaptured
  }

  /// Why a file that starts with a savefile's magic number cannot be read.
  struct HeaderError: Error {
    let message: String
  }

  /// - Parameter header: from the start of the file.
  /// - Returns: nil when the magic number is not a savefile's.
  /// - Throws: when it is one that cannot be read.
  init?(header: Span<UInt8>, interfaces: InterfaceNumbers) throws(HeaderError) {
    guard header.count >= 4, let magic = Magic(header) else { return nil }
    guard header.count >= SavefileReader.headerLength else {
      throw HeaderError(
        message: "the file header is cut: expected 24 bytes, found \(header.count)")
    }
    let major = header.uint16(at: 4, magic.order)
    let minor = header.uint16(at: 6, magic.order)
    guard major >= 2 else {
      throw HeaderError(
        message: "expected savefile version 2.0 or later, found \(major).\(minor)")
    }
    order = magic.order
    switch (major, minor) {
    case (2, 0...2), (543, _): lengths = .originalFirst
    case (2, 3): lengths = .smallerIsCaptured
    case (_, _): lengths = .capturedFirst
    }
    // The upper half of the word tells of frame check sequences.
    let network = UInt16(truncatingIfNeeded: header.uint32(at: 20, magic.order))
    let isVersion22 = major == 2 && minor == 2
    if magic.kind == .microseconds, isVersion22, let link = SavefileReader.aixLinkType(network) {
      format = "aixpcap"
      linkType = link
      nanosecondsPerFraction = 1
    } else {
      format = magic.kind.format
      linkType = LinkType(network)
      nanosecondsPerFraction = magic.kind == .nanoseconds ? 1 : 1000
    }
    recordHeaderLength = magic.kind == .modified ? 24 : 16
    maximumLength = linkType.maximumCapturedLength
    interface = interfaces.take()
  }

  /// AIX writes version 2.2, interface types of RFC 1573, and nanoseconds.
  private static func aixLinkType(_ network: UInt16) -> LinkType? {
    switch network {
    case 6: .ethernet
    case 9: LinkType(6)
    case 15: LinkType(10)
    case 24: .null
    default: nil
    }
  }

  /// Appends the records that lie complete in `bytes` from `position` on, until `records` is full.
  mutating func scan(
    _ bytes: Span<UInt8>, from position: inout Int, into records: inout OutputSpan<FrameRecord>
  ) -> ScanStop {
    // A loop for each byte order: the common one then swaps nothing.
    switch order {
    case .littleEndian: scan(bytes, .littleEndian, from: &position, into: &records)
    case .bigEndian: scan(bytes, .bigEndian, from: &position, into: &records)
    }
  }

  @inline(__always)
  private mutating func scan(
    _ bytes: Span<UInt8>, _ order: ByteOrder, from position: inout Int,
    into records: inout OutputSpan<FrameRecord>
  ) -> ScanStop {
    // In locals, so that the loop keeps them in registers.
    let (headerLength, limitLength, lengths) = (recordHeaderLength, maximumLength, lengths)
    let (scale, linkType, interface) = (nanosecondsPerFraction, linkType, interface)
    var rest = bytes.extracting(droppingFirst: position)
    var frame = frames
    defer {
      position = bytes.count - rest.count
      frames = frame
    }
    while !records.isFull {
      guard rest.count >= headerLength, rest.count >= 16 else { return .needs(headerLength) }
      var captured = rest.uint32(at: 8, order)
      var original = rest.uint32(at: 12, order)
      if lengths != .capturedFirst, lengths == .originalFirst || captured > original {
        swap(&captured, &original)
      }
      guard captured <= limitLength else { return .damaged(tooLong(captured)) }
      let length = headerLength &+ Int(captured)
      guard rest.count >= length else { return .needs(length) }
      // Cannot overflow: 2^32 seconds and 2^32 fractions are less than 2^63 nanoseconds.
      let seconds = Int64(rest.uint32(at: 0, order))
      // A fraction above one second counts as written, as with libpcap and wiretap.
      let fraction = Int64(rest.uint32(at: 4, order))
      frame &+= 1
      records.append(
        FrameRecord(
          frame: frame,
          time: Timestamp(nanoseconds: seconds &* 1_000_000_000 &+ fraction &* scale),
          linkType: linkType, interface: interface,
          offset: bytes.count &- rest.count &+ headerLength,
          capturedLength: captured, originalLength: original))
      rest = rest.extracting(droppingFirst: length)
    }
    return .batchFull
  }

  /// What is missing when the file ends `available` bytes into a record of at least `needed`.
  func cut(available: Int, needed: Int) -> String {
    if available < recordHeaderLength {
      return "a record header is cut: expected \(recordHeaderLength) bytes, found \(available)"
    }
    return "a record is cut: expected \(needed - recordHeaderLength) bytes of packet data, "
      + "found \(available - recordHeaderLength)"
  }

  private func tooLong(_ captured: UInt32) -> String {
    "a record claims \(captured) bytes of packet data: expected at most \(maximumLength)"
  }
}

/// What the first four bytes of a savefile tell.
private struct Magic {
  enum Kind {
    case microseconds, nanoseconds
    /// Alexey Kuznetzov's: longer record headers.
    case modified

    var format: String {
      switch self {
      case .microseconds: "pcap"
      case .nanoseconds: "nsecpcap"
      case .modified: "modpcap"
      }
    }
  }

  let kind: Kind
  let order: ByteOrder

  init?(_ bytes: Span<UInt8>) {
    for order in [ByteOrder.littleEndian, .bigEndian] {
      switch bytes.uint32(at: 0, order) {
      case 0xa1b2_c3d4: (kind, self.order) = (.microseconds, order)
      case 0xa1b2_3c4d: (kind, self.order) = (.nanoseconds, order)
      case 0xa1b2_cd34: (kind, self.order) = (.modified, order)
      default: continue
      }
      return
    }
    return nil
  }
}

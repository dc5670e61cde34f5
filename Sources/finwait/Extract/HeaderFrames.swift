import Capture
import Dissection
import Extraction

/// The headers of all frames of chosen connections, in file order.
struct HeaderFrames {
  struct Frame {
    /// As it is written: of another time, and of an interface of the extract.
    var record: FrameRecord
    var octets: [UInt8]
  }

  private(set) var frames: [Frame] = []
  /// What each of them tells.
  private(set) var news: [News] = []
  private(set) var interfaces: [PcapngWriter.Interface] = []

  private var pseudonyms: Pseudonyms?
  private let shift: Interval
  private let dissector = Dissector()
  private var places: [Source: UInt16] = [:]

  /// What frames came from.
  private struct Source: Hashable {
    var interface: UInt16
    var linkType: LinkType
  }

  /// - Parameters:
  ///   - pseudonyms: for the addresses; nil: they stay.
  ///   - shift: added to all times.
  init(pseudonyms: Pseudonyms?, shift: Interval) {
    self.pseudonyms = pseudonyms
    self.shift = shift
  }

  /// Reads the frames between any of `ends`; nil: all.
  mutating func read(_ reader: CaptureReader, between ends: Set<ConnectionEnds>?) {
    var hasMore = true
    while hasMore {
      hasMore = reader.readBatch { _, records, bytes in
        for record in records { take(record, bytes.extracting(record.range), ends) }
      }
    }
  }

  private mutating func take(
    _ record: FrameRecord, _ bytes: Span<UInt8>, _ ends: Set<ConnectionEnds>?
  ) {
    guard let original = dissect(bytes, record), ends?.contains(original.ends) != false,
      let octets = HeaderCopy.make(
        of: bytes, linkType: record.linkType, originalLength: record.originalLength, &pseudonyms)
    else { return }
    var copy = record
    copy.time = record.time.advanced(by: shift)
    copy.interface = place(of: record)
    copy.capturedLength = UInt32(octets.count)
    // What was captured was there, whatever the savefile says.
    copy.originalLength = max(record.originalLength, record.capturedLength)
    guard let told = dissect(octets.span, copy) else { return }
    frames.append(Frame(record: copy, octets: octets))
    news.append(told)
  }

  private func dissect(_ bytes: Span<UInt8>, _ record: FrameRecord) -> News? {
    News(
      dissector.dissect(
        bytes, linkType: record.linkType, originalLength: record.originalLength,
        frame: record.frame, time: record.time, interface: record.interface))
  }

  private mutating func place(of record: FrameRecord) -> UInt16 {
    let source = Source(interface: record.interface, linkType: record.linkType)
    if let place = places[source] { return place }
    let place = UInt16(clamping: interfaces.count)
    places[source] = place
    interfaces.append(
      PcapngWriter.Interface(
        name: "interface \(place)", linkType: record.linkType, snapshotLength: 262_144))
    return place
  }
}

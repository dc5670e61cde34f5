import Dissection

/// What one input file turned out to hold, so far.
public struct FileSummary: Sendable {
  public var file: String
  /// As wiretap says it: "pcap", "nsecpcap", "modpcap", "pcapng"; nil when it is no capture.
  public var format: String?
  /// In order of first appearance.
  public var linkTypes: [LinkType]
  /// Frames that passed the filter.
  public var packets: Int
  /// The earliest and latest time of the frames that passed the filter.
  public var firstTime: Timestamp?
  public var lastTime: Timestamp?
  /// Some frame was cut by a snapshot length.
  public var truncated: Bool
  public var damage: [Damage]
  /// What whoever captured or edited the file wrote into it (pcapng): the first thousand.
  public var comments: [CaptureComment]

  static let commentLimit = 1000

  public init(
    file: String, format: String? = nil, linkTypes: [LinkType] = [], packets: Int = 0,
    firstTime: Timestamp? = nil, lastTime: Timestamp? = nil, truncated: Bool = false,
    damage: [Damage] = [], comments: [CaptureComment] = []
  ) {
    self.file = file
    self.format = format
    self.linkTypes = linkTypes
    self.packets = packets
    self.firstTime = firstTime
    self.lastTime = lastTime
    self.truncated = truncated
    self.damage = damage
    self.comments = comments
  }
}

/// A comment in a pcapng file: on a frame, or on a section.
public struct CaptureComment: Hashable, Sendable {
  /// Numbered over the whole capture; nil for a section's.
  public var frame: Int?
  /// At most a kilobyte of it; what is not UTF-8 is replaced.
  public var text: String

  public init(frame: Int?, text: String) {
    self.frame = frame
    self.text = text
  }
}

extension Span where Element == UInt8 {
  /// A comment, cut to what is kept of it.
  func text(_ range: Range<Int>) -> String {
    var bytes: [UInt8] = []
    for index in range.prefix(1024) { bytes.append(self[index]) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

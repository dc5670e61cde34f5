import Dissection

/// Why a reader of one format stopped stepping through a block.
enum ScanStop {
  /// The batch has as many records as it takes.
  case batchFull
  /// The record at the position has at least this many bytes, and not all are in memory.
  case needs(Int)
  /// Nothing behind the position can be trusted: a sentence.
  case damaged(String)
}

/// What a reader of one format tells of an input beside its frames.
struct InputNotes {
  var linkTypes: [LinkType] = []
  var comments: [CaptureComment] = []
  var damage: [Damage] = []
  /// Until when interfaces were listened to, as the file says.
  private(set) var end: Timestamp?

  /// Whom to name in damage.
  let file: String

  private var knownLinkTypes: Set<LinkType> = []

  init(file: String) { self.file = file }

  mutating func note(_ linkType: LinkType) {
    if knownLinkTypes.insert(linkType).inserted { linkTypes.append(linkType) }
  }

  /// A damaged input can repeat one fault without end: only the first hundred are kept.
  mutating func note(damageAt offset: UInt64, _ message: String) {
    guard damage.count <= InputNotes.damageLimit else { return }
    let isLast = damage.count == InputNotes.damageLimit
    let text = isLast ? "more is wrong from here on; it is not listed" : message
    damage.append(Damage(file: file, offset: offset, message: text))
  }

  mutating func note(end time: Timestamp) { end = max(end ?? time, time) }

  mutating func note(comment: CaptureComment) {
    if comments.count < FileSummary.commentLimit { comments.append(comment) }
  }

  private static let damageLimit = 100
}

/// Numbers the interfaces of all inputs in the order in which they are read.
final class InterfaceNumbers {
  private var next = 0

  /// Stays at the last number that fits.
  func take() -> UInt16 {
    defer { next += 1 }
    return UInt16(clamping: next)
  }
}

extension LinkType {
  /// The longest record that is taken for one: beyond it, the length field is damaged.
  ///
  /// libpcap's and wiretap's limits: 256 KiB, and more where the specification of the link type
  /// allows longer frames (D-Bus, USB, Elektrobit high speed).
  var maximumCapturedLength: UInt32 {
    switch value {
    case 231, 189, 220, 249, 266: 128 << 20
    case 279: 8 << 20
    default: 256 << 10
    }
  }
}

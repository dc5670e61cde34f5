import Dissection

/// A frame as evidence: which one, and when it passed the tap.
struct Mark: Equatable, Sendable {
  var frame: Int
  var time: Timestamp

  static let none = Mark(frame: 0, time: .distantPast)
  var isSet: Bool { frame != 0 }

  init(frame: Int, time: Timestamp) {
    self.frame = frame
    self.time = time
  }

  init(_ segment: Segment) { self.init(frame: segment.frame, time: segment.time) }

  /// The mark that happened later; an unset one never did.
  func later(_ other: Mark) -> Mark { other.isSet && other.time > time ? other : self }
}

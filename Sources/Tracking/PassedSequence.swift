import Dissection

/// The part of one direction's sequence space that passed the tap, holes and all.
///
/// Two islands beyond the first hole are kept: a third is forgotten, and with it the knowledge
/// whether a hole was ever filled, so that no gap in the capture is claimed from then on.
struct PassedSequence: Equatable, Sendable {
  /// Just past the last octet before the first hole.
  private(set) var contiguous = SequenceNumber(0)
  private var near: Island?
  private var far: Island?
  private(set) var forgotIsland = false

  struct Island: Equatable, Sendable {
    var start: SequenceNumber
    var end: SequenceNumber
  }

  /// The highest edge beyond a hole: what a SACK option of the receiver would end with.
  var farthestEdge: SequenceNumber? { (far ?? near)?.end }

  /// Whether that is the end of what has passed, before a hole or behind it.
  func ends(at sequence: SequenceNumber) -> Bool {
    contiguous == sequence || farthestEdge == sequence
  }

  mutating func start(at sequence: SequenceNumber) {
    self = PassedSequence()
    contiguous = sequence
  }

  /// Adds the sequence space from `start` to `end`; true when it had passed completely before.
  @discardableResult
  mutating func insert(from start: SequenceNumber, to end: SequenceNumber) -> Bool {
    if start.isAtOrBefore(contiguous) {
      if end.isAtOrBefore(contiguous) { return true }
      contiguous = end
      absorb()
      return false
    }
    return insertBeyondHole(Island(start: start, end: end))
  }

  /// The receiver acknowledged up to here, so it passed, seen or not.
  mutating func acknowledge(to end: SequenceNumber) {
    guard end.isAfter(contiguous) else { return }
    contiguous = end
    absorb()
  }

  /// Only what lies before `end` passed, and perhaps islands beyond it.
  mutating func retreat(to end: SequenceNumber) {
    forgotIsland = forgotIsland || near != nil
    contiguous = end
    near = nil
    far = nil
  }

  private mutating func insertBeyondHole(_ island: Island) -> Bool {
    if let held = near, let joined = Self.join(held, island) {
      let known = joined.start == held.start && joined.end == held.end
      near = joined
      if let other = far, let both = Self.join(joined, other) {
        near = both
        far = nil
      }
      return known
    }
    guard let held = near else {
      near = island
      return false
    }
    if island.start.isBefore(held.start) {
      forgotIsland = forgotIsland || far != nil
      far = far ?? held
      near = island
      return false
    }
    guard let other = far else {
      far = island
      return false
    }
    guard let joined = Self.join(other, island) else {
      forgotIsland = true
      return false
    }
    far = joined
    return joined.start == other.start && joined.end == other.end
  }

  private mutating func absorb() {
    while let island = near, island.start.isAtOrBefore(contiguous) {
      contiguous = contiguous.later(island.end)
      near = far
      far = nil
    }
  }

  /// The union, if they touch.
  private static func join(_ left: Island, _ right: Island) -> Island? {
    guard left.start.isAtOrBefore(right.end), right.start.isAtOrBefore(left.end) else { return nil }
    let start = left.start.isBefore(right.start) ? left.start : right.start
    return Island(start: start, end: left.end.later(right.end))
  }
}

import Checking
import Dissection
import Reporting
import Tracking

/// Tells a checker what it is to know of the connections of a capture.
struct CheckConsumer: SegmentConsumer {
  private let rules: [Rule]
  private let start: StartTime
  /// Made once the first packet has come, from whose time on rules may count.
  private var checker: Checker?
  /// Where no rule asks for what was before the end, connections alone tell all.
  let followsSegments: Bool
  var failure: (any Error)? { nil }

  init(rules: [Rule], start: StartTime) {
    self.rules = rules
    self.start = start
    followsSegments = rules.contains(where: \.needsHistory)
  }

  /// What ends a state shows how it was just before.
  mutating func willReceive(_ segment: Segment, _ tracker: borrowing Tracker) {
    if !segment.flags.isDisjoint(with: Self.moving) { look(segment, tracker) }
  }

  mutating func didReceive(
    _ receipt: Receipt, _ segment: Segment, _ tracker: borrowing Tracker
  ) {
    if receipt.isCopy { return }
    let isMoving = !segment.flags.isDisjoint(with: Self.moving) || receipt.late != nil
    begin()
    if checker?.isConcerned(receipt.connection, isMoving: isMoving, at: segment.time) == true {
      look(segment, tracker, isMoved: isMoving)
    }
  }

  mutating func take(_ connection: ConnectionReport, at instant: Timestamp) {
    begin()
    checker?.add(connection, at: instant)
  }

  mutating func finish(
    captures: [CaptureRow], complaints: [String], rulesFile: String?
  ) -> CheckReport {
    var checker = checker ?? Checker(rules: rules, start: start.value)
    return checker.finish(captures: captures, complaints: complaints, rulesFile: rulesFile)
  }

  private static let moving: TCPFlags = [.syn, .fin, .rst]

  private mutating func begin() {
    if checker == nil { checker = Checker(rules: rules, start: start.value) }
  }

  /// Looks at all connections between two ends: one of them can end another.
  private mutating func look(
    _ segment: Segment, _ tracker: borrowing Tracker, isMoved: Bool = false
  ) {
    tracker.forEachConnection(
      between: segment.source, segment.destination, at: segment.time
    ) { connection in
      checker?.note(connection, at: segment.time, isMoved: isMoved)
    }
  }
}

import Dissection
import Tracking

/// What consecutive frames of a capture held, on its way from those who read to those who track.
struct SegmentBatch: Sendable {
  /// ICMP errors that quote a segment, each with how many segments of the batch come before it.
  struct Quote: Sendable {
    let place: Int
    let error: ICMPError
  }

  var segments: [Segment] = []
  /// One for each segment.
  var labels: [SegmentLabel] = []
  var quotes: [Quote] = []
  /// How far reading was behind the batch.
  var progress = ReadingProgress()

  /// Labels its segments.
  mutating func label(by labeller: inout SegmentLabeller) {
    var labels: [SegmentLabel] = []
    swap(&labels, &self.labels)
    labels.append(addingCapacity: segments.count) { labeller.label(segments.span, into: &$0) }
    swap(&labels, &self.labels)
  }

  mutating func removeAll() {
    segments.removeAll(keepingCapacity: true)
    labels.removeAll(keepingCapacity: true)
    quotes.removeAll(keepingCapacity: true)
  }
}

/// How far a read is.
struct ReadingProgress: Sendable {
  var bytes: UInt64 = 0
  /// Nil when some input's size is not known.
  var total: UInt64?
  var packets = 0
}

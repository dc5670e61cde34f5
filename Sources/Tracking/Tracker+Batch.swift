import Dissection

/// Segments by the batch.
extension Tracker {
  /// How many segments pass until what a segment needs has come from memory, as a rule: first its
  /// entry in the index, then its connection. A power of two.
  private static var distance: Int { 8 }

  /// Takes labelled segments in turn, each as `receive` takes one.
  ///
  /// Segments that follow each other are of other connections as a rule, which lie far apart. So
  /// what a segment needs is asked for while others are taken.
  ///
  /// - Parameter onFinal: is given what a segment makes final, and when the segment passed.
  public mutating func receive(
    _ segments: Span<Segment>, _ labels: Span<SegmentLabel>,
    onFinal: (ConnectionReport, Timestamp) -> Void
  ) {
    let (count, distance) = (segments.count, Self.distance)
    // The places of those that come next.
    var ahead = InlineArray<8, Place>(repeating: .none)
    for index in 0..<min(2 * distance, count) { table.prefetchEntry(labels[index]) }
    for index in 0..<min(distance, count) {
      ahead[index] = table.prefetchConnection(labels[index])
    }
    for index in 0..<count {
      let place = ahead[index & (distance - 1)]
      if index + 2 * distance < count { table.prefetchEntry(labels[index + 2 * distance]) }
      if index + distance < count {
        ahead[index & (distance - 1)] = table.prefetchConnection(labels[index + distance])
      }
      let time = segments[index].time
      let now = advance(to: time) { onFinal($0, time) }
      if followOrderly(segments[index], labels[index], at: place, now) { continue }
      _ = receive(segments[index], labels[index], at: now) { onFinal($0, time) }
    }
  }
}

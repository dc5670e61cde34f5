import Dissection

extension Tracker {
  /// Lets time pass in which no segment came: what is over by then leaves memory.
  ///
  /// - Parameter now: no later segment may be stamped earlier by more than the disorder of a capture.
  public mutating func pass(to now: Timestamp, onFinal: (ConnectionReport) -> Void) {
    if wheel.hasDue(at: now) { retire(at: now, onFinal: onFinal) }
  }
}

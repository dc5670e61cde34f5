import Dissection

/// What a capture has missed that knows it.
extension Tracker {
  /// Notes that packets were lost, of whatever connections: of those that had begun by then, nothing
  /// more is proved.
  ///
  /// - Parameter time: no packet that was lost passed later.
  public mutating func noteLoss(until time: Timestamp) { lossTime = max(lossTime, time) }

  /// Tells of a connection for as much as it can be known.
  func tell(
    _ place: Place, at instant: Timestamp, _ body: (ConnectionReport) throws -> Void
  ) rethrows {
    if lossTime == .distantPast { return try tellAll(place, at: instant, body) }
    try tellAll(place, at: instant) { try body($0.doubted(ifBegunBy: lossTime)) }
  }

  func report(_ place: Place, at instant: Timestamp) -> ConnectionReport {
    var report: ConnectionReport?
    tell(place, at: instant) { report = $0 }
    guard let report else { preconditionFailure("tells of every connection") }
    return report
  }
}

extension ConnectionReport {
  /// The same without a proof, where packets of it may have been lost.
  fileprivate func doubted(ifBegunBy time: Timestamp) -> ConnectionReport {
    guard firstTime <= time else { return self }
    var doubted = self
    for role in Role.allCases { doubted.endpoints[role].claim.certainty = .presumed }
    return doubted
  }
}

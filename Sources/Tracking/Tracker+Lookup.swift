import Dissection

extension Tracker {
  /// Tells of the connections in memory between two ends as they are at `instant`, the newest
  /// first.
  public func forEachConnection(
    between one: SocketAddress, _ other: SocketAddress, at instant: Timestamp,
    _ body: (ConnectionReport) throws -> Void
  ) rethrows {
    let key = ConnectionKey(one, other)
    guard let place = table.occupant(of: key, hash: table.hash(key)) else { return }
    if place.form != .full { return try tell(place, at: instant, body) }
    for slot in chain(from: place.slot) { try tell(Place(.full, slot), at: instant, body) }
  }
}

import Dissection
import Tracking

/// What a tracker tells of a part of the frames.
struct Trial {
  let options: TrackerOptions
  /// The end of the capture, of which the frames may all be long before.
  let instant: Timestamp
  let minimumAge: Interval

  /// Gives a tracker frames, and calls `body` with every connection it tells of, and the instant
  /// that it is told of.
  ///
  /// - Parameters:
  ///   - places: of the frames in `news`, ascending.
  ///   - note: is told which connection each frame belongs to.
  func run(
    _ places: [Int], of news: [News], note: (_ place: Int, _ connection: Int) -> Void = { _, _ in },
    _ body: (ConnectionReport, Timestamp) -> Void
  ) {
    var tracker = Tracker(options: options)
    for place in places {
      switch news[place] {
      case .segment(let segment):
        let receipt = tracker.receive(segment) { body($0, segment.time) }
        note(place, receipt.connection)
      case .error(let error):
        if let connection = tracker.receive(error) { note(place, connection) }
      }
    }
    tracker.forEachConnection(at: instant) { body($0, instant) }
  }

  /// The accounts of all connections.
  func accounts(_ places: [Int], of news: [News]) -> AccountBook {
    var book = AccountBook(minimumAge: minimumAge)
    run(places, of: news) { book.add($0, at: $1) }
    return book
  }

  /// The places of the frames that belong to connections of which one of these accounts is true.
  func places(
    belongingTo accounts: [Account], among places: [Int], of news: [News]
  ) -> [Int] {
    var owners: [Int: Int] = [:]
    var chosen: Set<Int> = []
    run(places, of: news, note: { owners[$0] = $1 }) { report, instant in
      let account = Account(report, at: instant, minimumAge: minimumAge)
      if accounts.contains(account) { chosen.insert(report.number) }
    }
    return places.filter { place in owners[place].map(chosen.contains) ?? false }
  }
}

import Dissection

/// Which of several inputs goes on: the one with the earliest head, ties in command-line order.
struct MergeOrder {
  /// The time of each input's next frame; nil at its end.
  var heads: [Timestamp?]

  /// How far an input may go on before another one has its turn.
  struct Bound {
    var time: Timestamp
    /// It may also go on at `time` itself, for it stands before the other on the command line.
    var isInclusive: Bool

    func admits(_ other: Timestamp) -> Bool {
      other < time || (isInclusive && other == time)
    }
  }

  struct Turn {
    var file: Int
    /// nil when all other inputs are at their end.
    var bound: Bound?
  }

  /// - Returns: nil when all inputs are at their end.
  func next() -> Turn? {
    var first: (file: Int, time: Timestamp)?
    var second: (file: Int, time: Timestamp)?
    for file in heads.indices {
      guard let time = heads[file] else { continue }
      if let best = first {
        if time < best.time {
          (first, second) = ((file, time), best)
        } else if let runnerUp = second {
          if time < runnerUp.time { second = (file, time) }
        } else {
          second = (file, time)
        }
      } else {
        first = (file, time)
      }
    }
    guard let first else { return nil }
    let bound = second.map { Bound(time: $0.time, isInclusive: first.file < $0.file) }
    return Turn(file: first.file, bound: bound)
  }
}

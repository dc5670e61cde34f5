import Dissection

/// What has been found of one input and not been delivered yet.
struct Lane {
  /// The frames of the current batch, in file order; `frame` counts within the file.
  var records: [FrameRecord] = []
  /// Of the frames that carry a comment, counted within the file: those still to be numbered
  /// from `numbers.count` on.
  var commentedFrames: [Int] = []

  /// The numbers of the commented frames in the whole capture, as far as they are delivered.
  fileprivate(set) var numbers: [Int] = []
  fileprivate(set) var tally = Tally()
  /// Index of the first record not yet delivered.
  fileprivate var cursor = 0
  /// The last frame delivered, counted within the file.
  fileprivate var lastFrame = 0

  fileprivate var nextCommented: Int? {
    numbers.count < commentedFrames.count ? commentedFrames[numbers.count] : nil
  }
}

/// Of the frames that were delivered.
struct Tally {
  var packets = 0
  var firstTime: Timestamp?
  var lastTime: Timestamp?
  var truncated = false

  fileprivate mutating func count(_ records: [FrameRecord]) {
    guard let first = records.first else { return }
    var earliest = firstTime ?? first.time
    var latest = lastTime ?? first.time
    for record in records {
      earliest = min(earliest, record.time)
      latest = max(latest, record.time)
      if record.capturedLength < record.originalLength { truncated = true }
    }
    packets += records.count
    (firstTime, lastTime) = (earliest, latest)
  }
}

/// Several inputs as one: their frames in order, with their numbers in the whole capture.
///
/// A value, not spread over the inputs' objects: with frames that alternate between files, a
/// check for exclusive access at every property would cost more than all the rest.
struct Merge {
  var lanes: [Lane]
  /// The frames that come next, when they are not a lane's whole batch.
  private var run: [FrameRecord] = []
  private var order: MergeOrder
  /// The last frame number given.
  private var counter = 0

  init(count: Int) {
    lanes = [Lane](repeating: Lane(), count: count)
    order = MergeOrder(heads: [Timestamp?](repeating: nil, count: count))
  }

  /// A new batch lies in the lane of an input; none at its end.
  mutating func refilled(_ file: Int) {
    lanes[file].cursor = 0
    order.heads[file] = lanes[file].records.first?.time
  }

  /// Takes the frames whose turn it is: consecutive ones of one input, before every other head.
  ///
  /// - Returns: nil when all inputs are at their end.
  mutating func next() -> (file: Int, records: [FrameRecord], isDone: Bool)? {
    guard let turn = order.next() else { return nil }
    let file = turn.file
    if turn.bound == nil, let batch = takeWholeBatch(of: file) { return (file, batch, true) }
    run.removeAll(keepingCapacity: true)
    let batch = lanes[file].records
    var (at, local) = (lanes[file].cursor, lanes[file].lastFrame)
    var commented = lanes[file].nextCommented
    repeat {
      var record = batch[at]
      counter += record.frame - local
      local = record.frame
      record.frame = counter
      run.append(record)
      while local == commented {
        lanes[file].numbers.append(counter)
        commented = lanes[file].nextCommented
      }
      at += 1
    } while at < batch.count && turn.bound?.admits(batch[at].time) != false
    (lanes[file].cursor, lanes[file].lastFrame) = (at, local)
    order.heads[file] = at < batch.count ? batch[at].time : nil
    return (file, run, at == batch.count)
  }

  mutating func count(_ records: [FrameRecord], of file: Int) {
    lanes[file].tally.count(records)
  }

  /// As it is, if its numbers need no change: an input alone counts as the whole capture does.
  private mutating func takeWholeBatch(of file: Int) -> [FrameRecord]? {
    let lane = lanes[file]
    guard lane.cursor == 0, counter == lane.lastFrame, lane.nextCommented == nil else {
      return nil
    }
    counter = lane.records.last?.frame ?? counter
    lanes[file].lastFrame = counter
    lanes[file].cursor = lane.records.count
    order.heads[file] = nil
    return lane.records
  }
}

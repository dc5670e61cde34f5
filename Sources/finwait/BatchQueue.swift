import Dispatch
import Synchronization

/// Batches from one thread that fills them to one that takes them, in order and few at a time.
///
/// Both wait for the other: memory is that of `depth` batches, whoever is slower. Emptied batches go
/// back, so that their memory is used again.
final class BatchQueue: Sendable {
  /// What comes out of the queue.
  enum Item: Sendable {
    case batch(SegmentBatch)
    /// There is nothing behind it; a failure is one of reading.
    case end((any Error)?)
  }

  private struct State {
    /// The first is taken first.
    var filled: [Item] = []
    var empty: [SegmentBatch] = []
    var isAbandoned = false
  }

  /// Enough that neither thread waits because the other was interrupted for a moment.
  private static let depth = 8

  private let state = Mutex(State())
  private let filled = DispatchSemaphore(value: 0)
  private let room = DispatchSemaphore(value: 0)

  init() {
    // A semaphore must not end below the value that it began with, as that of an abandoned queue
    // would.
    for _ in 0..<Self.depth { room.signal() }
  }

  /// Fills batches on a thread of its own until `fill` returns false or throws.
  func start(_ fill: @escaping @Sendable (inout SegmentBatch) throws -> Bool) {
    DispatchQueue.global().async { [self] in
      var failure: (any Error)?
      do {
        while var batch = takeEmpty() {
          let hasMore = try fill(&batch)
          put(.batch(batch))
          if !hasMore { break }
        }
      } catch {
        failure = error
      }
      put(.end(failure))
    }
  }

  /// Nil once nobody takes batches any more.
  private func takeEmpty() -> SegmentBatch? {
    room.wait()
    return state.withLock { state in
      state.isAbandoned ? nil : state.empty.popLast() ?? SegmentBatch()
    }
  }

  private func put(_ item: Item) {
    state.withLock { $0.filled.append(item) }
    filled.signal()
  }

  /// Waits for the next batch.
  func next() -> Item {
    filled.wait()
    return state.withLock { $0.filled.removeFirst() }
  }

  /// Gives a batch back whose contents are no longer needed.
  func recycle(_ batch: SegmentBatch) {
    state.withLock { state in
      state.empty.append(batch)
      state.empty[state.empty.count - 1].removeAll()
    }
    room.signal()
  }

  /// No more batches will be taken: whoever fills them may stop.
  func abandon() {
    state.withLock { $0.isAbandoned = true }
    room.signal()
  }
}

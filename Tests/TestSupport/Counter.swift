import Synchronization

/// Counts from 1, on any thread.
public final class Counter: Sendable {
  private let value = Mutex(0)

  public init() {}

  public var count: Int { value.withLock { $0 } }

  public func next() -> Int {
    value.withLock { value in
      value += 1
      return value
    }
  }
}

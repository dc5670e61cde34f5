import Dissection
import Synchronization

/// When the first packet came, once it has.
final class StartTime: Sendable {
  private let first = Mutex<Timestamp?>(nil)

  var value: Timestamp { first.withLock { $0 } ?? .distantPast }

  /// As a cutoff of `Analysis`: no frame is too late.
  func note(_ time: Timestamp) -> Timestamp? {
    first.withLock { $0 = time }
    return nil
  }
}

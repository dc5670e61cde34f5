import Reporting

/// What is said on standard error while a capture runs; while a screen is shown, it waits there.
final class Notices {
  /// So many are kept.
  private static let limit = 100

  private var isHeld = false
  private var held: [String] = []
  /// Those that could not be kept.
  private var lost = 0
  /// How many there were.
  private(set) var count = 0
  /// What was said last, if it waits.
  var last: String? { held.last }

  func say(_ sentence: String) {
    count += 1
    guard isHeld else { return write(sentence) }
    if held.count < Self.limit {
      held.append(sentence)
    } else {
      lost += 1
    }
  }

  func hold() { isHeld = true }

  /// Says what has waited.
  func release() {
    isHeld = false
    for sentence in held { write(sentence) }
    if lost > 0 { write("and \(lost.counted("more notice"))") }
    (held, lost) = ([], 0)
  }

  private func write(_ sentence: String) {
    StandardError.write("finwait: \(Escaping.terminal(sentence))\n")
  }
}

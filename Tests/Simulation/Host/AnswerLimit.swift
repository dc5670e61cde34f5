import Dissection

/// At most one answer in 500 ms to segments that are not acceptable
/// (Linux tcp_invalid_ratelimit, tcp_input.c tcp_oow_rate_limited).
struct AnswerLimit: Sendable {
  private var lastAnswer: Timestamp?

  /// Answers to what carries data or FIN are not limited: they can be no part of an ACK loop.
  mutating func allows(_ segment: Segment, at now: Timestamp) -> Bool {
    if segment.sequenceLength > 0, !segment.flags.contains(.syn) { return true }
    return allows(at: now)
  }

  mutating func allows(at now: Timestamp) -> Bool {
    if let lastAnswer, now.since(lastAnswer) < .milliseconds(500) { return false }
    lastAnswer = now
    return true
  }
}

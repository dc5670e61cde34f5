import ArgumentParser
import Dissection
import Reporting

extension TimeArgument {
  /// The value of an option that takes a time.
  init(parsing text: String) throws {
    guard let time = TimeArgument(text) else {
      throw ValidationError(
        "a time is RFC 3339 with its zone (2026-07-12T14:03:22Z), seconds since the epoch, "
          + "HH:MM:SS of the capture's first day (UTC), or +SECONDS from its start")
    }
    self = time
  }

  /// - Parameter start: the time of the capture's first packet.
  func instant(start: Timestamp) throws -> Timestamp {
    guard let time = resolved(start: start) else {
      throw UsageFailure("the capture's first day lies outside the range of times")
    }
    return time
  }
}

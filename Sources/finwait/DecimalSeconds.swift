import ArgumentParser
import Dissection
import Reporting

extension Interval {
  /// The value of an option that takes seconds.
  init(parsingSeconds text: String) throws {
    guard let interval = Interval(decimalSeconds: text) else {
      throw ValidationError("seconds are a number like 60 or 0.5, zero or more")
    }
    self = interval
  }
}

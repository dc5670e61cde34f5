import Dissection

/// An instant as people type it, on the command line and in rules.
public enum TimeArgument: Equatable, Sendable {
  case absolute(Timestamp)
  /// A time of day on the capture's first day, UTC.
  case clock(Interval)
  /// From the capture's first packet.
  case offset(Interval)

  public init?(_ text: some StringProtocol) {
    if text.hasPrefix("+"), let offset = Interval(decimalSeconds: text.dropFirst()) {
      self = .offset(offset)
    } else if let epoch = Interval(decimalSeconds: text) {
      self = .absolute(Timestamp(nanoseconds: epoch.nanoseconds))
    } else if let clock = Self.clock(text) {
      self = .clock(clock)
    } else if let time = Self.rfc3339(text) {
      self = .absolute(time)
    } else {
      return nil
    }
  }

  /// Nil where the capture's first day lies outside the range of times.
  ///
  /// - Parameter start: the time of the capture's first packet.
  public func resolved(start: Timestamp) -> Timestamp? {
    switch self {
    case .absolute(let time): return time
    case .offset(let offset): return start.advanced(by: offset)
    case .clock(let clock):
      var civil = CivilTime(utc: start)
      (civil.hour, civil.minute, civil.second, civil.nanosecond) = (0, 0, 0, 0)
      return civil.utc?.advanced(by: clock)
    }
  }

  /// `HH:MM:SS` or `HH:MM:SS.fff`, since midnight.
  private static func clock(_ text: some StringProtocol) -> Interval? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let hour = number(parts[0], digits: 2), hour < 24,
      let minute = number(parts[1], digits: 2), minute < 60,
      parts[2].prefix(while: { $0 != "." }).count == 2,
      let second = Interval(decimalSeconds: parts[2]), second < .seconds(61)
    else { return nil }
    return .seconds(Int64(hour * 3_600 + minute * 60)) + second
  }

  /// RFC 3339 section 5.6: date, `T` or a space, time, and `Z` or an offset.
  private static func rfc3339(_ text: some StringProtocol) -> Timestamp? {
    guard let separator = text.firstIndex(where: { "Tt ".contains($0) }) else { return nil }
    let date = text[..<separator].split(separator: "-", omittingEmptySubsequences: false)
    guard date.count == 3, let year = number(date[0], digits: 4),
      let month = number(date[1], digits: 2), let day = number(date[2], digits: 2)
    else { return nil }
    let rest = text[text.index(after: separator)...]
    guard let zone = rest.firstIndex(where: { "Zz+-".contains($0) }),
      let offset = zoneOffset(rest[zone...]), let clock = clock(rest[..<zone])
    else { return nil }
    let midnight = CivilTime(
      year: Int64(year), month: month, day: day, hour: 0, minute: 0, second: 0, nanosecond: 0)
    return midnight.utc?.advanced(by: clock).advanced(by: offset * -1)
  }

  /// How far the zone is ahead of UTC.
  private static func zoneOffset(_ text: some StringProtocol) -> Interval? {
    if text == "Z" || text == "z" { return .zero }
    let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let hour = number(parts[0], digits: 2), hour < 24,
      let minute = number(parts[1], digits: 2), minute < 60
    else { return nil }
    let offset = Interval.seconds(Int64(hour * 3_600 + minute * 60))
    return text.first == "-" ? offset * -1 : offset
  }

  private static func number(_ text: some StringProtocol, digits: Int) -> Int? {
    text.utf8.count == digits && text.utf8.allSatisfy(\.isDigit) ? Int(text) : nil
  }
}

import Dissection

extension OutputBuffer {
  /// RFC 3339 in UTC with nine digits: the form of every time in JSON and CSV.
  public mutating func appendRFC3339(_ time: Timestamp) {
    let civil = CivilTime(utc: time)
    appendDate(civil)
    append(UInt8(ascii: "T"))
    appendClock(civil)
    append(UInt8(ascii: "."))
    appendDecimal(UInt64(civil.nanosecond), width: 9)
    append(UInt8(ascii: "Z"))
  }

  fileprivate mutating func appendDate(_ civil: CivilTime) {
    appendDecimal(civil.year, width: 4)
    append(UInt8(ascii: "-"))
    appendDecimal(Int64(civil.month), width: 2)
    append(UInt8(ascii: "-"))
    appendDecimal(Int64(civil.day), width: 2)
  }

  fileprivate mutating func appendClock(_ civil: CivilTime) {
    appendDecimal(Int64(civil.hour), width: 2)
    append(UInt8(ascii: ":"))
    appendDecimal(Int64(civil.minute), width: 2)
    append(UInt8(ascii: ":"))
    appendDecimal(Int64(civil.second), width: 2)
  }
}

/// How times are written for people: in which zone, and with or without the date.
public struct TimeStyle: Equatable, Sendable {
  public enum Zone: Sendable {
    case utc, local
  }

  public var zone: Zone
  /// In tables; off when all times of a report fall on one day.
  public var showsDate: Bool

  public init(zone: Zone, showsDate: Bool = false) {
    self.zone = zone
    self.showsDate = showsDate
  }

  /// The style in which every time from `first` to `last` is unambiguous.
  public init(zone: Zone, first: Timestamp?, last: Timestamp?) {
    self.init(zone: zone)
    guard let first, let last else { return }
    let (start, end) = (civil(first), civil(last))
    showsDate = (start.year, start.month, start.day) != (end.year, end.month, end.day)
  }

  /// For a table cell: `14:03:22.123`, or where the style shows dates `07-12 14:03:22`.
  ///
  /// - Parameter isShort: without the milliseconds.
  public func cell(_ time: Timestamp, isShort: Bool = false) -> String {
    let civil = civil(time)
    var buffer = OutputBuffer()
    if showsDate {
      buffer.appendDecimal(Int64(civil.month), width: 2)
      buffer.append("-")
      buffer.appendDecimal(Int64(civil.day), width: 2)
      buffer.append(" ")
    }
    buffer.appendClock(civil)
    if showsDate || isShort { return buffer.text }
    buffer.append(".")
    buffer.appendDecimal(Int64(civil.nanosecond / 1_000_000), width: 3)
    return buffer.text
  }

  /// For a sentence: `2026-07-12 14:03:22.123 UTC`, without the zone's name for local time.
  public func sentence(_ time: Timestamp) -> String {
    let civil = civil(time)
    var buffer = OutputBuffer()
    buffer.appendDate(civil)
    buffer.append(" ")
    buffer.appendClock(civil)
    buffer.append(".")
    buffer.appendDecimal(Int64(civil.nanosecond / 1_000_000), width: 3)
    if zone == .utc { buffer.append(" UTC") }
    return buffer.text
  }

  private func civil(_ time: Timestamp) -> CivilTime {
    switch zone {
    case .utc: CivilTime(utc: time)
    case .local: CivilTime(local: time)
    }
  }
}

extension Timestamp {
  /// RFC 3339 in UTC with nine digits.
  public var rfc3339: String {
    var buffer = OutputBuffer()
    buffer.appendRFC3339(self)
    return buffer.text
  }
}

import Dissection

extension OutputBuffer {
  /// RFC 3339 in UTC with nine digits: the form of every time in JSON and CSV.
  public mutating func appendRFC3339(_ time: Timestamp) {
    let (seconds, nanoseconds) = time.floorSeconds
    let secondOfDay = appendDate(of: time, seconds: seconds)
    append(word: Self.clock(secondOfDay), count: 8)
    let first = UInt64(UInt8(ascii: "0")) + UInt64(nanoseconds / 100_000_000)
    append(word: first << 8 | UInt64(UInt8(ascii: ".")), count: 2)
    append(word: EightDigits(UInt32(nanoseconds % 100_000_000)).text, count: 8)
    append(UInt8(ascii: "Z"))
  }

  /// `HH:MM:SS`, the first digit in the lowest byte.
  private static func clock(_ secondOfDay: Int) -> UInt64 {
    let (hour, minute, second) = (
      secondOfDay / 3_600, secondOfDay / 60 % 60, secondOfDay % 60
    )
    let digits = EightDigits(UInt32(hour * 1_000_000 + minute * 1_000 + second)).text
    let colons = UInt64(0x0000_3A00_003A_0000)
    return digits & 0xFFFF_00FF_FF00_FFFF | colons
  }

  /// For a table cell: `14:03:22.123`, or where the style shows dates `07-12 14:03:22`.
  ///
  /// - Parameter isShort: without the milliseconds.
  mutating func append(cell time: Timestamp, _ style: TimeStyle, isShort: Bool = false) {
    let civil = style.civil(time)
    if style.showsDate {
      appendDecimal(Int64(civil.month), width: 2)
      append(UInt8(ascii: "-"))
      appendDecimal(Int64(civil.day), width: 2)
      append(UInt8(ascii: " "))
    }
    append(clock: civil)
    if style.showsDate || isShort { return }
    append(UInt8(ascii: "."))
    appendDecimal(Int64(civil.nanosecond / 1_000_000), width: 3)
  }

  fileprivate mutating func append(date civil: CivilTime) {
    appendDecimal(civil.year, width: 4)
    append(UInt8(ascii: "-"))
    appendDecimal(Int64(civil.month), width: 2)
    append(UInt8(ascii: "-"))
    appendDecimal(Int64(civil.day), width: 2)
  }

  fileprivate mutating func append(clock civil: CivilTime) {
    append(word: Self.clock((civil.hour * 60 + civil.minute) * 60 + civil.second), count: 8)
  }
}

/// The date of the last time written: of many times, nearly all are of one day.
struct DateText: Sendable {
  private static let daySeconds: Int64 = 86_400
  /// Since the epoch; none at first.
  private var day = Int64.min
  /// In front of a time of day: `2026-07-12T`.
  private(set) var label = Label("")

  /// Makes the label that of the day in which a time lies.
  ///
  /// - Parameter seconds: of the time, rounded down.
  /// - Returns: the seconds since midnight.
  mutating func turn(to time: Timestamp, seconds: Int64) -> Int {
    let day = seconds >= 0 ? seconds / Self.daySeconds : (seconds + 1) / Self.daySeconds - 1
    if day != self.day {
      self.day = day
      var text = OutputBuffer()
      text.append(date: CivilTime(utc: time))
      text.append(UInt8(ascii: "T"))
      label = text.withBytes { Label($0) }
    }
    return Int(seconds - day * Self.daySeconds)
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

  /// For a table cell, see `OutputBuffer.append(cell:_:isShort:)`.
  public func cell(_ time: Timestamp) -> String {
    var buffer = OutputBuffer()
    buffer.append(cell: time, self)
    return buffer.text
  }

  /// For a sentence: `2026-07-12 14:03:22.123 UTC`, without the zone's name for local time.
  public func sentence(_ time: Timestamp) -> String {
    let civil = civil(time)
    var buffer = OutputBuffer()
    buffer.append(date: civil)
    buffer.append(" ")
    buffer.append(clock: civil)
    buffer.append(".")
    buffer.appendDecimal(Int64(civil.nanosecond / 1_000_000), width: 3)
    if zone == .utc { buffer.append(" UTC") }
    return buffer.text
  }

  fileprivate func civil(_ time: Timestamp) -> CivilTime {
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

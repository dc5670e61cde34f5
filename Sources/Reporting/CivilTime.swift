import Dissection

/// A date and time of day in the proleptic Gregorian calendar, without a zone.
public struct CivilTime: Equatable, Sendable {
  public var year: Int64
  /// 1 to 12, and 1 to 31.
  public var month: Int
  public var day: Int
  public var hour: Int
  public var minute: Int
  /// 0 to 60: a leap second is accepted and counts as the next minute's first.
  public var second: Int
  public var nanosecond: Int

  private static let daySeconds: Int64 = 86_400
  /// 400 years hold a whole number of weeks and this many days.
  private static let eraDays: Int64 = 146_097
  /// Days from 0000-03-01, where the count of eras starts, to 1970-01-01.
  private static let epochDay: Int64 = 719_468

  public init(
    year: Int64, month: Int, day: Int, hour: Int, minute: Int, second: Int, nanosecond: Int
  ) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
    self.nanosecond = nanosecond
  }

  /// The UTC date and time of `time`.
  public init(utc time: Timestamp) {
    let (seconds, nanoseconds) = time.floorSeconds
    let days = seconds.floorDivided(by: Self.daySeconds)
    let secondOfDay = Int(seconds - days * Self.daySeconds)
    // Years begin in March here, so that the leap day is a year's last and months have one rule.
    let shifted = days + Self.epochDay
    let era = shifted.floorDivided(by: Self.eraDays)
    let dayOfEra = shifted - era * Self.eraDays
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
    day = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = secondOfDay / 3_600
    minute = secondOfDay / 60 % 60
    second = secondOfDay % 60
    nanosecond = nanoseconds
  }

  /// The instant, read as UTC; nil when a field is out of range or the sum is.
  public var utc: Timestamp? {
    guard (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day),
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    let marchYear = month <= 2 ? year - 1 : year
    let era = marchYear.floorDivided(by: 400)
    let yearOfEra = marchYear - era * 400
    let marchMonth = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * marchMonth + 2) / 5 + Int64(day) - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * Self.eraDays + dayOfEra - Self.epochDay
    let seconds = days * Self.daySeconds + Int64(hour * 3_600 + minute * 60 + second)
    return Timestamp(seconds: seconds, nanoseconds: Int64(nanosecond))
  }

  private static func days(in month: Int, of year: Int64) -> Int {
    if month == 2 {
      return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }
}

extension Timestamp {
  /// Whole seconds since the epoch, rounded down, and the nanoseconds that remain (0 and up).
  public var floorSeconds: (seconds: Int64, nanoseconds: Int) {
    let seconds = nanoseconds.floorDivided(by: 1_000_000_000)
    let rest = nanoseconds % 1_000_000_000
    return (seconds, Int(rest < 0 ? rest + 1_000_000_000 : rest))
  }
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    let quotient = self / divisor
    return self % divisor < 0 ? quotient - 1 : quotient
  }
}

import Dissection

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension CivilTime {
  /// The date and time of `time` in this machine's zone; UTC where the C library knows no better.
  public init(local time: Timestamp) {
    let (seconds, nanoseconds) = time.floorSeconds
    var moment = time_t(seconds)
    var fields = unsafe tm()
    // Both pointers are to locals that outlive the call; localtime_r writes `fields` alone.
    guard unsafe localtime_r(&moment, &fields) != nil else {
      self.init(utc: time)
      return
    }
    unsafe self.init(
      year: Int64(fields.tm_year) + 1900, month: Int(fields.tm_mon) + 1, day: Int(fields.tm_mday),
      hour: Int(fields.tm_hour), minute: Int(fields.tm_min), second: Int(fields.tm_sec),
      nanosecond: nanoseconds)
  }
}

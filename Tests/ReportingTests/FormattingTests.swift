import Dissection
import Testing

@testable import Reporting

@Suite struct FormattingTests {
  @Test(
    arguments: [
      (IPAddress(version4: 0x0A00_0005), "10.0.0.5"),
      (IPAddress(version4: 0xFFFF_FFFF), "255.255.255.255"),
      (IPAddress(version6High: 0, low: 0), "::"),
      (IPAddress(version6High: 0, low: 1), "::1"),
      (IPAddress(version6High: 0x0001_0000_0000_0000, low: 0), "1::"),
      // RFC 5952 section 4.2.2: one zero group alone is written out.
      (
        IPAddress(version6High: 0x2001_0DB8_0000_0001, low: 0x0001_0001_0001_0001),
        "2001:db8:0:1:1:1:1:1"
      ),
      // RFC 5952 section 4.2.3: the longest run, the first of two equal ones.
      (IPAddress(version6High: 0x2001_0000_0000_0001, low: 1), "2001:0:0:1::1"),
      (
        IPAddress(version6High: 0x2001_0DB8_0000_0000, low: 0x0001_0000_0000_0001),
        "2001:db8::1:0:0:1"
      ),
      (IPAddress(version6High: 0xFE80_0000_0000_0000, low: 0xABCD), "fe80::abcd"),
      (
        IPAddress(version6High: 0x0001_0002_0003_0004, low: 0x0005_0006_0007_0008),
        "1:2:3:4:5:6:7:8"
      ),
      (IPAddress(version6High: 0x0001_0002_0003_0004, low: 0x0005_0006_0000_0000), "1:2:3:4:5:6::"),
    ])
  func addresses(address: IPAddress, text: String) {
    #expect(address.text == text)
  }

  @Test func sockets() {
    let version6 = IPAddress(version6High: 0x2001_0DB8_0000_0000, low: 1)
    #expect(SocketAddress(address: version6, port: 443).text == "[2001:db8::1]:443")
    #expect(SocketAddress(address: IPAddress(version4: 1), port: 65_535).text == "0.0.0.1:65535")
  }

  @Test(
    arguments: [
      (Int64(0), "1970-01-01T00:00:00.000000000Z"),
      (-1, "1969-12-31T23:59:59.999999999Z"),
      (951_782_400_000_000_001, "2000-02-29T00:00:00.000000001Z"),
      (951_868_799_123_456_789, "2000-02-29T23:59:59.123456789Z"),
      (1_709_251_199_000_000_000, "2024-02-29T23:59:59.000000000Z"),
      (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
      (.max, "2262-04-11T23:47:16.854775807Z"),
      (.min, "1677-09-21T00:12:43.145224192Z"),
    ])
  func rfc3339(nanoseconds: Int64, text: String) {
    #expect(Timestamp(nanoseconds: nanoseconds).rfc3339 == text)
  }

  /// Every day of five centuries there and back, so that no rule of leap years is missed.
  @Test func civilTimeIsItsOwnInverse() {
    var wrong: [Int64] = []
    for day in Int64(-106_000)..<106_000 {
      let time = Timestamp(nanoseconds: day * 86_400_000_000_000 + 1)
      if CivilTime(utc: time).utc != time { wrong.append(day) }
    }
    #expect(wrong.isEmpty)
  }

  @Test func civilTimeRejectsWhatNoCalendarHas() {
    for (month, day) in [(2, 29), (4, 31), (13, 1), (0, 1), (1, 0)] {
      let civil = CivilTime(
        year: 2023, month: month, day: day, hour: 0, minute: 0, second: 0, nanosecond: 0)
      #expect(civil.utc == nil)
    }
  }

  @Test(
    arguments: [
      (Int64(0), "0 s"), (999, "999 ns"), (1_500, "1 µs"), (12_000_000, "12 ms"),
      (999_999_999, "999 ms"), (1_250_000_000, "1.2 s"), (9_999_999_999, "9.9 s"),
      (10_000_000_000, "10 s"), (59_999_999_999, "59 s"), (60_000_000_000, "1 min"),
      (236_000_000_000, "3 min 56 s"), (3_600_000_000_000, "1 h"),
      (7_260_000_000_000, "2 h 1 min"), (90_000_000_000_000, "1 d 1 h"),
      (-2_000_000_000, "-2 s"), (.min, "-106751 d 23 h"),
    ])
  func durations(nanoseconds: Int64, words: String) {
    #expect(Interval(nanoseconds: nanoseconds).words == words)
  }

  @Test(
    arguments: [
      (Int64(0), "0"), (60_000_000_000, "60"), (12_500_000, "0.0125"), (-1, "-0.000000001"),
      (.min, "-9223372036.854775808"), (1_000_000_001, "1.000000001"),
    ])
  func seconds(nanoseconds: Int64, text: String) {
    var output = OutputBuffer()
    output.appendSeconds(Interval(nanoseconds: nanoseconds))
    #expect(output.text == text)
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")])
  func counts(count: Int, text: String) {
    #expect(count.grouped == text)
  }

  @Test func tableCellsShowTheDateWhereDaysDiffer() {
    let first = Timestamp(nanoseconds: 86_399_000_000_000)
    let last = Timestamp(nanoseconds: 86_400_000_000_000)
    #expect(TimeStyle(zone: .utc, first: first, last: first).cell(first) == "23:59:59.000")
    #expect(TimeStyle(zone: .utc, first: first, last: last).cell(last) == "01-02 00:00:00")
  }

  @Test func aCutAddressKeepsItsPort() {
    let address = "[2001:db8:1111:2222:3333:4444:5555:6666]:65535"
    for width in 10...45 {
      let cut = address.cutInTheMiddle(to: width)
      #expect(cut.unicodeScalars.count == width)
      #expect(cut.hasSuffix("]:65535"))
    }
    #expect(address.cutInTheMiddle(to: 46) == address)
  }
}

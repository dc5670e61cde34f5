import Dissection
import Reporting
import Testing

@testable import finwait

@Suite struct TimeArgumentTests {
  /// 2026-07-12T14:03:22Z.
  static let seconds: Int64 = 1_783_865_002

  @Test(
    arguments: [
      "2026-07-12T14:03:22Z", "2026-07-12t14:03:22z", "2026-07-12 14:03:22Z",
      "2026-07-12T14:03:22.000Z", "2026-07-12T16:03:22+02:00", "2026-07-12T08:33:22-05:30",
      "2026-07-13T00:03:22+10:00", "1783865002", "1783865002.0", "14:03:22", "14:03:22.000",
      "+10802", "+10802.0",
    ])
  func oneInstantInEveryForm(text: String) throws {
    let start = Timestamp(nanoseconds: (Self.seconds - 10_802) * 1_000_000_000)
    let time = try TimeArgument(parsing: text).instant(start: start)
    #expect(time.nanoseconds == Self.seconds * 1_000_000_000)
  }

  @Test func fractionsHaveNineDigits() throws {
    let start = Timestamp(nanoseconds: 0)
    for (text, nanoseconds) in [
      ("0.5", Int64(500_000_000)), ("1.000000001", 1_000_000_001), ("+0.25", 250_000_000),
      ("00:00:01.123456789", 1_123_456_789), ("1970-01-01T00:00:00.1Z", 100_000_000),
      ("0.1234567899", 123_456_789),
    ] {
      #expect(try TimeArgument(parsing: text).instant(start: start).nanoseconds == nanoseconds)
    }
  }

  @Test(
    arguments: [
      "", "now", "14:03", "25:00:00", "12:60:00", "12:00:61.5", "1:2:3", "2026-07-12",
      "2026-07-12T14:03:22", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
      "2026-07-12T14:03:22+2:00", "+", "+-1", "-5", "1e9", "1.", ".5", "12:00:00Z",
      "99999999999999999999", "2300-01-01T00:00:00Z", "٣",
    ])
  func refusesWhatIsNoTime(text: String) {
    #expect(throws: (any Error).self) { try TimeArgument(parsing: text) }
  }

  @Test(
    arguments: [
      ("10.0.0.5", "10.0.0.5"), ("2001:DB8::5", "2001:db8::5"), ("[::1]", "::1"), ("::", "::"),
      ("1::", "1::"), ("::ffff:1.2.3.4", "::ffff:102:304"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
      ("0:0:0:0:0:0:0:1", "::1"),
    ])
  func addresses(text: String, canonical: String) throws {
    #expect(try IPAddress(parsing: text).text == canonical)
  }

  @Test(
    arguments: [
      "", "10.0.0", "10.0.0.256", "10.0.0.5:80", "1:2:3:4:5:6:7", "1::2::3", ":::", "12345::",
      "1:2:3:4:5:6:7:8:9", "::g", "example.org", "1.2.3.4::", "1:2:3:4:5:6:7::8", "+1.2.3.4",
    ])
  func refusesWhatIsNoAddress(text: String) {
    #expect(throws: (any Error).self) { try IPAddress(parsing: text) }
  }
}

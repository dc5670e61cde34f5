import Dissection
import Reporting
import Testing

@testable import Checking

/// Which addresses, networks and ports a rule's selectors take.
@Suite struct PatternTests {
  static func socket(_ address: String, _ port: UInt16) throws -> SocketAddress {
    SocketAddress(address: try #require(IPAddress(address)), port: port)
  }

  @Test(arguments: [
    (":8080", "10.0.0.5", 8080, true), ("8080", "2001:db8::1", 8080, true),
    (":8080", "10.0.0.5", 8081, false), (":8000-8099", "10.0.0.5", 8099, true),
    (":8000-8099", "10.0.0.5", 8100, false), ("10.0.0.5", "10.0.0.5", 1, true),
    ("10.0.0.5", "10.0.0.6", 1, false), ("10.0.0.0/8:5432", "10.255.0.1", 5432, true),
    ("10.0.0.0/8:5432", "11.0.0.1", 5432, false), ("10.0.0.0/8:5432", "10.0.0.1", 5433, false),
    ("10.0.0.4/31", "10.0.0.5", 1, true), ("10.0.0.4/31", "10.0.0.6", 1, false),
    ("0.0.0.0/0", "203.0.113.9", 1, true), ("0.0.0.0/0", "2001:db8::1", 1, false),
    ("::/0", "2001:db8::1", 1, true), ("::/0", "203.0.113.9", 1, false),
    ("2001:db8::/32", "2001:db8:ffff::1", 1, true), ("2001:db8::/32", "2001:db9::1", 1, false),
    ("2001:db8::/65", "2001:db8:0:0:7fff::1", 1, true),
    ("2001:db8::/65", "2001:db8:0:0:8000::1", 1, false),
    ("[2001:db8::1]:443", "2001:db8::1", 443, true),
    ("[2001:db8::/32]:443", "2001:db8::2", 443, true),
    ("[2001:db8::1]:443", "2001:db8::1", 444, false), ("2001:db8::1", "2001:db8::1", 9, true),
  ])
  func takesTheEnd(pattern: String, address: String, port: Int, isTaken: Bool) throws {
    let parsed = try #require(SocketPattern(pattern))
    let end = try Self.socket(address, UInt16(port))
    #expect(parsed.contains(end) == isTaken)
  }

  @Test(arguments: [
    "", ":", "10.0.0.0/33", "10.0.0.5:", "10.0.0.5:http", "10.0.0", "[2001:db8::1", "[]:80",
    "2001:db8::/129", ":65536", ":80-", ":-80", ":90-80", "10.0.0.5:80:90", "[::1]80",
  ])
  func refuses(pattern: String) { #expect(SocketPattern(pattern) == nil) }

  @Test(arguments: [
    ("servcie", "service"), ("CLOSEWAIT", "CLOSE_WAIT"), ("time-wait", "TIME_WAIT"),
    ("last_akc", "LAST_ACK"),
  ])
  func findsTheNearSpelling(written: String, meant: String) {
    let known = ["service", "CLOSE_WAIT", "TIME_WAIT", "LAST_ACK"]
    #expect(NearSpelling.of(written, among: known) == meant)
  }

  @Test func whatIsFarIsNoSpelling() {
    #expect(NearSpelling.of("elephant", among: ["service", "role"]) == nil)
  }
}

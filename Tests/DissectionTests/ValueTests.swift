import Dissection
import TestSupport
import Testing

/// The values that cross the floors.
struct ValueTests {
  @Test
  func sequenceNumbersWrap() {
    let last = SequenceNumber(.max)
    let first = last + 1
    #expect(first == SequenceNumber(0))
    #expect(first - 1 == last)
    #expect(last.isBefore(first))
    #expect(first.isAfter(last))
    #expect(first.distance(from: last) == 1)
    #expect(last.distance(from: first) == -1)
    #expect(last.later(first) == first)
    #expect(first.later(last) == first)
    #expect(last.isAtOrBefore(last) && last.isAtOrAfter(last))
    #expect(!last.isBefore(last) && !last.isAfter(last))
  }

  @Test
  func sequenceLength() {
    let from: SocketAddress = "10.0.0.1:1"
    let to: SocketAddress = "10.0.0.2:2"
    let lengths = ["A": 7, "FA": 8, "S": 8, "SF": 9, "R": 7] as [String: UInt32]
    for (flags, length) in lengths {
      let segment = Segment.make(from: from, to: to, flags, seq: .max - 3, len: 7)
      #expect(segment.sequenceLength == length)
      #expect(segment.sequenceEnd == SequenceNumber(length - 4))
    }
  }

  @Test
  func addressesAreOrdered() {
    let ordered: [IPAddress] = ["0.0.0.0", "10.0.0.2", "255.255.255.255", "::", "::1", "fe80::"]
    #expect(ordered.reversed().sorted() == ordered)
    #expect(ordered.map { $0.version4 != nil } == [true, true, true, false, false, false])
    #expect(IPAddress("10.0.0.2").version4 == 0x0A00_0002)
    let sockets: [SocketAddress] = ["10.0.0.1:9", "10.0.0.1:10", "10.0.0.2:1", "[::]:1"]
    #expect(sockets.reversed().sorted() == sockets)
  }

  @Test
  func timestampsSaturate() {
    #expect(Timestamp.at(1).advanced(by: .milliseconds(500)) == .at(1.5))
    #expect(Timestamp.at(1).since(.at(1.5)) == .milliseconds(-500))
    #expect(Timestamp.distantFuture.advanced(by: .seconds(1)) == .distantFuture)
    #expect(Timestamp.distantPast.advanced(by: .seconds(-1)) == .distantPast)
    #expect(Timestamp.distantFuture.since(.distantPast).nanoseconds == .max)
    #expect(Timestamp.distantPast.since(.distantFuture).nanoseconds == .min)
    #expect(Timestamp(seconds: 1, nanoseconds: 5)?.nanoseconds == 1_000_000_005)
    #expect(Timestamp(seconds: 10_000_000_000, nanoseconds: 0) == nil)
    #expect(Timestamp(seconds: 9_223_372_036, nanoseconds: 999_999_999) == nil)
  }

  @Test
  func intervalsSaturate() {
    #expect(Interval.seconds(2) + .milliseconds(500) == .milliseconds(2500))
    #expect(Interval.seconds(2) * 3 == .seconds(6))
    #expect(Interval.seconds(.max).nanoseconds == .max)
    #expect(Interval.seconds(.min).nanoseconds == .min)
    #expect(Interval.milliseconds(.min).nanoseconds == .min)
    #expect((Interval.seconds(-9_000_000_000) * 3).nanoseconds == .min)
    #expect((Interval.seconds(-9_000_000_000) * -3).nanoseconds == .max)
    #expect((Interval.seconds(9_000_000_000) + .seconds(9_000_000_000)).nanoseconds == .max)
    #expect(Interval.milliseconds(1500).seconds == 1.5)
    #expect(Interval.zero < .milliseconds(1))
  }
}

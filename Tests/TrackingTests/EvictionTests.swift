import Dissection
import TestSupport
import Testing

@testable import Tracking

/// Which connections leave first when there is no room, and that each is counted.
@Suite struct EvictionTests {
  private struct Course: ~Copyable {
    var tracker: Tracker
    var gone: [Int] = []
    private var frame = 0

    init(_ options: TrackerOptions) { tracker = Tracker(options: options) }

    mutating func receive(_ segment: Segment) {
      frame += 1
      var segment = segment
      segment.frame = frame
      var handed: [Int] = []
      tracker.receive(segment) { handed.append($0.number) }
      gone += handed
    }

    /// A dial that is answered, or not.
    mutating func dial(_ port: UInt16, at seconds: Double, isAnswered: Bool) {
      let x = SocketAddress(address: "10.0.0.1", port: port)
      let y: SocketAddress = "10.0.0.2:80"
      receive(.make(at: seconds, from: x, to: y, "S", seq: 100))
      guard isAnswered else { return }
      receive(.make(at: seconds, from: y, to: x, "SA", seq: 500, ack: 101))
      receive(.make(at: seconds, from: x, to: y, "A", seq: 101, ack: 501))
    }
  }

  @Test(arguments: [true, false])
  func `half-open ones go first, then those idle for longest`(followsOrderly: Bool) {
    var options = TrackerOptions(maximumConnections: 4)
    options.followsOrderly = followsOrderly
    var course = Course(options)
    course.dial(1, at: 0, isAnswered: true)
    course.dial(2, at: 1, isAnswered: false)
    course.dial(3, at: 2, isAnswered: true)
    course.dial(4, at: 3, isAnswered: false)
    // The first is heard of again.
    course.receive(
      .make(at: 4, from: "10.0.0.1:1", to: "10.0.0.2:80", "PA", seq: 101, ack: 501, len: 5))
    for port in 5...9 as ClosedRange<UInt16> {
      course.dial(port, at: Double(port), isAnswered: true)
    }
    #expect(course.gone == [2, 4, 3, 1, 5])
    #expect(course.tracker.evicted == [.halfOpen: 2, .idle: 3])
  }

  @Test func `a limit in octets holds a flood of SYNs`() {
    var course = Course(TrackerOptions(maximumMemory: 100_000))
    for port in 1...5_000 as ClosedRange<UInt16> {
      course.dial(port, at: Double(port) / 100, isAnswered: false)
      #expect(course.tracker.table.memory < 101_000)
    }
    #expect(course.gone == Array(1...course.gone.count))
    #expect(course.tracker.evicted == [.halfOpen: course.gone.count])
    #expect(course.tracker.table.count > 500)
  }
}

import Dissection
import TestSupport
import Testing

@testable import Tracking

/// When a connection leaves memory, and when it never does.
@Suite struct RetirementTests {
  /// A capture in which two segments of strangers let time pass.
  private struct Course: ~Copyable {
    var tracker = Tracker()
    var final: [Int: ConnectionReport] = [:]
    private var frame = 0

    mutating func receive(_ segment: Segment) {
      frame += 1
      var segment = segment
      segment.frame = frame
      var handed: [ConnectionReport] = []
      tracker.receive(segment) { handed.append($0) }
      for report in handed {
        #expect(final[report.number] == nil, "handed over twice")
        final[report.number] = report
      }
    }

    mutating func pass(to seconds: Double) {
      for _ in 0..<2 {
        receive(.make(at: seconds, from: "10.9.9.9:9", to: "10.9.9.8:8", "A", seq: 5, ack: 5))
      }
    }

    /// X opens and closes first; complete 20 ms later, in TIME_WAIT until 60 s later.
    mutating func close(port: UInt16, at start: Double, isComplete: Bool = true) {
      let x = SocketAddress(address: "10.0.0.1", port: port)
      let y: SocketAddress = "10.0.0.2:80"
      receive(.make(at: start, from: x, to: y, "S", seq: 100))
      receive(.make(at: start + 0.01, from: y, to: x, "SA", seq: 500, ack: 101))
      receive(.make(at: start + 0.01, from: x, to: y, "A", seq: 101, ack: 501))
      receive(.make(at: start + 0.01, from: x, to: y, "FA", seq: 101, ack: 501))
      let answer = isComplete ? "FA" : "A"
      receive(.make(at: start + 0.02, from: y, to: x, answer, seq: 501, ack: 102))
      guard isComplete else { return }
      receive(.make(at: start + 0.02, from: x, to: y, "A", seq: 102, ack: 502))
    }
  }

  @Test func `not before 2MSL and the kernel's delay are over`() {
    var course = Course()
    course.close(port: 1000, at: 0)
    for seconds in stride(from: 1.0, through: 65, by: 1) { course.pass(to: seconds) }
    course.pass(to: 65.21)
    #expect(course.final.isEmpty)
  }

  @Test func `once they are over, looked at every second`() throws {
    var course = Course()
    course.close(port: 1000, at: 0)
    course.pass(to: 66.4)
    let report = try #require(course.final[1])
    #expect(report.close == .graceful)
    for role in Role.allCases { #expect(report.endpoints[role].claim.state == .closed) }
    #expect(course.tracker.connection(1, at: .at(66.4)) == nil)
  }

  @Test func `a connection of some age`() {
    var course = Course()
    let (x, y): (SocketAddress, SocketAddress) = ("10.0.0.1:7", "10.0.0.2:80")
    course.receive(.make(at: 0, from: x, to: y, "S", seq: 100))
    course.receive(.make(at: 0.01, from: y, to: x, "SA", seq: 500, ack: 101))
    course.receive(.make(at: 0.01, from: x, to: y, "A", seq: 101, ack: 501))
    for seconds in stride(from: 1.0, through: 30, by: 1) { course.pass(to: seconds) }
    course.receive(.make(at: 30, from: x, to: y, "FA", seq: 101, ack: 501))
    course.receive(.make(at: 30, from: y, to: x, "FA", seq: 501, ack: 102))
    course.receive(.make(at: 30, from: x, to: y, "A", seq: 102, ack: 502))
    for seconds in stride(from: 31.0, through: 95, by: 1) { course.pass(to: seconds) }
    #expect(course.final.isEmpty)
    for seconds in stride(from: 95.3, through: 98, by: 0.5) { course.pass(to: seconds) }
    #expect(course.final[1] != nil)
  }

  @Test func `CLOSE_WAIT never leaves`() throws {
    var course = Course()
    course.close(port: 1000, at: 0, isComplete: false)
    for seconds in stride(from: 10.0, through: 200_000, by: 1000) { course.pass(to: seconds) }
    #expect(course.final.isEmpty)
    let found = course.tracker.connection(1, at: .at(200_000))
    let report = try #require(found)
    #expect(report.endpoints.responder.claim.state == .closeWait)
  }

  @Test func `an open connection never leaves`() {
    var course = Course()
    let (x, y): (SocketAddress, SocketAddress) = ("10.0.0.1:7", "10.0.0.2:80")
    course.receive(.make(at: 0, from: x, to: y, "S", seq: 100))
    course.receive(.make(at: 0.01, from: y, to: x, "SA", seq: 500, ack: 101))
    course.receive(.make(at: 0.01, from: x, to: y, "A", seq: 101, ack: 501))
    for seconds in stride(from: 10.0, through: 200_000, by: 1000) { course.pass(to: seconds) }
    #expect(course.final.isEmpty)
    #expect(course.tracker.connection(1, at: .at(200_000)) != nil)
  }

  @Test func `a restarted timer keeps it`() {
    var course = Course()
    course.close(port: 1000, at: 0)
    course.pass(to: 50)
    course.receive(
      .make(at: 50, from: "10.0.0.2:80", to: "10.0.0.1:1000", "FA", seq: 501, ack: 102))
    course.receive(
      .make(at: 50, from: "10.0.0.1:1000", to: "10.0.0.2:80", "A", seq: 102, ack: 502))
    for seconds in stride(from: 51.0, through: 115, by: 1) { course.pass(to: seconds) }
    #expect(course.final.isEmpty)
  }

  @Test(arguments: [1.0e9, -1.0e9])
  func `one frame stamped decades off changes nothing for others`(offset: Double) throws {
    var course = Course()
    course.close(port: 1000, at: 0)
    course.pass(to: 1)
    course.receive(.make(at: offset, from: "10.9.9.9:9", to: "10.9.9.8:8", "A", seq: 5, ack: 5))
    course.pass(to: 2)
    course.close(port: 1001, at: 3)
    #expect(course.final.isEmpty)
    for number in [1, 3] {
      let found = course.tracker.connection(number, at: .at(4))
      let report = try #require(found)
      #expect(report.endpoints.initiator.claim.state == .timeWait)
    }
    course.pass(to: 66.4)
    #expect(Set(course.final.keys) == [1])
  }

  /// A build without optimization takes a hundred times as long for each.
  #if DEBUG
    private static let manyConnections = 4_000
  #else
    private static let manyConnections = 200_000
  #endif

  @Test func `short connections one after another pass through little memory`() {
    var course = Course()
    var most = 0
    // One every 100 ms: those of 2MSL, the delay and a second.
    let bound = Int(66.2 / 0.1) + 10
    for number in 0..<Self.manyConnections {
      course.close(port: UInt16(1024 + number % 60_000), at: Double(number) * 0.1)
      most = max(most, course.tracker.table.count)
    }
    #expect(most <= bound)
    #expect(course.final.count >= Self.manyConnections - bound)
    #expect(course.tracker.connectionCount == Self.manyConnections)
    var count = 0
    let end = Timestamp.at(Double(Self.manyConnections) * 0.1)
    course.tracker.forEachConnection(at: end) { _ in count += 1 }
    #expect(count == course.tracker.table.count)
  }
}

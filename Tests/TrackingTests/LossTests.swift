import Dissection
import TestSupport
import Testing

@testable import Tracking

/// A capture that has missed packets and knows it proves nothing of the connections they may be of.
@Suite struct LossTests {
  private static let x: SocketAddress = "10.0.0.1:4000"
  private static let y: SocketAddress = "10.0.0.2:80"

  /// X opens at `start` and closes first, which Y acknowledges: FIN_WAIT_2 and CLOSE_WAIT, proved
  /// of the one that shows it; or Y closes as well and both are settled.
  private static func segments(
    from start: Double, frame: Int, sequence: UInt32 = 100, isComplete: Bool = false
  ) -> [Segment] {
    var segments: [Segment] = [
      .make(at: start, from: x, to: y, "S", seq: sequence),
      .make(at: start + 0.01, from: y, to: x, "SA", seq: 500, ack: sequence + 1),
      .make(at: start + 0.02, from: x, to: y, "A", seq: sequence + 1, ack: 501),
      .make(at: start + 0.03, from: x, to: y, "FA", seq: sequence + 1, ack: 501),
      .make(at: start + 0.04, from: y, to: x, "A", seq: 501, ack: sequence + 2),
    ]
    if isComplete {
      segments += [
        .make(at: start + 0.05, from: y, to: x, "FA", seq: 501, ack: sequence + 2),
        .make(at: start + 0.06, from: x, to: y, "A", seq: sequence + 2, ack: 502),
      ]
    }
    for index in segments.indices { segments[index].frame = frame + index }
    return segments
  }

  /// The claims of both ends at `time`, in order: none where the connection was not told of.
  private static func claims(
    _ number: Int, of segments: [Segment], lossAt loss: Double?, at time: Double,
    followsOrderly: Bool
  ) -> [Claim] {
    var options = TrackerOptions()
    options.followsOrderly = followsOrderly
    var tracker = Tracker(options: options)
    for segment in segments { tracker.receive(segment) { _ in } }
    if let loss { tracker.noteLoss(until: .at(loss)) }
    let report = tracker.connection(number, at: .at(time))
    return report.map { report in Role.allCases.map { report.endpoints[$0].claim } } ?? []
  }

  @Test(arguments: [1, 3, 5, 7], [true, false])
  func `no end of a connection that had begun is proved`(length: Int, followsOrderly: Bool) {
    let segments = Array(Self.segments(from: 1, frame: 1, isComplete: true).prefix(length))
    let before = Self.claims(
      1, of: segments, lossAt: nil, at: 1.07, followsOrderly: followsOrderly)
    let after = Self.claims(1, of: segments, lossAt: 1, at: 1.07, followsOrderly: followsOrderly)
    #expect(before.contains { $0.certainty == .proved })
    #expect(after.map(\.certainty) == [.presumed, .presumed])
    #expect(after.map(\.state) == before.map(\.state))
    #expect(after.map(\.possible) == before.map(\.possible))
  }

  @Test func `what begins later is proved again`() {
    let claims = Self.claims(
      1, of: Self.segments(from: 1, frame: 1), lossAt: 0.999, at: 1.05, followsOrderly: true)
    #expect(claims.contains { $0.certainty == .proved })
  }

  @Test func `the new owner of a port is not doubted for the old one's sake`() {
    let segments =
      Self.segments(from: 1, frame: 1, isComplete: true)
      + Self.segments(from: 100, frame: 8, sequence: 90_000)
    let claims = Self.claims(2, of: segments, lossAt: 50, at: 100.05, followsOrderly: true)
    #expect(claims.contains { $0.certainty == .proved })
  }

  @Test func `a loss that is told again does not become less`() {
    var tracker = Tracker()
    for segment in Self.segments(from: 1, frame: 1) { tracker.receive(segment) { _ in } }
    tracker.noteLoss(until: .at(2))
    tracker.noteLoss(until: .at(0))
    let report = tracker.connection(1, at: .at(3))
    #expect(report?.endpoints.initiator.claim.certainty == .presumed)
  }

  @Test func `what leaves memory is told of without a proof as well`() {
    var tracker = Tracker()
    var final: [ConnectionReport] = []
    for segment in Self.segments(from: 1, frame: 1, isComplete: true) {
      tracker.receive(segment) { final.append($0) }
    }
    tracker.noteLoss(until: .at(1.5))
    tracker.pass(to: .at(200)) { final.append($0) }
    #expect(final.count == 1)
    let claims = final.flatMap { report in Role.allCases.map { report.endpoints[$0].claim } }
    #expect(claims.allSatisfy { $0.certainty == .presumed })
  }
}

import Dissection
import TestSupport
import Testing

@testable import Tracking

/// Where the capture was taken, told by the turn-round times of handshakes.
@Suite struct TapVoteTests {
  private static func handshakes(
    _ turns: [(Double, Double)], options: TrackerOptions = TrackerOptions(), isRetried: Bool = false
  ) -> TapPosition {
    var tracker = Tracker(options: options)
    for (number, turn) in turns.enumerated() {
      let x = SocketAddress(address: "10.0.0.1", port: UInt16(1000 + number))
      let y: SocketAddress = "10.0.0.2:80"
      let start = Double(number)
      var segments: [Segment] = [
        .make(at: start, from: x, to: y, "S", seq: 1),
        .make(at: start + turn.0, from: y, to: x, "SA", seq: 1, ack: 2),
        .make(at: start + turn.0 + turn.1, from: x, to: y, "A", seq: 2, ack: 2),
      ]
      if isRetried { segments.insert(.make(at: start - 0.5, from: x, to: y, "S", seq: 1), at: 0) }
      for (frame, segment) in segments.enumerated() {
        var segment = segment
        segment.frame = number * 4 + frame + 1
        tracker.receive(segment) { _ in }
      }
    }
    return tracker.tap
  }

  @Test(arguments: [
    ([(0.010, 0.000_02)], TapPosition.initiator),
    ([(0.000_02, 0.010)], .responder),
    ([(0.005, 0.006)], .between),
    // Both at once: one host, or a network too fast to tell.
    ([(0.000_02, 0.000_02)], .unknown),
    ([], .unknown),
    ([(0.010, 0.000_02), (0.000_02, 0.010)], .unknown),
    ([(0.01, 0), (0.01, 0), (0.01, 0), (0.01, 0), (0.01, 0), (0, 0.01)], .initiator),
  ])
  func `by majority of the handshakes`(turns: [(Double, Double)], tap: TapPosition) {
    #expect(Self.handshakes(turns) == tap)
  }

  @Test func `the option wins`() {
    let options = TrackerOptions(tap: .responder)
    #expect(Self.handshakes([(0.010, 0.000_02)], options: options) == .responder)
  }

  @Test func `a SYN sent twice tells no time`() {
    #expect(Self.handshakes([(0.010, 0.000_02)], isRetried: true) == .unknown)
  }

  @Test(arguments: [(CloseScript.Tap.atX, TapPosition.initiator), (.atY, .responder)])
  func `the taps of close scripts`(tap: CloseScript.Tap, position: TapPosition) throws {
    #expect(try CloseScript(Prologue.handshake, tap: tap).run().tap == position)
  }
}

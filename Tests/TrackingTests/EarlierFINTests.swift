import Dissection
import TestSupport
import Testing

@testable import Tracking

/// Of a close, the capture has the end, and a host knows of the beginning.
@Suite struct EarlierFINTests {
  private static let x: SocketAddress = "10.0.0.1:4000"
  private static let y: SocketAddress = "10.0.0.2:80"

  /// The states of Y and X after each segment, where X's FIN had passed before.
  private func states(_ segments: [Segment], knowing fins: EarlierFIN...) -> [[TCPState]] {
    var tracker = Tracker()
    tracker.noteEarlierFINs(fins)
    return segments.map { segment in
      _ = tracker.receive(segment) { _ in }
      var states: [TCPState] = []
      tracker.forEachConnection(between: Self.y, Self.x, at: segment.time) { connection in
        let isInitiator = connection.endpoints.initiator.local == Self.y
        let role: Role = isInitiator ? .initiator : .responder
        states = [
          connection.endpoints[role].claim.state, connection.endpoints[role.peer].claim.state,
        ]
      }
      return states
    }
  }

  private let fin = EarlierFIN(sender: x, receiver: y, time: .at(-60))
  /// X is in TIME_WAIT.
  private let answered = EarlierFIN(sender: x, receiver: y, time: .at(-2), isAnswered: true)
  private let second = EarlierFIN(sender: y, receiver: x, time: .at(-2))

  /// Y had kept CLOSE_WAIT for a minute.
  @Test func theSecondFINIsTheSecond() {
    let segments: [Segment] = [
      .make(frame: 1, at: 1, from: Self.y, to: Self.x, "FA", seq: 500, ack: 102),
      .make(frame: 2, at: 1.01, from: Self.x, to: Self.y, "A", seq: 102, ack: 501),
    ]
    let told = states(segments, knowing: fin)
    #expect(told.map(\.first) == [.lastAck, .closed])
    #expect(told.last == [.closed, .timeWait])
    #expect(states(segments).first?.first == .finWait1)
  }

  /// It still sends, and then closes.
  @Test func textBeforeItTellsOfCloseWait() {
    let segments: [Segment] = [
      .make(frame: 1, at: 1, from: Self.y, to: Self.x, "PA", seq: 500, ack: 102, len: 10),
      .make(frame: 2, at: 1.01, from: Self.x, to: Self.y, "A", seq: 102, ack: 510),
      .make(frame: 3, at: 2, from: Self.y, to: Self.x, "FA", seq: 510, ack: 102),
      .make(frame: 4, at: 2.01, from: Self.x, to: Self.y, "A", seq: 102, ack: 511),
    ]
    #expect(
      states(segments, knowing: fin).map(\.first) == [.closeWait, .closeWait, .lastAck, .closed])
  }

  /// What X sends has its place behind its FIN.
  @Test func itsSenderTellsOfItToo() {
    let segments: [Segment] = [
      .make(frame: 1, at: 1, from: Self.x, to: Self.y, "A", seq: 102, ack: 500),
      .make(frame: 2, at: 2, from: Self.y, to: Self.x, "FA", seq: 500, ack: 102),
    ]
    #expect(states(segments, knowing: fin).map(\.first) == [.closeWait, .lastAck])
  }

  /// Y's FIN, which X has taken, comes again to its TIME_WAIT: for packets alone it begins a close.
  @Test func aFINThatComesAgainMeetsTimeWait() {
    let segments: [Segment] = [
      .make(frame: 1, at: 1, from: Self.y, to: Self.x, "FA", seq: 500, ack: 102),
      .make(frame: 2, at: 1.01, from: Self.x, to: Self.y, "A", seq: 102, ack: 501),
    ]
    #expect(states(segments, knowing: answered, second).last == [.closed, .timeWait])
    #expect(states(segments).last?.last == .closeWait)
  }

  /// An acknowledgment sent from there, with nothing of the close before it.
  @Test func anAcknowledgmentComesFromTimeWait() {
    let segments: [Segment] = [
      .make(frame: 1, at: 1, from: Self.x, to: Self.y, "A", seq: 102, ack: 501)
    ]
    #expect(states(segments, knowing: answered, second).last == [.closed, .timeWait])
    #expect(states(segments).last?.last == .established)
  }

  /// The port is used again.
  @Test func aNewConnectionHasNoneOfIt() {
    let segments: [Segment] = [
      .make(frame: 1, at: 1, from: Self.x, to: Self.y, "S", seq: 900),
      .make(frame: 2, at: 1.01, from: Self.y, to: Self.x, "SA", seq: 700, ack: 901),
      .make(frame: 3, at: 1.02, from: Self.x, to: Self.y, "A", seq: 901, ack: 701),
    ]
    #expect(states(segments, knowing: fin) == states(segments))
  }
}

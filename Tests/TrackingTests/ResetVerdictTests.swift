import Dissection
import TestSupport
import Testing

@testable import Tracking

/// What a receiver makes of a RST: its state by where the RST's sequence number lies.
@Suite struct ResetVerdictTests {
  /// Against RCV.NXT = 1000 and a window of 500.
  enum Place: UInt32, CaseIterable {
    case exact = 1000
    case oneBefore = 999
    case inWindow = 1200
    case lastInWindow = 1499
    case justBeyond = 1500
    case below = 400
    case farAway = 2_000_001_000
  }

  private static let next = SequenceNumber(1000)

  /// An end that sent up to 999, the other having acknowledged all of it.
  private static func sender(timestamp: UInt32? = nil) -> Endpoint {
    var sender = Endpoint()
    sender.sent = [.anything, .initialSequence, .plain]
    sender.initial = SequenceNumber(500)
    sender.passed.start(at: next)
    sender.sendNext = next
    if let timestamp {
      sender.sent.insert(.timestamps)
      sender.timestampValue = timestamp
      sender.timestampTime = .at(100)
    }
    return sender
  }

  private static var receiver: Endpoint {
    var receiver = Endpoint()
    receiver.sent = [.anything, .initialSequence, .plain, .acknowledgment]
    receiver.initial = SequenceNumber(7000)
    receiver.sendNext = SequenceNumber(7001)
    receiver.ackSent = next
    receiver.window = 500
    return receiver
  }

  private static func claim(_ state: TCPState) -> Claim {
    Claim(
      state: state, certainty: .presumed, possible: StateSet(state), since: nil,
      ground: .midStream, evidence: Evidence())
  }

  private static func verdict(
    _ state: TCPState, _ sequence: UInt32, flags: String = "R", ack: UInt32 = 0,
    at seconds: Double = 101, ts: (UInt32, UInt32)? = nil, stored: UInt32? = nil
  ) -> ResetVerdict {
    let segment = Segment.make(
      at: seconds, from: "10.0.0.1:1", to: "10.0.0.2:2", flags, seq: sequence, ack: ack, ts: ts)
    return ResetVerdict(
      segment, at: receiver, from: sender(timestamp: stored), claimed: claim(state))
  }

  private static let synchronized: [TCPState] = [
    .established, .finWait1, .finWait2, .closeWait, .closing, .lastAck,
  ]

  private static func expected(_ state: TCPState, _ place: Place) -> ResetVerdict {
    switch (state, place) {
    // RFC 9293 section 3.10.7.3: in SYN_SENT only with an acceptable ACK.
    case (.synSent, _): .ignored
    case (.closed, _), (.listen, _): .ignored
    case (_, .below), (_, .farAway), (_, .justBeyond): .ignored
    // RFC 1337: an exact RST kills TIME_WAIT, no other does.
    case (.timeWait, .exact): .accepted
    case (.timeWait, _): .ignored
    case (_, .exact): .accepted
    // Sent before its sender knew that its FIN was taken.
    case (.closeWait, .oneBefore), (.closing, .oneBefore), (.lastAck, .oneBefore): .accepted
    case (_, .oneBefore): .ignored
    // Older kernels end a request socket by any RST in the window, Linux 6.18 challenges.
    case (.synReceived, _): .perhaps
    // An orphan dies, a socket sends a challenge ACK.
    case (.finWait2, _): .perhaps
    case (_, .inWindow), (_, .lastInWindow): .challenged
    }
  }

  @Test(arguments: TCPState.allCases, Place.allCases)
  func `by state and place`(state: TCPState, place: Place) {
    #expect(Self.verdict(state, place.rawValue) == Self.expected(state, place))
  }

  @Test(
    arguments: [
      ("RA", 7001, ResetVerdict.accepted), ("RA", 7000, .ignored), ("RA", 7002, .ignored),
      ("RA", 0, .ignored), ("R", 7001, .ignored),
    ] as [(String, UInt32, ResetVerdict)])
  func `SYN_SENT: the RST must acknowledge the SYN`(
    flags: String, ack: UInt32, verdict: ResetVerdict
  ) {
    #expect(Self.verdict(.synSent, 0, flags: flags, ack: ack) == verdict)
  }

  @Test(arguments: synchronized)
  func `older timestamps do not save a socket`(state: TCPState) {
    // RFC 7323 section 5.2: PAWS does not apply to RST.
    #expect(Self.verdict(state, 1000, ts: (50, 0), stored: 90) == .accepted)
  }

  @Test(
    arguments: [
      // TSval of the RST, stored TSval, seconds since it was stored.
      (50, 90, 1.0, ResetVerdict.ignored), (90, 90, 1.0, .accepted), (91, 90, 1.0, .accepted),
      (.max, 5, 1.0, .ignored), (5, .max, 1.0, .accepted), (50, 90, 59.9, .ignored),
      (50, 90, 60.1, .accepted), (nil, 90, 1.0, .accepted), (50, nil, 1.0, .accepted),
    ] as [(UInt32?, UInt32?, Double, ResetVerdict)])
  func `older timestamps save TIME_WAIT`(
    value: UInt32?, stored: UInt32?, age: Double, verdict: ResetVerdict
  ) {
    let found = Self.verdict(
      .timeWait, 1000, at: 100 + age, ts: value.map { ($0, 0) }, stored: stored)
    #expect(found == verdict)
  }
}

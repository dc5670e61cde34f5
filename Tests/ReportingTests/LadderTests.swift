import Dissection
import TestSupport
import Testing

@testable import Reporting
@testable import Tracking

@Suite struct LadderTests {
  static let established = Fixture.claim(.established, .sentInEstablished)

  static func segment(
    _ frame: Int, from role: Role, _ flags: TCPFlags, sequence: UInt32, acknowledgment: UInt32,
    length: UInt32 = 0
  ) -> Segment {
    let ends = [Fixture.client(), Fixture.server]
    return Segment(
      frame: frame, time: Fixture.start.advanced(by: .milliseconds(Int64(frame))),
      source: ends[role == .initiator ? 0 : 1], destination: ends[role == .initiator ? 1 : 0],
      sequenceNumber: SequenceNumber(sequence),
      acknowledgmentNumber: SequenceNumber(acknowledgment), flags: flags, window: 100,
      payloadLength: length)
  }

  /// SYN, `count` plain segments, FIN.
  static func ladder(plain count: Int, isComplete: Bool = false) -> Ladder {
    var ladder = Ladder(isComplete: isComplete)
    let claims = Pair(initiator: established, responder: established)
    func append(_ segment: Segment) {
      ladder.append(segment, sender: .initiator, isCopy: false, late: nil, claims: claims)
    }
    append(segment(1, from: .initiator, .syn, sequence: .max, acknowledgment: 0))
    for index in 0..<count {
      append(
        segment(
          2 + index, from: .initiator, .ack, sequence: 0, acknowledgment: 5, length: 10))
    }
    append(
      segment(2 + count, from: .initiator, [.fin, .ack], sequence: 10, acknowledgment: 7))
    return ladder
  }

  @Test func runsOfPlainDataAreShortened() {
    #expect(Self.ladder(plain: 7).lines.count == 9)
    let lines = Self.ladder(plain: 1_000).lines
    #expect(lines.count == 2 + 7 + 1)
    #expect(lines.contains(.omitted(count: 993, first: 5, last: 997)))
    #expect(Self.ladder(plain: 1_000, isComplete: true).lines.count == 1_002)
  }

  @Test func anICMPErrorHasARowOfItsOwn() {
    var ladder = Self.ladder(plain: 1)
    let claims = Pair(initiator: Self.established, responder: Self.established)
    ladder.append(
      ICMPError(
        frame: 9, time: Fixture.start.advanced(by: .seconds(1)), source: Fixture.client(),
        destination: Fixture.server, sequenceNumber: SequenceNumber(10), type: 3, code: 3),
      claims: claims)
    let row = LadderRow(
      event: .icmpError(frame: 9), time: Fixture.start.advanced(by: .seconds(1)),
      claims: claims, note: "ICMP port unreachable")
    #expect(ladder.lines.last == .row(row))
  }

  @Test(
    arguments: [
      ("10.0.0.1:1", 3, 1, "ICMP host unreachable"),
      ("10.0.0.1:1", 3, 10, "ICMP administratively prohibited"),
      ("10.0.0.1:1", 3, 5, "ICMP destination unreachable, code 5"),
      ("10.0.0.1:1", 11, 0, "ICMP time exceeded"), ("[::1]:1", 1, 4, "ICMP port unreachable"),
      ("[::1]:1", 1, 5, "ICMP destination unreachable, code 5"),
      ("[::1]:1", 3, 1, "ICMP time exceeded"), ("[::1]:1", 2, 0, "ICMP packet too big"),
    ] as [(SocketAddress, UInt8, UInt8, String)])
  func anICMPErrorIsCalledByItsName(
    source: SocketAddress, type: UInt8, code: UInt8, words: String
  ) {
    let error = ICMPError(
      frame: 1, time: Fixture.start, source: source, destination: source,
      sequenceNumber: SequenceNumber(0), type: type, code: code)
    #expect(error.words == words)
  }

  /// The kept rows of a run: its first three, and its last four.
  @Test func theKeptRowsStandAroundTheGap() {
    let frames = Self.ladder(plain: 20).lines.compactMap { line -> Int? in
      switch line {
      case .row(let row):
        switch row.event {
        case .segment(let segment): return segment.frame
        case .icmpError, .timer: return nil
        }
      case .omitted: return 0
      }
    }
    #expect(frames == [1, 2, 3, 4, 0, 18, 19, 20, 21, 22])
  }

  @Test func numbersCountFromTheFirstSeenAcrossTheWrap() throws {
    let lines = Self.ladder(plain: 1).lines
    let segments = lines.compactMap { line -> LadderSegment? in
      guard case .row(let row) = line, case .segment(let segment) = row.event else { return nil }
      return segment
    }
    #expect(segments.map(\.relativeSequence) == [0, 1, 11])
    #expect(segments.map(\.relativeAcknowledgment) == [nil, 0, 2])
  }

  @Test func theTextShowsStatesArrowsTimersAndReasons() {
    var ladder = Ladder(isComplete: false)
    let finWait = Fixture.claim(.finWait1, .sentFIN)
    let closeWait = Fixture.claim(.closeWait, .peerFINPassed, or: StateSet(.established))
    ladder.append(
      Self.segment(8, from: .initiator, [.fin, .ack], sequence: 1, acknowledgment: 1),
      sender: .initiator, isCopy: false, late: nil,
      claims: Pair(initiator: finWait, responder: closeWait))
    let over = Fixture.claim(.closed, .orphanOver, or: StateSet(.finWait1))
    ladder.appendTimer(
      at: Fixture.start.advanced(by: .seconds(100)),
      claims: Pair(initiator: over, responder: closeWait), note: Ground.orphanOver.timerNote)
    ladder.append(
      Self.segment(11, from: .responder, [.fin, .ack], sequence: 1, acknowledgment: 1),
      sender: .responder, isCopy: false, late: .retransmittedFIN,
      claims: Pair(initiator: over, responder: closeWait))
    let connection = Fixture.connection(
      initiator: over, responder: closeWait, late: [Fixture.late()])
    let report = ExplainReport(
      connection: connection, ladder: ladder, instant: TextTests.instant, minimumAge: .zero)
    let text = String(decoding: report.text(.text, style: TextStyle()), as: UTF8.self)
    let expected = [
      "        8     0.008000  FIN_WAIT_1    ------------ [FIN, ACK] seq=0 ack=0 -----------> "
        + "CLOSE_WAIT?",
      "            100.000000  CLOSED?                       ( FIN given up )                 "
        + "CLOSE_WAIT?",
      "       11     0.011000  CLOSED?       <----------- [FIN, ACK] seq=0 ack=0 ------------ "
        + "CLOSE_WAIT?",
      "late: retransmitted-fin, 500 ms after the close; effect: timer",
      "The initiator 10.0.0.9:51234 is CLOSED (presumed)", "It can also be FIN_WAIT_1.",
      "What would settle it: a late packet to it",
      "To see it in Wireshark: tcp.stream == 0",
    ]
    for part in expected { #expect(text.contains(part)) }
    #expect(TextTests.widest(text) <= Page.width)
  }

  @Test func theWidestSegmentFitsThePage() {
    var ladder = Ladder(isComplete: true)
    let claims = Pair(
      initiator: Fixture.claim(.synReceived, or: StateSet(.closed)),
      responder: Fixture.claim(.synReceived, or: StateSet(.closed)))
    for (frame, sequence) in [(1, UInt32(0)), (123_456_789, .max)] {
      ladder.append(
        Self.segment(
          frame, from: .responder, TCPFlags(rawValue: 0xFF), sequence: sequence,
          acknowledgment: sequence, length: 65_535),
        sender: .responder, isCopy: false, late: .duplicateSYNACK, claims: claims)
    }
    let connection = TextTests.everything[0]
    let report = ExplainReport(
      connection: connection, ladder: ladder, instant: TextTests.instant, minimumAge: .zero)
    let text = String(decoding: report.text(.text, style: TextStyle()), as: UTF8.self)
    #expect(TextTests.widest(text) <= Page.width)
  }

  @Test func timesKeepTheirColumn() {
    #expect(Interval.milliseconds(1_500).clock == "1.500000")
    #expect(Interval(nanoseconds: 86_399_999_999_999).clock == "86399.999999")
    #expect(Interval.seconds(86_400).clock == "86400.000")
    #expect(Interval(nanoseconds: -1_000).clock == "-0.000001")
  }

  @Test func everyFormCanBeWritten() {
    let connection = Fixture.closeWait()
    let report = ExplainReport(
      connection: connection, ladder: Self.ladder(plain: 2), instant: TextTests.instant,
      minimumAge: .zero)
    for format in ReportFormat.allCases {
      let text = String(decoding: report.text(format, style: TextStyle()), as: UTF8.self)
      #expect(text.contains("[FIN, ACK]"))
    }
  }
}

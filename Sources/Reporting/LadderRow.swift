import Dissection
import Tracking

/// One line of a ladder: something that happened, and both ends' states after it.
public struct LadderRow: Equatable, Sendable {
  public enum Event: Equatable, Sendable {
    case segment(LadderSegment)
    /// It quoted a segment of this connection.
    case icmpError(frame: Int)
    /// A timer ran out, or a silence grew long enough to count.
    case timer
  }

  public var event: Event
  public var time: Timestamp
  public var states: Pair<LadderState>
  /// A few words at the end of the line, or none.
  public var note: String?

  public init(event: Event, time: Timestamp, claims: Pair<Claim>, note: String? = nil) {
    self.event = event
    self.time = time
    states = Pair(
      initiator: LadderState(claims.initiator), responder: LadderState(claims.responder))
    self.note = note
  }
}

/// What a ladder shows of one end: less than a claim, as a long connection has many rows.
public struct LadderState: Equatable, Sendable {
  public var state: TCPState
  public var certainty: Certainty

  public init(_ claim: Claim) {
    state = claim.state
    certainty = claim.certainty
  }
}

/// What a ladder shows of a segment.
public struct LadderSegment: Equatable, Sendable {
  public var frame: Int
  public var sender: Role
  public var flags: TCPFlags
  /// Counted from the sender's first sequence number seen.
  public var relativeSequence: UInt32
  /// Counted from the other end's first sequence number seen; nil without the ACK flag.
  public var relativeAcknowledgment: UInt32?
  public var payloadLength: UInt32
  public var isCopy: Bool
  public var late: LateKind?

  public init(
    frame: Int, sender: Role, flags: TCPFlags, relativeSequence: UInt32,
    relativeAcknowledgment: UInt32?, payloadLength: UInt32, isCopy: Bool, late: LateKind?
  ) {
    self.frame = frame
    self.sender = sender
    self.flags = flags
    self.relativeSequence = relativeSequence
    self.relativeAcknowledgment = relativeAcknowledgment
    self.payloadLength = payloadLength
    self.isCopy = isCopy
    self.late = late
  }
}

/// A whole ladder: the rows that tell something, with runs of plain data between them shortened.
public struct Ladder: Sendable {
  public enum Line: Equatable, Sendable {
    case row(LadderRow)
    /// So many segments left out, of which the first and the last frame.
    case omitted(count: Int, first: Int, last: Int)
  }

  /// A run of plain segments keeps this many at its start and at its end.
  private static let keptAtEachEnd = 3

  /// Every segment, however plain.
  public let isComplete: Bool
  private var settled: [Line] = []
  private var run: [LadderRow] = []
  private var omitted: (count: Int, first: Int, last: Int)?
  private var initialSequence: Pair<SequenceNumber?> = Pair(initiator: nil, responder: nil)
  private var lastStates: Pair<LadderState>?

  public init(isComplete: Bool) { self.isComplete = isComplete }

  public var isEmpty: Bool { settled.isEmpty && run.isEmpty }

  /// Adds a segment and the claims after it.
  public mutating func append(
    _ segment: Segment, sender: Role, isCopy: Bool, late: LateKind?, claims: Pair<Claim>
  ) {
    let base = initialSequence[sender] ?? segment.sequenceNumber
    initialSequence[sender] = base
    var relativeAcknowledgment: UInt32?
    if segment.flags.contains(.ack) {
      let peerBase = initialSequence[sender.peer] ?? segment.acknowledgmentNumber
      initialSequence[sender.peer] = peerBase
      relativeAcknowledgment = segment.acknowledgmentNumber.value &- peerBase.value
    }
    let shown = LadderSegment(
      frame: segment.frame, sender: sender, flags: segment.flags,
      relativeSequence: segment.sequenceNumber.value &- base.value,
      relativeAcknowledgment: relativeAcknowledgment, payloadLength: segment.payloadLength,
      isCopy: isCopy, late: late)
    let row = LadderRow(event: .segment(shown), time: segment.time, claims: claims)
    let isPlain =
      segment.flags.isDisjoint(with: [.syn, .fin, .rst]) && late == nil
      && lastStates.map { $0.haveStates(of: row.states) } ?? false
    lastStates = row.states
    if isPlain, !isComplete {
      appendPlain(row)
    } else {
      endRun()
      settled.append(.row(row))
    }
  }

  /// Adds the expiry of a timer, told in `note`.
  public mutating func appendTimer(at time: Timestamp, claims: Pair<Claim>, note: String) {
    append(LadderRow(event: .timer, time: time, claims: claims, note: note))
  }

  /// Adds an ICMP error and the claims after it.
  public mutating func append(_ error: ICMPError, claims: Pair<Claim>) {
    append(
      LadderRow(
        event: .icmpError(frame: error.frame), time: error.time, claims: claims,
        note: error.words))
  }

  private mutating func append(_ row: LadderRow) {
    lastStates = row.states
    endRun()
    settled.append(.row(row))
  }

  /// All lines in order.
  public var lines: [Line] {
    var copy = self
    copy.endRun()
    return copy.settled
  }

  private mutating func appendPlain(_ row: LadderRow) {
    run.append(row)
    guard run.count > 2 * Self.keptAtEachEnd + 1 else { return }
    let left = run.remove(at: Self.keptAtEachEnd)
    guard case .segment(let segment) = left.event else { return }
    omitted = (
      (omitted?.count ?? 0) + 1, omitted?.first ?? segment.frame, segment.frame
    )
  }

  private mutating func endRun() {
    for (index, row) in run.enumerated() {
      if index == Self.keptAtEachEnd, let omitted {
        settled.append(
          .omitted(count: omitted.count, first: omitted.first, last: omitted.last))
      }
      settled.append(.row(row))
    }
    run.removeAll(keepingCapacity: true)
    omitted = nil
  }
}

extension Pair<LadderState> {
  /// The same states, however sure: data in flight alone makes a claim less sure for a moment.
  fileprivate func haveStates(of other: Pair<LadderState>) -> Bool {
    initiator.state == other.initiator.state && responder.state == other.responder.state
  }
}

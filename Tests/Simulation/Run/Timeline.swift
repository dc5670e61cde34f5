import Dissection
import Tracking

/// What one host truly went through.
public struct Timeline: Sendable {
  /// What made a host change.
  public enum Cause: Equatable, Sendable {
    case start, packet, timer
    case call(ProgramCall)
  }

  public struct Moment: Equatable, Sendable {
    public var time: Timestamp
    public var state: TCPState
    public var isFINHeldBack: Bool
    /// The program has closed.
    public var isOrphan: Bool
    /// Counts the connections that the host has begun.
    public var incarnation: Int
    public var cause: Cause
    /// The host sent something with it.
    public var isHeard: Bool
  }

  /// In order of time; of several at the same time the last counts.
  public private(set) var moments = [
    Moment(
      time: .distantPast, state: .closed, isFINHeldBack: false, isOrphan: false, incarnation: 0,
      cause: .start, isHeard: false)
  ]

  /// What the host's next timer was set to, whenever that changed.
  private var timers: [(time: Timestamp, due: Timestamp)] = []

  mutating func note(_ moment: Moment, nextTimer: Timestamp?) {
    let due = nextTimer ?? .distantFuture
    if timers.last?.due != due { timers.append((moment.time, due)) }
    if let last = moments.last, last.state == moment.state,
      last.isFINHeldBack == moment.isFINHeldBack, last.isOrphan == moment.isOrphan,
      last.incarnation == moment.incarnation
    {
      return
    }
    moments.append(moment)
  }

  /// The index of the moment that holds at `instant`, searched from an earlier one.
  func index(at instant: Timestamp, from earlier: Int = 0) -> Int {
    var index = earlier
    while index + 1 < moments.count, moments[index + 1].time <= instant { index += 1 }
    return index
  }

  public subscript(instant: Timestamp) -> Moment { moments[index(at: instant)] }

  /// When the timer that runs at `instant` will fire, if nothing happens.
  func nextTimer(at instant: Timestamp) -> Timestamp {
    timers.last { $0.time <= instant }?.due ?? .distantFuture
  }

  /// When the host came into the state it is in at a moment.
  func entry(of index: Int) -> Timestamp {
    var first = index
    while first > 0, moments[first - 1].state == moments[index].state,
      moments[first - 1].incarnation == moments[index].incarnation
    {
      first -= 1
    }
    return moments[first].time
  }

  /// Whether the moment begins a connection at this end.
  func opens(_ index: Int) -> Bool {
    index > 0 && moments[index].incarnation != moments[index - 1].incarnation
  }

  /// When a new socket next takes the place of what there is at `instant`.
  func nextLife(after instant: Timestamp) -> Timestamp {
    let next = moments.indices.first { moments[$0].time > instant && opens($0) }
    return next.map { moments[$0].time } ?? .distantFuture
  }

  /// Whether the moment ended a socket without a packet, and not by a timer whose length is
  /// documented.
  func diesSilently(_ index: Int) -> Bool {
    guard index > 0, moments[index].state == .closed, !moments[index].isHeard else { return false }
    switch moments[index].cause {
    case .start, .packet: return false
    case .call: return true
    case .timer:
      switch moments[index - 1].state {
      case .established, .closeWait: return true
      case .closed, .listen, .synSent, .synReceived, .finWait1, .finWait2, .closing, .lastAck,
        .timeWait:
        return false
      }
    }
  }
}

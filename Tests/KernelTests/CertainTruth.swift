import Dissection
import Tracking

@testable import KernelRecordings

/// The state of one end at any instant, nil where the kernel's own account leaves it open.
struct CertainTruth {
  private struct Span {
    let start: Timestamp
    let end: Timestamp
  }

  private let end: KernelRecording.End
  private var uncertain: [Span] = []

  /// The longest time between a packet at the host's tap and what the kernel makes of it, and
  /// between what a program does and the packet that it makes the kernel send: of a host that has
  /// other things to do.
  private static let stall = Interval.milliseconds(100)
  /// The same for what is told of timers.
  private static let handling = Interval.milliseconds(10)
  /// The trace is told in microseconds.
  private static let grain = Interval(nanoseconds: 2000)

  /// - Parameter segments: those that the end's own tap has of it.
  init(of end: KernelRecording.End, _ segments: [Segment]) {
    self.end = end
    uncertain = end.blind.map { Span(start: $0.start, end: $0.end) }
    for change in end.changes {
      var start = change.earliest.advanced(by: Self.grain * -1)
      var stop = change.latest.advanced(by: Self.grain)
      // Taken by the tap, not yet by TCP, which may answer first and change state then.
      let last = segments.last { $0.time <= change.time && $0.source == end.remote }
      if let last, change.time.since(last.time) < Self.stall {
        start = min(start, last.time)
      }
      // Done by the program or its kernel, not yet on the wire.
      let next = segments.first { $0.time >= change.time && $0.source == end.local }
      if let next, !next.flags.isDisjoint(with: [.syn, .fin, .rst]),
        next.time.since(change.time) < Self.stall
      {
        stop = max(stop, next.time)
      }
      uncertain.append(Span(start: start, end: stop))
    }
  }

  func state(at instant: Timestamp) -> TCPState? {
    if uncertain.contains(where: { $0.start <= instant && instant < $0.end }) { return nil }
    return end.changes.last { $0.time <= instant }?.state ?? .closed
  }

  /// When TIME_WAIT's timer is to end, by the kernel; nil where it may just have been restarted.
  func timeWaitExpiry(at instant: Timestamp) -> Timestamp? {
    let began = end.timers.last { $0.earliest.advanced(by: Self.handling * -1) <= instant }
    guard let began, began.latest <= instant else { return nil }
    return began.expiry
  }

  /// Whether TIME_WAIT's timer was set anew by what came at an instant; nil where that was so soon
  /// after the last time that no poll can tell.
  func isRestart(at instant: Timestamp, before limit: Interval) -> Bool? {
    let start = instant.advanced(by: Self.handling * -1)
    let stop = instant.advanced(by: limit)
    let running = end.timers.last { $0.latest < start }
    if let running,
      Interval.seconds(60).nanoseconds - running.expiry.since(instant).nanoseconds
        < Interval.milliseconds(200).nanoseconds
    {
      return nil
    }
    return end.timers.contains { $0.latest >= start && $0.earliest <= stop }
  }
}

import Dissection
import TestSupport
import Tracking

@testable import KernelRecordings
@testable import Simulation

/// One end of a kernel recording lived through once more by a model host: given the packets that
/// the kernel was given, and its program's calls as far as states and packets tell them, it has to
/// be in the kernel's states and answer as the kernel did.
struct KernelReplay {
  enum Event {
    case delivery(Segment, KernelRecording.Delivery)
    case sent(Segment)
    case change(KernelRecording.Change, from: TCPState)
    case listening(Bool)
  }

  /// How the program closed, which leaves no packet: close(), shutdown(SHUT_WR), or close() some
  /// segments after it.
  enum Ending: Hashable {
    case close, shutdown
    case closeLater(segments: Int)
    static let all = [.close, .shutdown] + (0..<8).map(Ending.closeLater)
  }

  let end: KernelRecording.End
  let events: [(time: Timestamp, what: Event)]

  init(
    _ end: KernelRecording.End, of recording: KernelRecording, given deliveries: KernelDeliveries
  ) {
    self.end = end
    typealias Way = KernelObservation.Way
    // The order of what bears one time: a change is told after the delivery that brought it.
    var events: [(time: Timestamp, order: Int, what: Event)] = []
    for listener in recording.listeners
    where listener.side == end.side && listener.port == end.local.port {
      events.append((listener.start, 0, .listening(true)))
      events.append((listener.end, 0, .listening(false)))
    }
    for (delivery, frame) in deliveries.matched
    where delivery.destination == end.local && delivery.source == end.remote {
      guard let segment = deliveries.frames[frame] else { continue }
      events.append((delivery.time, 1, .delivery(segment, delivery)))
    }
    let states = [TCPState.closed] + end.changes.map(\.state)
    for (change, before) in zip(end.changes, states) {
      events.append((change.time, 2, .change(change, from: before)))
    }
    for segment in deliveries.byWay[Way(local: end.local, remote: end.remote)] ?? [] {
      events.append((segment.time, 3, .sent(segment)))
    }
    self.events = events.sorted { ($0.time, $0.order) < ($1.time, $1.order) }.map {
      ($0.time, $0.what)
    }
  }

  /// - Returns: where model and kernel part first; nil if they never do.
  func fault(_ ending: Ending) -> String? {
    var run = KernelReplayRun(end, ending)
    for (index, event) in events.enumerated() {
      let instant = event.time.advanced(by: Interval(nanoseconds: -1))
      run.fireTimers(until: instant)
      if let fault = run.compare(at: instant) { return fault }
      if let fault = run.take(event.what, at: event.time, among: events[index...]) { return fault }
    }
    return nil
  }

  var fault: String? {
    var first: String?
    for ending in Ending.all {
      guard let fault = fault(ending) else { return nil }
      first = first ?? fault
    }
    return first
  }
}

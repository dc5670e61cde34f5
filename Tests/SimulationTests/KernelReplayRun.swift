import Dissection
import TestSupport
import Tracking

@testable import KernelRecordings
@testable import Simulation

/// A replay under way.
struct KernelReplayRun {
  private typealias Events = ArraySlice<(time: Timestamp, what: KernelReplay.Event)>

  private let end: KernelRecording.End
  private let ending: KernelReplay.Ending
  private var host: ModelHost
  /// Of the connection whose data is being written.
  private var initial: SequenceNumber?
  private var written: UInt32 = 0
  private var hasClosed = false
  private var segmentsSinceClose = 0

  init(_ end: KernelRecording.End, _ ending: KernelReplay.Ending) {
    self.end = end
    self.ending = ending
    var settings = ModelHost.Settings()
    settings.reusesTimeWait = true
    host = ModelHost(local: end.local, remote: end.remote, settings: settings, seed: 7)
  }

  /// TIME_WAIT and an orphan's FIN_WAIT_2 end when the kernel says so, if the time is right: its
  /// timer wheel does not stand where the model's does.
  mutating func fireTimers(until instant: Timestamp) {
    while host.timeWait == nil, let next = host.nextTimer, next <= instant {
      _ = host.fireTimers(at: next)
    }
  }

  /// A few milliseconds after a change, and while the kernel's is known by polling alone, there is
  /// nothing to compare.
  func compare(at instant: Timestamp) -> String? {
    let margin = Interval.milliseconds(3)
    var truth = TCPState.closed
    for change in end.changes {
      let isNear =
        instant.since(change.earliest) >= margin * -1 && change.latest.since(instant) >= margin * -1
      if isNear { return nil }
      if change.time <= instant { truth = change.state }
    }
    // A SYN_RECEIVED between two polls.
    if truth == .closed, host.state == .synReceived { return nil }
    return truth == host.state ? nil : "kernel \(truth.name), model \(host.state.name)"
  }

  /// - Parameter events: this one and those to come.
  mutating func take(
    _ event: KernelReplay.Event, at now: Timestamp,
    among events: ArraySlice<(time: Timestamp, what: KernelReplay.Event)>
  ) -> String? {
    switch event {
    case .listening(let isOn):
      _ = host.perform(isOn ? .listen : .stopListening, at: now)
      return nil
    case .delivery(let segment, let delivery):
      return deliver(segment, delivery, at: now, among: events)
    case .sent(let segment):
      if segment.flags.isSuperset(of: [.rst, .ack]) {
        _ = host.perform(.abort, at: now)
      } else {
        write(upTo: segment, at: now)
      }
      return nil
    case .change(let change, let before):
      return follow(change, from: before, at: now, among: events)
    }
  }

  private mutating func deliver(
    _ segment: Segment, _ delivery: KernelRecording.Delivery, at now: Timestamp,
    among events: Events
  ) -> String? {
    if hasClosed {
      if ending == .closeLater(segments: segmentsSinceClose) { _ = host.perform(.close, at: now) }
      segmentsSinceClose += 1
    }
    if segment.flags.intersection([.syn, .ack, .rst]) == .syn {
      adopt([.syn, .ack], at: now, among: events)
    }
    let reception = host.receive(segment, at: now)
    if let socket = host.socket, socket.state == .established, socket.outgoing.initial != initial {
      begin(initial: socket.outgoing.initial)
    }
    let resets = reception.sent.filter { $0.flags.contains(.rst) }.count
    if resets != delivery.rst {
      return "\(delivery.flags) in \(delivery.before): \(delivery.rst) RST, model \(resets)"
    }
    let isMini = ["TIME_WAIT", "CLOSED", "SYN_RECEIVED"].contains(delivery.before)
    guard isMini, delivery.after == delivery.before else { return nil }
    // Where no program is, every answer is the kernel's own.
    let answers = events.dropFirst().prefix { event in
      if case .delivery = event.what { return false }
      return event.time.since(now) < .milliseconds(3)
    }.compactMap { event in
      if case .sent(let segment) = event.what { ModelHostPair.describe(segment) } else { nil }
    }
    let own = reception.sent.map(ModelHostPair.describe)
    return answers == own
      ? nil : "\(delivery.flags) in \(delivery.before): kernel sent \(answers), model \(own)"
  }

  private mutating func begin(initial: SequenceNumber?) {
    self.initial = initial
    written = 0
    hasClosed = false
    segmentsSinceClose = 0
  }

  /// Lets the model choose the initial sequence number, and show the timestamp, that the kernel's
  /// next such segment has.
  private mutating func adopt(_ flags: TCPFlags, at now: Timestamp, among events: Events) {
    for event in events {
      guard case .sent(let segment) = event.what,
        segment.flags.intersection([.syn, .ack, .rst]) == flags
      else { continue }
      let ticks = UInt32(truncatingIfNeeded: now.nanoseconds >> 6)
      host.initialNumberBase = segment.sequenceNumber.value &- ticks
      if segment.options.hasTimestamps {
        let clock = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000)
        host.outlet.timestampOffset = segment.options.timestampValue &- clock
      }
      return
    }
  }

  private mutating func write(upTo segment: Segment, at now: Timestamp) {
    guard let initial, !hasClosed, segment.flags.isDisjoint(with: [.syn, .rst]) else { return }
    let dataEnd = segment.sequenceNumber + segment.payloadLength
    let total = UInt32(bitPattern: dataEnd.distance(from: initial + 1))
    guard total > written, total < 1 << 30 else { return }
    _ = host.perform(.send(total - written), at: now)
    written = total
  }

  /// What the kernel's change tells of its program.
  private mutating func follow(
    _ change: KernelRecording.Change, from before: TCPState, at now: Timestamp,
    among events: Events
  ) -> String? {
    switch (before, change.state) {
    case (.closed, .synSent), (.timeWait, .synSent):
      adopt(.syn, at: now, among: events)
      _ = host.perform(.connect, at: now)
      begin(initial: nil)
    case (.synSent, .finWait1), (.synReceived, .finWait1), (.established, .finWait1),
      (.synReceived, .lastAck), (.established, .lastAck), (.closeWait, .lastAck):
      let fin = events.lazy.compactMap { event in
        if case .sent(let segment) = event.what, segment.flags.contains(.fin) {
          segment
        } else {
          nil
        }
      }.first
      if let fin { write(upTo: fin, at: now) }
      _ = host.perform(ending == .close ? .close : .shutdown, at: now)
      hasClosed = true
    case (_, .closed):
      return end(at: now, among: events)
    default:
      break
    }
    return nil
  }

  /// The kernel's socket is gone: by a packet that the model has had too, by its program's RST, or
  /// by a timer.
  private mutating func end(at now: Timestamp, among events: Events) -> String? {
    if host.state == .closed { return nil }
    let isReset = events.contains { event in
      guard case .sent(let segment) = event.what else { return false }
      return segment.flags.isSuperset(of: [.rst, .ack])
        && event.time.since(now) < .milliseconds(3)
    }
    if isReset {
      _ = host.perform(.abort, at: now)
      return nil
    }
    guard host.timeWait != nil || host.request != nil, let due = host.nextTimer else {
      return "gone without a packet"
    }
    let lateness = now.since(due)
    _ = host.perform(.vanish, at: now)
    let isInTime = lateness > .milliseconds(-2100) && lateness < .milliseconds(2100)
    return isInTime ? nil : "gone \(lateness.seconds) s after the model's timer"
  }
}

import Dissection
import TestSupport
import Testing
import Tracking

@testable import KernelRecordings

/// At a host's own tap, TIME_WAIT ends when its kernel ends it.
@Suite(.enabled(if: KernelRecording.isThere, "\(KernelRecording.missing)"))
struct KernelTimeWaitTests {
  /// What is known of one TIME_WAIT's end.
  private enum Question {
    /// By its timer, then or at the latest then.
    case expires(Timestamp, Timestamp)
    /// By a packet.
    case ended
  }

  /// An instant at which TIME_WAIT is asked for, and of which end.
  private struct Moment {
    let instant: Timestamp
    let end: Int
    let question: Question
  }

  /// How exactly the kernel tells what is left of a timer.
  private static let rounding = Interval.milliseconds(10)
  private static let handling = Interval.milliseconds(30)
  /// Before a timer fires, so that `until` is still said: more than it can be late.
  private static let lookback = Interval.milliseconds(2600)

  private static func moments(_ recording: KernelRecording, _ side: KernelRecording.Side)
    -> [Moment]
  {
    recording.ends.enumerated().filter { $0.element.side == side }.flatMap { index, end in
      let changes = zip(end.changes, end.changes.dropFirst())
      var moments = changes.compactMap { entry, next -> Moment? in
        guard entry.state == .timeWait else { return nil }
        if next.state == .closed, next.source == "diag" {
          let instant = next.earliest.advanced(by: lookback * -1)
          return Moment(
            instant: max(instant, entry.latest.advanced(by: handling)), end: index,
            question: .expires(next.earliest, next.latest))
        }
        let instant = next.latest.advanced(by: handling)
        return end.state(at: instant) == .timeWait
          ? nil : Moment(instant: instant, end: index, question: .ended)
      }
      if let expiry = end.expiry, end.changes.last?.state == .timeWait {
        // Nothing left of the timer, and its slot of the wheel still to come.
        let isDue = expiry <= recording.end
        let instant = isDue ? recording.end.advanced(by: lookback * -1) : recording.end
        moments.append(Moment(instant: instant, end: index, question: .expires(expiry, expiry)))
      }
      return moments
    }.sorted { $0.instant < $1.instant }
  }

  @Test(arguments: KernelRecording.names, KernelRecording.Side.allCases)
  func itEndsWhenTheKernelEndsIt(name: String, side: KernelRecording.Side) throws {
    let recording = try KernelRecording(name)
    let moments = Self.moments(recording, side)
    var (byTimer, byPacket) = (0, 0)
    var complaints: [String] = []
    var rest = moments[...]
    var observation = KernelObservation(of: recording.ends)
    observation.sample(try recording.capture(side.tap), at: moments.map(\.instant)) {
      instant, sayings in
      guard let moment = rest.popFirst() else { return }
      let claim = sayings[moment.end]?.claim
      let scenario = recording.ends[moment.end].scenario
      switch moment.question {
      case .expires(let earliest, let latest):
        byTimer += 1
        guard claim?.state == .timeWait, let until = claim?.until else {
          complaints.append("\(scenario): \(claim?.state.name ?? "nothing") for TIME_WAIT")
          return
        }
        let isEarly = latest.advanced(by: Self.rounding) < until
        let lateness = earliest.since(until)
        if isEarly || lateness > .milliseconds(2500) {
          complaints.append("\(scenario): ended \(lateness.seconds) s after until")
        }
      case .ended:
        byPacket += 1
        if claim?.state == .timeWait { complaints.append("\(scenario): TIME_WAIT goes on") }
      }
    }
    print("TIME_WAIT \(name) \(side.rawValue): \(byTimer) by timer, \(byPacket) by packet")
    #expect(complaints == [])
    #expect(byTimer > 15)
    #expect(byPacket > 2)
  }
}

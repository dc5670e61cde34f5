import Dissection
import TestSupport
import Testing

@testable import KernelRecordings

/// Where the premises of a claim hold, it is true: at every tap, of both ends.
@Suite(.enabled(if: KernelRecording.isThere, "\(KernelRecording.missing)"))
struct KernelSoundnessTests {
  @Test(arguments: KernelRecording.names)
  func claimsHoldWhereTheirPremisesDo(name: String) throws {
    let recording = try KernelRecording(name)
    let hosts = try HostTraffic.ofBothHosts(recording)
    for tap in ["a", "mid", "b"] {
      let capture = try recording.capture(tap)
      let result = KernelSoundness.hold(
        recording, at: tap, capture,
        premises: KernelPremises(recording, tap: capture, hosts: hosts),
        every: .milliseconds(400))
      #expect(result.provable > 50_000)
      #expect(result.proved > 15_000)
      print(
        "soundness \(name) \(tap): \(result.provable) with P1 and P3, \(result.proved) proved, "
          + "\(result.possible) with P1 to P3")
      #expect(result.complaints == [], "\(name) at \(tap)")
    }
  }

  /// Whatever was before the capture began, what is said of the rest is true.
  @Test(arguments: KernelRecording.names)
  func claimsHoldWhenTheCaptureBeginsLate(name: String) throws {
    let recording = try KernelRecording(name)
    let hosts = try HostTraffic.ofBothHosts(recording)
    var held = 0
    for (tap, offset) in [("a", 1.9), ("mid", 3.1), ("b", 0.7)] {
      let capture = try recording.capture(tap)
      let premises = KernelPremises(recording, tap: capture, hosts: hosts)
      for number in 0..<16 {
        let seconds = offset + 5.03 * Double(number)
        let start = recording.start.advanced(by: .milliseconds(Int64(seconds * 1000)))
        let result = KernelSoundness.hold(
          recording, at: tap, Self.begin(capture, at: start), premises: premises,
          every: .milliseconds(200),
          during: PacketTimes.Span(start: start, end: start.advanced(by: .seconds(6))))
        held += result.possible
        #expect(result.complaints == [], "\(name) at \(tap) from \(seconds) s on")
      }
    }
    #expect(held > 10_000)
  }

  /// Without old duplicates of a SYN: that their sender was long past it, only what came before
  /// tells.
  private static func begin(_ capture: KernelCapture, at start: Timestamp) -> KernelCapture {
    let dialled = Set(
      capture.segments.filter { $0.time < start && $0.isDial }.map(\.sequenceNumber.value))
    return capture.filter { packet in
      switch packet {
      case .segment(let segment):
        segment.time >= start
          && !(segment.isDial && dialled.contains(segment.sequenceNumber.value))
      case .icmpError(let error): error.time >= start
      }
    }
  }
}

extension Segment {
  fileprivate var isDial: Bool { flags.contains(.syn) && !flags.contains(.ack) }
}

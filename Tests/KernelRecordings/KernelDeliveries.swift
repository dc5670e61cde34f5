import Dissection
import Tracking

/// The packets given to one host, each with its frame in that host's own capture.
struct KernelDeliveries {
  /// What is the same of a packet in the capture and in the kernel's account.
  private struct Print: Hashable {
    let way: KernelObservation.Way
    let flags: TCPFlags
    let sequence: UInt32
    let acknowledgment: UInt32
    let length: UInt32
  }

  let recording: KernelRecording
  private(set) var matched: [(delivery: KernelRecording.Delivery, frame: Int)] = []
  private(set) var unmatched: [String] = []
  /// By frame.
  private(set) var late: [Int: LateSegment] = [:]
  private(set) var frames: [Int: Segment] = [:]
  private(set) var byWay: [KernelObservation.Way: [Segment]] = [:]

  init(_ recording: KernelRecording, _ side: KernelRecording.Side) throws {
    self.recording = recording
    var prints: [Print: [Segment]] = [:]
    var tracker = Tracker()
    var reports: [ConnectionReport] = []
    for segment in try recording.capture(side.tap).segments {
      let way = KernelObservation.Way(local: segment.source, remote: segment.destination)
      let print = Print(
        way: way, flags: segment.flags.intersection([.fin, .syn, .rst, .psh, .ack]),
        sequence: segment.sequenceNumber.value, acknowledgment: segment.acknowledgmentNumber.value,
        length: segment.payloadLength)
      prints[print, default: []].append(segment)
      byWay[way, default: []].append(segment)
      frames[segment.frame] = segment
      tracker.receive(segment) { reports.append($0) }
    }
    tracker.forEachConnection(at: recording.end) { reports.append($0) }
    for segment in reports.flatMap(\.late) { late[segment.frame] = segment }

    for delivery in try recording.deliveries() where delivery.to == side {
      let print = Print(
        way: KernelObservation.Way(local: delivery.source, remote: delivery.destination),
        flags: Self.flags(delivery.flags), sequence: delivery.seq, acknowledgment: delivery.ack,
        length: delivery.len)
      let nearest = prints[print]?.min {
        Self.distance($0, delivery) < Self.distance($1, delivery)
      }
      if let nearest, Self.distance(nearest, delivery) < .milliseconds(20) {
        matched.append((delivery, nearest.frame))
        prints[print]?.removeAll { $0.frame == nearest.frame }
      } else {
        unmatched.append("\(scenario(delivery)) \(delivery.flags) at \(delivery.t)")
      }
    }
  }

  private static func flags(_ letters: String) -> TCPFlags {
    let known: [Character: TCPFlags] = ["F": .fin, "S": .syn, "R": .rst, "P": .psh, "A": .ack]
    return letters.reduce(into: []) { $0.formUnion(known[$1] ?? []) }
  }

  private static func distance(
    _ segment: Segment, _ delivery: KernelRecording.Delivery
  ) -> Interval {
    let time = segment.time.since(delivery.time)
    return max(time, time * -1)
  }

  func scenario(_ delivery: KernelRecording.Delivery) -> String {
    recording.ends.first { $0.local == delivery.destination && $0.remote == delivery.source }?
      .scenario ?? "?"
  }

  /// Whether the frame's sender had sent RST, or the frame goes beyond its sender's own FIN.
  func isAfterItsSendersEnd(_ frame: Int) -> Bool {
    guard let segment = frames[frame] else { return false }
    let way = KernelObservation.Way(local: segment.source, remote: segment.destination)
    return (byWay[way] ?? []).prefix { $0.frame < frame }.contains { earlier in
      earlier.flags.contains(.rst)
        || (earlier.flags.contains(.fin) && segment.sequenceEnd.isAfter(earlier.sequenceEnd))
    }
  }
}

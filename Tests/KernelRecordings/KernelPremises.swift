import Dissection
import Tracking

/// When the three premises of a claim (Documentation/model.md) hold for a recording's ends at a tap,
/// told by comparing what each host sent and was given with what passed the tap.
///
/// Packets are matched by content, and those of equal content in order.
struct KernelPremises {
  enum Premise: CaseIterable {
    /// P1: all that the end sent passed the tap.
    case seen
    /// P2: all that passed the tap towards the end was given to its TCP.
    case arrived
    /// P3: nothing else was, and the end was not ended without a packet.
    case complete
  }

  /// When each premise fails, by end of the recording.
  private let failures: [[Premise: [PacketTimes.Span]]]

  init(
    _ recording: KernelRecording, tap: KernelCapture, hosts: [KernelRecording.Side: HostTraffic]
  ) {
    let passed = PacketTimes(tap.segments)
    failures = recording.ends.map { end in
      guard let host = hosts[end.side] else { return [:] }
      let (out, back) = (end.way, end.way.reversed)
      return [
        .seen: host.captured.missing(at: passed, out),
        .arrived: passed.missing(at: host.taken, back),
        // A packet in its name that it has not sent is of no end at all.
        .complete: host.captured.missing(at: passed, back)
          + passed.unknown(at: host.captured, out)
          + end.silentEnds(
            host.captured.moments(out) + host.captured.moments(back)
              + host.errors[out, default: []]),
      ]
    }
  }

  func hold(_ premises: Set<Premise>, end: Int, at instant: Timestamp) -> Bool {
    premises.allSatisfy { premise in
      failures[end][premise, default: []].allSatisfy { !$0.contains(instant) }
    }
  }
}

/// What a host sent and was given.
struct HostTraffic {
  /// As its own capture has it.
  let captured: PacketTimes
  /// The same without what the host itself took away before its TCP saw it.
  let taken: PacketTimes
  /// When an ICMP error for a packet of this way came or went.
  let errors: [KernelObservation.Way: [Timestamp]]

  /// Drop reasons of a packet that has not reached TCP, or fails its checksum.
  private static let losses: Set<String> = ["NETFILTER_DROP", "TCP_CSUM", "IP_CSUM"]

  init(_ recording: KernelRecording, _ side: KernelRecording.Side) throws {
    let capture = try recording.capture(side.tap)
    let segments = capture.segments
    let lost = try KernelDeliveries(recording, side).matched
      .filter { !Self.losses.isDisjoint(with: $0.delivery.drop) }.map(\.frame)
    captured = PacketTimes(segments)
    errors = Dictionary(
      grouping: capture.icmpErrors,
      by: { KernelObservation.Way(local: $0.source, remote: $0.destination) }
    ).mapValues { $0.map(\.time) }
    taken = PacketTimes(segments.filter { !Set(lost).contains($0.frame) })
  }
}

extension HostTraffic {
  static func ofBothHosts(
    _ recording: KernelRecording
  ) throws -> [KernelRecording.Side: HostTraffic] {
    try Dictionary(
      uniqueKeysWithValues: KernelRecording.Side.allCases.map {
        ($0, try HostTraffic(recording, $0))
      })
  }
}

extension KernelRecording.End {
  var way: KernelObservation.Way { KernelObservation.Way(local: local, remote: remote) }

  /// How long a state lasts at least that a timer ends by itself, in seconds.
  private static func timer(_ state: TCPState) -> Int64? {
    switch state {
    case .timeWait, .finWait2, .synReceived: 60
    case .finWait1, .closing, .lastAck: 100
    case .closed, .listen, .synSent, .established, .closeWait: nil
    }
  }

  /// After an end that neither a packet nor the state's own timer explains, until the next change.
  ///
  /// - Parameter packets: when the host sent or was given any of this end's.
  fileprivate func silentEnds(_ packets: [Timestamp]) -> [PacketTimes.Span] {
    let margin = Interval.milliseconds(5)
    let pairs = zip(changes, changes.dropFirst())
    return pairs.enumerated().compactMap { index, pair in
      let (entry, end) = pair
      guard end.state == .closed else { return nil }
      let (first, last) = (end.earliest.advanced(by: margin * -1), end.latest.advanced(by: margin))
      guard !packets.contains(where: { $0 >= first && $0 <= last }) else { return nil }
      let start = packets.filter { $0 < first }.max() ?? entry.time
      if let limit = Self.timer(entry.state), end.latest.since(start) >= .seconds(limit) {
        return nil
      }
      let next = index + 2 < changes.count ? changes[index + 2].time : .distantFuture
      return PacketTimes.Span(start: end.earliest, end: next)
    }
  }
}

import Dissection
import TestSupport
import Tracking

/// What a host's firewall took between the host's own tap and its TCP, and whether any packet has
/// shown it by some instant.
struct Firewall {
  private let run: Run
  private let side: Side
  private let instant: Timestamp
  /// When what it took passed the tap.
  private let losses: [Timestamp]

  init(_ run: Run, _ side: Side, at instant: Timestamp) {
    self.run = run
    self.side = side
    self.instant = instant
    losses = run.deliveries.filter { $0.receiver == side && $0.arrivesAt == nil }
      .map { run.crossings[$0.crossing].passesAt }.filter { $0 <= instant }
  }

  var hasTaken: Bool { !losses.isEmpty }

  /// The host has sent its FIN once more since: that shows what it has not received.
  var hasSentFINAgain: Bool {
    guard let loss = losses.max() else { return false }
    let fins = run.packets.filter {
      $0.sender == side && $0.segment.flags.contains(.fin) && $0.sentAt <= instant
    }
    return fins.count > 1 && fins.contains { $0.sentAt > loss }
  }

  /// It took several packets: what shows of the one need not show of the other.
  var hasTakenSeveral: Bool { losses.count > 1 }

  /// The host has sent nothing that can tell of a loss: nothing since then, or only at once, when
  /// it may be something that was on its way anyway.
  var isStillHidden: Bool {
    guard let loss = losses.max() else { return false }
    let hidden = max(loss, lastNewControl ?? loss).advanced(by: reaction)
    return !run.packets.contains {
      $0.sender == side && $0.sentAt > hidden && $0.sentAt <= instant
    }
  }

  /// How soon an answer comes, as far as a capture can tell: measured in the handshake, if that
  /// is over and was no simultaneous open.
  private var reaction: Interval {
    let last = run.packets.last { $0.sender == side && $0.sentAt <= instant }
    if last?.segment.flags == .syn { return .milliseconds(126) }
    let dialled = run.packets.filter { $0.segment.flags.intersection([.syn, .ack]) == .syn }
    let isCrossing =
      dialled.contains { $0.sender == side } && dialled.contains { $0.sender != side }
    return isCrossing ? .milliseconds(126) : .milliseconds(1)
  }

  /// When the last SYN, FIN or RST passed that was not a repetition.
  private var lastNewControl: Timestamp? {
    var ends: Set<UInt64> = []
    var last: Timestamp?
    for crossing in run.crossings where crossing.passesAt <= instant {
      let packet = run.packets[crossing.packet]
      guard packet.sender != side else { continue }
      let control = packet.segment.flags.intersection([.syn, .fin, .rst])
      let end = UInt64(control.rawValue) << 32 | UInt64(packet.segment.sequenceEnd.value)
      if !control.isEmpty, ends.insert(end).inserted { last = crossing.passesAt }
    }
    return last
  }

  // MARK: Twins

  /// Whether the capture up to now would be the same if some of what was lost had arrived, and the
  /// claim the truth; or, since a firewall that took two can take a third, if the last had not.
  func hasTwin(claiming claim: TCPState) -> Bool {
    let lost = run.scenario.fates.filter { fate in
      guard fate.sender == side.other else { return false }
      switch fate.event {
      case .lost(.behindTap), .delayed(.behindTap, _): return true
      case .lost(.beforeTap), .delayed(.beforeTap, _), .duplicated, .missed, .copied,
        .recordedLate:
        return false
      }
    }
    guard !lost.isEmpty else { return false }
    let seen = Self.passed(run, until: instant)
    var twins = Self.subsets(of: lost).map { subset in
      run.scenario.fates.filter { !subset.contains($0) }
    }
    if losses.count > 1 { twins += lastArrivals.map { run.scenario.fates + [$0] } }
    return twins.contains { fates in
      var scenario = run.scenario
      scenario.fates = fates
      scenario.end = instant
      let twin = Run(scenario)
      return twin.timelines[side][instant].state == claim
        && Self.passed(twin, until: instant) == seen
    }
  }

  /// The loss of each of the last packets that reached the host.
  private var lastArrivals: [Fate] {
    let arrived = run.deliveries.filter {
      $0.receiver == side && $0.arrivesAt ?? .distantFuture <= instant
    }
    return arrived.suffix(3).map { delivery in
      let packet = run.packets[run.crossings[delivery.crossing].packet]
      return Fate(packet.sender, packet.number, .lost(.behindTap))
    }
  }

  private static func subsets(of fates: [Fate]) -> [[Fate]] {
    if fates.count > 4 {
      return fates.map { [$0] } + fates.indices.dropFirst().map { Array(fates[$0...]) } + [fates]
    }
    return (1..<(1 << fates.count)).map { mask in
      fates.indices.filter { mask >> $0 & 1 == 1 }.map { fates[$0] }
    }
  }

  private static func passed(_ run: Run, until instant: Timestamp) -> [Print] {
    run.capture.filter { $0.recordedAt <= instant }.map { Print($0.segment) }
  }

  /// What a capture shows of a packet.
  private struct Print: Equatable {
    let time: Timestamp
    let source: SocketAddress
    let numbers: [UInt32]
    let flags: TCPFlags
    let options: TCPOptions

    init(_ segment: Segment) {
      time = segment.time
      source = segment.source
      numbers = [
        segment.sequenceNumber.value, segment.acknowledgmentNumber.value, segment.payloadLength,
        UInt32(segment.window), UInt32(segment.ipIdentification),
      ]
      flags = segment.flags
      options = segment.options
    }
  }
}

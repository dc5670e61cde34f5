import Dissection
import TestSupport
import Tracking

/// What is said of packets against what their receivers made of them, and what a capture cut short
/// says.
extension Judgement {
  // MARK: Late packets

  mutating func judgeLateness() {
    var premises = Sides(x: Premises(run, of: .x), y: Premises(run, of: .y))
    let reports = snapshot(at: run.scenario.end).reports
    for late in reports.flatMap(\.late).sorted(by: { $0.frame < $1.frame }) {
      coverage.late[late.kind, default: 0] += 1
      let record = run.capture[late.frame - 1]
      let packet = run.packets[run.crossings[record.crossing].packet]
      let receiver = packet.sender.other
      let before = record.recordedAt.advanced(by: Interval(nanoseconds: -1))
      let hold = premises[receiver].hold(at: before)
      guard hold.seen, hold.complete, hold.arrived || run.scenario.path.isTap(at: receiver),
        let delivery = run.deliveries.first(where: { $0.crossing == record.crossing }),
        let reception = delivery.reception, reception.isNews, !isRefused(reception),
        !isAfterItsSendersEnd(record.crossing), !isDial(packet, late),
        !isACKAgain(reception, receiver, at: before)
          || hold.arrived && reception.before != .closeWait
      else { continue }
      complain(
        .lateIsNotNew, at: record.recordedAt, "\(late.kind.rawValue) in \(reception.before.name)",
        "frame \(late.frame) is \(late.kind.rawValue); \(receiver.rawValue) took it in "
          + "\(reception.before.name)")
    }
  }

  /// The host's firewall took an acknowledgment, and the next is the same: nothing shows that it is
  /// the first to arrive.
  private func isACKAgain(_ reception: Reception, _ receiver: Side, at instant: Timestamp) -> Bool {
    let firewall = Firewall(run, receiver, at: instant)
    if reception.before == .closeWait { return true }
    let awaitsACK = [.finWait1, .closing, .lastAck].contains(reception.before)
    return firewall.isStillHidden || awaitsACK && firewall.hasTaken
  }

  /// Its acknowledgment was news, but it drew a RST and was taken no further.
  private func isRefused(_ reception: Reception) -> Bool {
    reception.after == .closed && reception.sent.contains { $0.flags.contains(.rst) }
  }

  /// A SYN that opens a connection is late for the TIME_WAIT it ends, and an old duplicate of one
  /// is late whatever comes of it.
  private func isDial(_ packet: Run.Packet, _ late: LateSegment) -> Bool {
    packet.segment.flags.contains(.syn) && !packet.segment.flags.contains(.ack)
      && (late.kind == .synInTimeWait || late.kind == .duplicateSYN)
  }

  /// Rule (b) of late packets: its sender had sent RST, or it goes beyond its sender's own FIN.
  private func isAfterItsSendersEnd(_ index: Int) -> Bool {
    let packet = run.packets[run.crossings[index].packet]
    return run.crossings.contains { crossing in
      let earlier = run.packets[crossing.packet]
      guard earlier.sender == packet.sender, crossing.passesAt <= run.crossings[index].passesAt
      else { return false }
      return earlier.segment.flags.contains(.rst)
        || (earlier.segment.flags.contains(.fin) && packet.segment.sequenceLength > 0
          && packet.segment.sequenceEnd.isAfter(earlier.segment.sequenceEnd))
    }
  }

  // MARK: Time travel

  /// A tracker fed only what there was says the same, and so does this one when asked again.
  mutating func judgeTimeTravel(_ snapshot: Snapshot, fed: Int) {
    coverage.cuts += 1
    var fresh = Tracker(options: Self.options(run.scenario))
    var reports: [ConnectionReport] = []
    for record in run.capture.prefix(fed) {
      fresh.receive(record.segment) { reports.append($0) }
    }
    fresh.forEachConnection(at: snapshot.instant) { reports.append($0) }
    reports.sort { $0.number < $1.number }
    if reports != snapshot.reports {
      complain(.timeTravel, at: snapshot.instant, "cut", "a cut capture tells something else")
    }
    let again = self.snapshot(at: snapshot.instant)
    if again.reports != snapshot.reports {
      complain(.timeTravel, at: snapshot.instant, "again", "asking again tells something else")
    }
  }
}

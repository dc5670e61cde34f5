import Dissection
import TestSupport

/// What the tap makes of what passes it.
extension Run {
  mutating func record() {
    for index in crossings.indices {
      let crossing = crossings[index]
      let packet = packets[crossing.packet]
      guard crossing.passesAt <= scenario.end,
        scenario.window.holds(crossing.passesAt, from: packet.sender)
      else { continue }
      record(index, packet)
    }
    capture.sort { left, right in
      left.recordedAt == right.recordedAt
        ? left.crossing < right.crossing : left.recordedAt < right.recordedAt
    }
    for index in capture.indices {
      capture[index].segment.frame = index + 1
      let crossing = capture[index].crossing
      guard crossings[crossing].frame == nil else { continue }
      crossings[crossing].frame = index + 1
      crossings[crossing].recordedAt = capture[index].recordedAt
    }
  }

  private mutating func record(_ crossing: Int, _ packet: Packet) {
    let passesAt = crossings[crossing].passesAt
    var segment = packet.segment
    segment.time = passesAt
    var recordedAt = passesAt
    var isMissed = false
    var copies: [Interval] = []
    for fate in scenario.fates
    where !crossings[crossing].isDouble && fate.packet == packet.number
      && fate.sender == packet.sender
    {
      switch fate.event {
      case .missed: isMissed = true
      case .recordedLate(let delay): recordedAt = recordedAt.advanced(by: delay)
      case .copied(let delay): copies.append(delay)
      case .lost, .delayed, .duplicated: break
      }
    }
    if !isMissed {
      capture.append(
        Record(crossing: crossing, recordedAt: recordedAt, segment: segment, isCopy: false))
    }
    for (index, delay) in copies.enumerated() where !isMissed {
      var copy = segment
      copy.time = passesAt.advanced(by: delay)
      copy.hopLimit -= 1
      copy.interface = UInt16(index + 1)
      copy.linkFingerprint = UInt16(index + 1)
      capture.append(
        Record(crossing: crossing, recordedAt: copy.time, segment: copy, isCopy: true))
    }
  }
}

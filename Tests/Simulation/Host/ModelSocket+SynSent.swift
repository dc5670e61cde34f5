import Dissection
import Tracking

extension ModelSocket {
  /// Section 3.10.7.3.
  mutating func arriveInSynSent(_ segment: Segment, through out: inout Outlet) {
    // First, ACK: one that does not acknowledge the SYN is answered by RST.
    if segment.flags.contains(.ack) {
      let isAcceptable =
        segment.acknowledgmentNumber.isAfter(outgoing.unacknowledged)
        && segment.acknowledgmentNumber.isAtOrBefore(outgoing.next)
      if !isAcceptable || echoesForeignTimestamp(segment) {
        out.reset(answering: segment)
        // Linux: an answer to an earlier connection is no reason to wait for a whole second.
        if retries == 0 { retransmitAt = out.expiry(of: out.wheel.tick * 2) }
        return
      }
    }

    // Second, RST: valid only with an acknowledgment of the SYN.
    if segment.flags.contains(.rst) {
      if segment.flags.contains(.ack) { die() }
      return
    }

    // Third, security: not in use. Fourth, SYN.
    guard segment.flags.contains(.syn) else { return }
    if timestamps.rejects(segment, at: out.now), !segment.flags.contains(.ack) { return }
    timestamps = TimestampMemory(segment, isOffered: settings.hasTimestamps, at: out.now)
    learn(from: segment)
    tookNews = true
    if segment.flags.contains(.ack) {
      outgoing.unacknowledged = segment.acknowledgmentNumber
      measure(segment, through: out)
      progress(through: out)
      state = .established
      sendAcknowledgment(through: &out)
    } else {
      // The SYNs have crossed.
      state = .synReceived
      sendSYN(through: &out)
    }
  }

  /// It answers a timestamp from before this dial (RFC 7323 section 4.1 echoes what it heard).
  private func echoesForeignTimestamp(_ segment: Segment) -> Bool {
    guard timestamps.isOn, segment.options.hasTimestamps, segment.options.timestampEcho != 0
    else { return false }
    return Int32(bitPattern: segment.options.timestampEcho &- dialClock) < 0
  }
}

import Dissection
import Tracking

extension ModelSocket {
  /// Fifth, check the ACK field.
  /// - Returns: whether the segment is to be taken further.
  mutating func takeAcknowledgment(_ segment: Segment, through out: inout Outlet) -> Bool {
    let acknowledgment = segment.acknowledgmentNumber
    let isBeyond = acknowledgment.isAfter(outgoing.next)
    if state == .synReceived {
      if isBeyond || acknowledgment.isAtOrBefore(outgoing.unacknowledged) {
        out.reset(answering: segment)
        return false
      }
    } else if isBeyond {
      // An ACK of what was never sent: Linux keeps silent about it in ESTABLISHED alone.
      if state != .established { challenge(through: &out) }
      return false
    } else if isFarTooOld(acknowledgment) {
      challenge(through: &out)
      return false
    }
    if acknowledgment.isAtOrAfter(outgoing.unacknowledged) { accept(segment, through: &out) }
    return follow(segment, through: &out)
  }

  /// RFC 5961 section 5.2: an acknowledgment older than any that can be under way.
  private func isFarTooOld(_ acknowledgment: SequenceNumber) -> Bool {
    let age = outgoing.unacknowledged.distance(from: acknowledgment)
    return age > 0 && UInt32(age) > min(outgoing.largestWindow, acknowledgedOctets)
  }

  private var acknowledgedOctets: UInt32 {
    UInt32(bitPattern: outgoing.unacknowledged.distance(from: outgoing.initial + 1))
  }

  /// Window, timestamp and SND.UNA from an acknowledgment that is not old.
  private mutating func accept(_ segment: Segment, through out: inout Outlet) {
    timestamps.update(segment, lastAcknowledged: incoming.lastAcknowledged, at: out.now)
    let isAdvance = segment.acknowledgmentNumber.isAfter(outgoing.unacknowledged)
    let oldWindow = outgoing.window
    outgoing.updateWindow(segment)
    probes = 0
    if isAdvance {
      outgoing.unacknowledged = segment.acknowledgmentNumber
      tookNews = true
      measure(segment, through: out)
      progress(through: out)
      if let recoveryEnd, outgoing.unacknowledged.isBefore(recoveryEnd), outgoing.inFlight > 0 {
        retransmit(through: &out)
      } else {
        recoveryEnd = nil
      }
    } else if segment.sequenceLength == 0, outgoing.window == oldWindow, outgoing.inFlight > 0 {
      duplicateAcknowledgments += 1
      if duplicateAcknowledgments == 3, recoveryEnd == nil {
        recoveryEnd = outgoing.next
        retransmit(through: &out)
      }
    }
    if probeAt != .distantFuture { probeAt = out.expiry(of: probeInterval) }
  }

  /// What an acknowledgment changes in the state.
  private mutating func follow(_ segment: Segment, through out: inout Outlet) -> Bool {
    switch state {
    case .closed, .listen, .synSent, .timeWait:
      return false
    case .synReceived:
      // The handshake is over.
      state = .established
      outgoing.setWindow(
        UInt32(segment.window) << UInt32(outgoing.windowScale), from: segment.sequenceNumber)
      if isShutdownPending { shutDown() }
      return true
    case .established, .finWait2, .closeWait:
      return true
    case .finWait1:
      if !outgoing.isAllAcknowledged { return true }
      state = .finWait2
      if !isOrphan { return true }
      // Linux: nobody is left to read what comes with the acknowledgment of the FIN.
      if bringsOctets(segment) {
        die(answering: segment, through: &out)
        return false
      }
      return segment.flags.contains(.fin)
    case .closing:
      if outgoing.isAllAcknowledged { state = .timeWait }
      return !outgoing.isAllAcknowledged
    case .lastAck:
      if outgoing.isAllAcknowledged { die() }
      return state != .closed
    }
  }

  /// Octets that have not come before, in order or not; a FIN alone is none.
  func bringsOctets(_ segment: Segment) -> Bool {
    let dataEnd = segment.sequenceNumber + segment.payloadLength
    return segment.sequenceLength > 0 && dataEnd.isAfter(incoming.next)
  }

  /// A round trip, from the echoed timestamp or else from the one segment that was timed.
  mutating func measure(_ segment: Segment, through out: borrowing Outlet) {
    if timestamps.isOn, segment.options.hasTimestamps, segment.options.timestampEcho != 0 {
      let ticks = out.timestampValue &- segment.options.timestampEcho
      if ticks < 1 << 31 { timeout.sample(.milliseconds(Int64(ticks))) }
    } else if let timed, outgoing.unacknowledged.isAtOrAfter(timed.end) {
      timeout.sample(out.now.since(timed.sent))
    }
    if let timed, outgoing.unacknowledged.isAtOrAfter(timed.end) { self.timed = nil }
  }

  /// Something new was acknowledged: tries are counted anew, the timer runs for what is left.
  mutating func progress(through out: borrowing Outlet) {
    retries = 0
    firstRetry = nil
    duplicateAcknowledgments = 0
    retransmitAt =
      outgoing.inFlight > 0 ? out.expiry(of: timeout.current) : .distantFuture
  }
}

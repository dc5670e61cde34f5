import Dissection
import Tracking

/// What the socket does by itself (Linux net/ipv4/tcp_timer.c).
extension ModelSocket {
  mutating func fireTimers(through out: inout Outlet) {
    if acknowledgeAt <= out.now { sendAcknowledgment(through: &out) }
    if retransmitAt <= out.now { retransmissionTimeout(through: &out) }
    if state != .closed, probeAt <= out.now { probeWindow(through: &out) }
    if state != .closed, keepAliveAt <= out.now { keepAlive(through: &out) }
  }

  private mutating func retransmissionTimeout(through out: inout Outlet) {
    if hasGivenUp(at: out.now) { return die() }
    if retries == 0 { firstRetry = out.now }
    retries += 1
    recoveryEnd = outgoing.next
    duplicateAcknowledgments = 0
    retransmit(through: &out)
    // tcp_syn_linear_timeouts: the first four SYNs after the first do not back off.
    if state != .synSent || retries > 4 { timeout.backOff() }
    retransmitAt = out.expiry(of: timeout.current)
  }

  /// Whether the tries are used up: the connection ends without a packet.
  private func hasGivenUp(at now: Timestamp) -> Bool {
    if state == .synSent { return retries >= 10 }
    if state == .synReceived { return retries >= 6 }
    guard let firstRetry else { return false }
    if outgoing.window == 0, !isOrphan {
      // The peer has taken its window back: Linux goes on while it answers.
      return now.since(lastHeard) > RetransmissionTimeout.most * 2
        && now.since(firstRetry) > RetransmissionTimeout.most * 2
    }
    return now.since(firstRetry) >= RetransmissionTimeout.patience(tries: isOrphan ? 8 : 15)
  }

  /// A window probe (RFC 9293 section 3.8.6.1), for ever while the peer answers; an orphan gives up
  /// when the interval reaches its limit.
  private mutating func probeWindow(through out: inout Outlet) {
    if isOrphan, probeInterval >= RetransmissionTimeout.most { return die() }
    if probes >= (isOrphan ? 8 : 15) { return die() }
    probeAt = .distantFuture
    if sendIntoSmallWindow(through: &out) { return }
    sendProbe(through: &out)
    probes += 1
    probeBackoff = min(probeBackoff + 1, 15)
    probeAt = out.expiry(of: probeInterval)
  }

  var probeInterval: Interval {
    min(timeout.current * (1 << Int64(probeBackoff)), RetransmissionTimeout.most)
  }

  /// RFC 9293 section 3.8.4: nine probes without an answer, then RST.
  private mutating func keepAlive(through out: inout Outlet) {
    guard let interval = keepAliveInterval else { return keepAliveAt = .distantFuture }
    let idle = out.now.since(lastHeard)
    keepAliveAt = out.expiry(of: interval)
    if !outgoing.isAllSent || outgoing.inFlight > 0 { return }
    if idle < interval {
      keepAliveAt = out.expiry(of: interval + idle * -1)
    } else if probes >= 9 {
      sendReset(through: &out)
      die()
    } else {
      probes += 1
      sendProbe(through: &out)
    }
  }
}

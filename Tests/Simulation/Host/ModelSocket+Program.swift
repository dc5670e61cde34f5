import Dissection
import Tracking

/// The user calls of RFC 9293 section 3.10, as Linux's system calls make them.
extension ModelSocket {
  mutating func perform(_ call: ProgramCall, through out: inout Outlet) {
    if isOrphan { return }
    switch call {
    case .listen, .stopListening, .connect, .vanish:
      // The host's.
      return
    case .send(let octets):
      send(octets, through: &out)
    case .read:
      let isOpen = incoming.read()
      if isOpen, state == .established || state == .finWait1 || state == .finWait2 {
        sendAcknowledgment(through: &out)
      }
    case .stopReading:
      incoming.isReading = false
    case .shutdown:
      shutDown()
      if state != .closed { pushUnlessOpening(through: &out) }
    case .close:
      close(through: &out)
    case .abort:
      abort(through: &out)
    case .keepAlive(let interval):
      keepAliveInterval = interval
      keepAliveAt = out.expiry(of: interval)
    }
  }

  private mutating func send(_ octets: UInt32, through out: inout Outlet) {
    guard state == .established || state == .closeWait else { return }
    outgoing.write(octets)
    push(through: &out)
  }

  private mutating func pushUnlessOpening(through out: inout Outlet) {
    if state != .synSent, state != .synReceived { push(through: &out) }
  }

  /// shutdown(SHUT_WR): a dial that is not answered yet is given up.
  mutating func shutDown() {
    switch state {
    case .closed, .listen, .finWait1, .finWait2, .closing, .lastAck, .timeWait:
      return
    case .synSent:
      die()
    case .synReceived:
      isShutdownPending = true
    case .established:
      outgoing.writeFIN()
      state = .finWait1
    case .closeWait:
      outgoing.writeFIN()
      state = .lastAck
    }
  }

  private mutating func close(through out: inout Outlet) {
    isOrphan = true
    // RFC 2525 section 2.17: the peer is to know that data was lost.
    if incoming.unread > 0 {
      sendReset(through: &out)
      return die()
    }
    if state == .synReceived {
      outgoing.writeFIN()
      state = .finWait1
    } else {
      shutDown()
    }
    if state != .closed { push(through: &out) }
  }

  /// close() with SO_LINGER 0. Past the program's own FIN and the peer's, Linux says nothing unless
  /// something is still unsent (tcp.c tcp_disconnect).
  private mutating func abort(through out: inout Outlet) {
    isOrphan = true
    switch state {
    case .closed, .listen, .synSent, .timeWait:
      break
    case .synReceived, .established, .finWait1, .finWait2, .closeWait:
      sendReset(through: &out)
    case .closing, .lastAck:
      if incoming.unread > 0 || !outgoing.isAllSent { sendReset(through: &out) }
    }
    die()
  }
}

import Dissection
import TestSupport
import Tracking

/// Who takes a segment, a call or a timer: the socket, TIME_WAIT, the listener's request, the
/// listener, or nobody.
extension ModelHost {
  /// - Returns: whether it brought something new.
  mutating func take(_ segment: Segment) -> Bool {
    if socket != nil {
      socket?.receive(segment, through: &outlet)
      return socket?.tookNews ?? false
    }
    if timeWait != nil { return takeInTimeWait(segment) }
    if request != nil { return takeInRequest(segment) }
    return takeWithoutSocket(segment, initial: nil)
  }

  /// RFC 9293 sections 3.10.7.1 and 3.10.7.2.
  /// - Parameter initial: ISS where a TIME_WAIT chose it.
  private mutating func takeWithoutSocket(_ segment: Segment, initial: SequenceNumber?) -> Bool {
    guard isListening else {
      outlet.reset(answering: segment)
      return false
    }
    // First, RST: nothing to reset. Second, ACK: nothing to acknowledge. Third, SYN.
    if segment.flags.contains(.rst) { return false }
    if segment.flags.contains(.ack) {
      outlet.reset(answering: segment)
      return false
    }
    // Linux drops SYN with FIN.
    guard segment.flags.contains(.syn), !segment.flags.contains(.fin) else { return false }
    incarnation += 1
    request = ModelRequest(
      segment, initial: initial ?? initialSequenceNumber(), settings: settings, through: &outlet)
    return true
  }

  private mutating func takeInRequest(_ segment: Segment) -> Bool {
    switch request?.receive(segment, through: &outlet) ?? .nothing {
    case .nothing:
      return false
    case .refused:
      outlet.reset(answering: segment)
      return false
    case .ended:
      request = nil
      return false
    case .completed:
      guard let request else { return false }
      self.request = nil
      socket = ModelSocket(
        accepting: request, settings: settings, isReading: isReading,
        random: SplitMix64(seed: random.next()), at: outlet.now)
      socket?.receive(segment, through: &outlet)
      return socket?.tookNews ?? false
    }
  }

  private mutating func takeInTimeWait(_ segment: Segment) -> Bool {
    switch timeWait?.receive(segment, through: outlet) ?? .nothing {
    case .nothing:
      break
    case .acknowledge:
      timeWait?.sendAcknowledgment(through: &outlet)
    case .ended:
      timeWait = nil
    case .reset:
      outlet.reset(answering: segment)
      timeWait = nil
    case .open(let initial):
      guard isListening else {
        timeWait?.sendAcknowledgment(through: &outlet)
        return false
      }
      timeWait = nil
      return takeWithoutSocket(segment, initial: initial)
    }
    return timeWait?.tookNews ?? false
  }

  /// Linux's clock of initial sequence numbers: one step in 64 ns (RFC 6528).
  private mutating func initialSequenceNumber() -> SequenceNumber {
    if settings.hasRandomInitialNumbers {
      return SequenceNumber(UInt32(truncatingIfNeeded: random.next()))
    }
    let ticks = UInt32(truncatingIfNeeded: outlet.now.nanoseconds >> 6)
    return SequenceNumber(initialNumberBase &+ ticks)
  }

  mutating func carryOut(_ call: ProgramCall) {
    switch call {
    case .listen:
      isListening = true
    case .stopListening:
      isListening = false
      request = nil
    case .connect:
      connect()
    case .vanish:
      (socket, timeWait, request) = (nil, nil, nil)
    case .read, .stopReading:
      isReading = call == .read
      socket?.perform(call, through: &outlet)
    case .send, .shutdown, .close, .abort, .keepAlive:
      socket?.perform(call, through: &outlet)
    }
  }

  private mutating func connect() {
    guard socket == nil, request == nil else { return }
    var initial = initialSequenceNumber()
    var timestamps = TimestampMemory()
    if let timeWait {
      // Linux takes over a TIME_WAIT a second old whose timestamps tell old from new.
      guard settings.reusesTimeWait, timeWait.state == .timeWait,
        let stored = timeWait.timestamps.stored, outlet.now.since(stored) > .seconds(1)
      else { return }
      initial = timeWait.next + 65537
      timestamps = timeWait.timestamps
      self.timeWait = nil
    }
    incarnation += 1
    socket = ModelSocket(
      dialing: settings, initial: initial, isReading: isReading,
      random: SplitMix64(seed: random.next()), at: outlet.now)
    socket?.timestamps = timestamps
    socket?.timestamps.isOn = settings.hasTimestamps
    socket?.dial(through: &outlet)
  }

  mutating func fireTimers() {
    if socket != nil {
      socket?.fireTimers(through: &outlet)
    } else if let timeWait {
      if timeWait.nextTimer <= outlet.now { self.timeWait = nil }
    } else if let request, request.nextTimer <= outlet.now {
      if self.request?.fireTimer(through: &outlet) == false { self.request = nil }
    }
  }

  /// Lets a socket go that is CLOSED, and keeps of one in TIME_WAIT, or of an orphan in
  /// FIN_WAIT_2, the little that Linux keeps.
  mutating func tidy() {
    guard let state = socket?.state else { return }
    switch state {
    case .closed:
      socket = nil
    case .timeWait, .finWait2:
      guard let socket, state == .timeWait || socket.isOrphan else { return }
      timeWait = ModelTimeWait(socket, through: outlet)
      self.socket = nil
    case .listen, .synSent, .synReceived, .established, .finWait1, .closeWait, .closing, .lastAck:
      return
    }
  }
}

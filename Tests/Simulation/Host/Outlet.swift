import Dissection

/// The way out of a host: stamps what the host sends with the time of the event that made it send.
struct Outlet: Sendable {
  let local: SocketAddress
  let remote: SocketAddress
  /// Linux gives each pair of addresses a timestamp clock of its own, which runs on from one
  /// connection to the next (RFC 7323 section 7.1).
  var timestampOffset: UInt32
  /// The time of the event under way.
  var now = Timestamp(nanoseconds: 0)
  var segments: [Segment] = []
  let wheel: TimerWheel

  /// When a timer fires that is set now.
  func expiry(of wait: Interval) -> Timestamp { wheel.expiry(of: wait, from: now) }

  /// The timestamp clock, of 1 ms.
  var timestampValue: UInt32 {
    timestampOffset &+ UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000)
  }

  mutating func send(
    _ flags: TCPFlags, _ sequenceNumber: SequenceNumber, acknowledging: SequenceNumber,
    window: UInt16, payload: UInt32 = 0, options: TCPOptions = TCPOptions(),
    identification: UInt16 = 0
  ) {
    segments.append(
      Segment(
        frame: 0, time: now, source: local, destination: remote, sequenceNumber: sequenceNumber,
        acknowledgmentNumber: acknowledging, flags: flags, window: window, payloadLength: payload,
        options: options, ipIdentification: identification))
  }

  /// RST in answer to a segment that no connection takes, never to a RST (RFC 9293 section
  /// 3.10.7.1).
  mutating func reset(answering segment: Segment) {
    if segment.flags.contains(.rst) { return }
    if segment.flags.contains(.ack) {
      send(.rst, segment.acknowledgmentNumber, acknowledging: SequenceNumber(0), window: 0)
    } else {
      send([.rst, .ack], SequenceNumber(0), acknowledging: segment.sequenceEnd, window: 0)
    }
  }

  /// The timestamps option that answers the peer's latest.
  func options(_ memory: TimestampMemory) -> TCPOptions {
    var options = TCPOptions()
    if memory.isOn {
      options.hasTimestamps = true
      options.timestampValue = timestampValue
      options.timestampEcho = memory.recent
    }
    return options
  }

  /// Takes out what has gathered.
  mutating func drain() -> [Segment] {
    if segments.isEmpty { return [] }
    defer { segments = [] }
    return segments
  }
}

import ArgumentParser

/// What kind of traffic a capture holds.
enum Shape: String, CaseIterable, ExpressibleByArgument {
  case short, leaks, late, ipv6, vlan
  case long
  case synFlood = "syn-flood"
  case idle

  /// What a connection says: some shapes differ in what becomes of it, or in what carries it.
  enum Course {
    case short, long, synFlood, idle
  }

  var course: Course {
    switch self {
    case .short, .leaks, .late, .ipv6, .vlan: .short
    case .long: .long
    case .synFlood: .synFlood
    case .idle: .idle
    }
  }

  var defaultConnections: Int {
    switch course {
    case .short, .synFlood: 1_000_000
    case .long: 8
    case .idle: 200_000
    }
  }

  /// Connections begun in a second of capture time.
  var defaultRate: Double {
    switch course {
    // Half a million in the 60 s of a TIME_WAIT.
    case .short: 25_000 / 3
    case .long: 1_000
    case .synFlood: 50_000
    case .idle: 20_000
    }
  }

  /// The parts of the connections that leak, and that have late packets.
  var defaultLeaks: Double { self == .leaks ? 0.01 : 0 }
  var defaultLate: Double { self == .late ? 0.01 : 0 }

  /// Octets of payload in a message of the initiator and of the responder: smallest and largest.
  var messageLengths: (request: ClosedRange<Int>, response: ClosedRange<Int>) {
    switch course {
    case .short, .synFlood, .idle: (20...80, 40...160)
    case .long: (60...60, 1_448...1_448)
    }
  }

  /// One script for each class of connections; connection n belongs to class n mod their count.
  ///
  /// - Parameters:
  ///   - meanLifetime: nanoseconds from SYN to first FIN, of `short`.
  ///   - messages: full-size segments of `long`, keep-alive probes of `idle`.
  func scripts(meanLifetime: Int64, messages: Int) -> [[Step]] {
    switch course {
    case .short:
      // Tenths of the mean lifetime, and round trips: their mean is one lifetime.
      [(4, 1_000_000), (8, 5_000_000), (12, 10_000_000), (16, 20_000_000)].map {
        shortScript(lifetime: meanLifetime / 10 * $0, roundTrip: $1)
      }
    case .long: [longScript(messages: messages)]
    case .synFlood: [synFloodScript()]
    case .idle: [idleScript(probes: messages)]
    }
  }
}

private let millisecond: Int64 = 1_000_000

/// Request, answer, and a close in three or four segments; with what may follow.
private func shortScript(lifetime: Int64, roundTrip: Int64) -> [Step] {
  var script = ScriptWriter()
  let open = Progress()
  let said = Progress(messages: 1)
  let finished = Progress(messages: 1, fin: 1)
  script.handshake(roundTrip: roundTrip)
  let request = roundTrip + 100_000
  script.send(
    at: request, .initiator, [.psh, .ack], message: true, own: open, peer: open)
  script.send(at: request + 10_000, .responder, .ack, own: open, peer: said)
  script.send(
    at: request + millisecond, .responder, [.psh, .ack], message: true, own: open, peer: said)
  script.send(at: request + millisecond + roundTrip, .initiator, .ack, own: said, peer: said)

  let close = lifetime
  script.send(at: close, .closer, [.fin, .ack], own: said, peer: said)
  script.send(
    at: close + roundTrip, .other, [.fin, .ack], own: said, peer: finished,
    playedBy: .threePackets)
  script.send(
    at: close + roundTrip, .other, .ack, own: said, peer: finished, playedBy: .ackAlone)
  script.send(
    at: close + roundTrip + millisecond, .other, [.fin, .ack], own: said, peer: finished,
    playedBy: .secondFINAlone)
  let end = close + 2 * roundTrip + millisecond
  script.send(at: end, .closer, .ack, own: finished, peer: finished, playedBy: .closed)

  // The last ACK was lost behind the tap.
  script.send(
    at: end + 220 * millisecond, .other, [.fin, .ack], own: said, peer: finished,
    playedBy: .lateFIN)
  script.send(
    at: end + 220 * millisecond + roundTrip, .closer, .ack, own: finished, peer: finished,
    playedBy: .lateFIN)
  // The other side's message, by a detour of two seconds.
  let detour = end + 2_000 * millisecond
  script.duplicate(5, at: detour, sender: .other, playedBy: .lateData)
  script.send(
    at: detour + roundTrip, .closer, .ack, own: finished, peer: finished, playedBy: .lateData)
  script.send(
    at: detour + 2 * roundTrip, .other, .rst, own: finished, peer: finished, playedBy: .lateData)
  return script.steps
}

/// One request, then full-size segments at a gigabit a second, every second one acknowledged.
private func longScript(messages: Int) -> [Step] {
  var script = ScriptWriter()
  let roundTrip = millisecond
  let pace: Int64 = 12_304
  let asked = Progress(messages: 1)
  script.handshake(roundTrip: roundTrip)
  script.send(
    at: roundTrip + 50_000, .initiator, [.psh, .ack], message: true, own: Progress(),
    peer: Progress())
  let begin = roundTrip + 100_000
  let lag = Int(roundTrip / pace)
  var acknowledged = 0
  for sent in 0..<(messages + lag + 2) {
    let now = begin + Int64(sent) * pace
    if sent < messages {
      script.send(
        at: now, .responder, .ack, message: true, own: Progress(messages: UInt32(sent)),
        peer: asked)
    }
    let arrived = min(sent - lag, messages)
    if arrived >= acknowledged + 2 || (arrived == messages && acknowledged < messages) {
      acknowledged = arrived
      script.send(
        at: now + pace / 2, .initiator, .ack, own: asked,
        peer: Progress(messages: UInt32(arrived)))
    }
  }
  let all = Progress(messages: UInt32(messages))
  let allFinished = Progress(messages: UInt32(messages), fin: 1)
  let end = begin + Int64(messages + lag + 4) * pace
  script.send(at: end, .responder, [.fin, .ack], own: all, peer: asked)
  script.send(at: end + roundTrip, .initiator, [.fin, .ack], own: asked, peer: allFinished)
  script.send(
    at: end + roundTrip + 20_000, .responder, .ack, own: allFinished,
    peer: Progress(messages: 1, fin: 1))
  return script.steps
}

/// A SYN, the answer, and the answer once more after a second.
private func synFloodScript() -> [Step] {
  var script = ScriptWriter()
  let before = Progress(syn: 0)
  script.send(at: 0, .initiator, .syn, own: before, peer: before)
  script.send(at: 20_000, .responder, [.syn, .ack], own: before, peer: Progress())
  script.send(
    at: 1_000 * millisecond, .responder, [.syn, .ack], own: before, peer: Progress())
  return script.steps
}

/// A handshake, one exchange, then keep-alive probes a minute apart, answered.
private func idleScript(probes: Int) -> [Step] {
  var script = ScriptWriter()
  let roundTrip = 5 * millisecond
  let said = Progress(messages: 1)
  script.handshake(roundTrip: roundTrip)
  script.send(
    at: 2 * roundTrip, .initiator, [.psh, .ack], message: true, own: Progress(),
    peer: Progress())
  script.send(
    at: 2 * roundTrip + 100_000, .responder, [.psh, .ack], message: true, own: Progress(),
    peer: said)
  script.send(at: 3 * roundTrip + 100_000, .initiator, .ack, own: said, peer: said)
  for probe in 0..<probes {
    let at = Int64(probe + 1) * 60_000 * millisecond
    script.send(at: at, .responder, .ack, own: said, peer: said, back: 1)
    script.send(at: at + roundTrip, .initiator, .ack, own: said, peer: said)
  }
  return script.steps
}

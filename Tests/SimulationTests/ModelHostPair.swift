import Dissection
import Simulation
import TestSupport
import Tracking

/// Two model hosts and a wire that takes 10 ms each way and loses what a test says.
struct ModelHostPair {
  enum Side { case a, b }

  static let addressA: SocketAddress = "10.0.0.1:40000"
  static let addressB: SocketAddress = "10.0.0.2:80"

  private struct Transit {
    var arrival: Timestamp
    var destination: Side
    var segment: Segment
  }

  var a: ModelHost
  var b: ModelHost
  private(set) var now = Timestamp.at(1000)
  /// In the order of their sending, lost ones too.
  private(set) var sent: [Segment] = []
  private var transit: [Transit] = []
  /// Whether the wire loses a segment.
  var isLost: (Segment) -> Bool = { _ in false }

  init(
    _ settings: ModelHost.Settings = ModelHost.Settings(),
    b settingsB: ModelHost.Settings? = nil, seed: UInt64 = 1
  ) {
    a = ModelHost(local: Self.addressA, remote: Self.addressB, settings: settings, seed: seed)
    b = ModelHost(
      local: Self.addressB, remote: Self.addressA, settings: settingsB ?? settings, seed: ~seed)
  }

  /// Both ends after a handshake of A's.
  static func established(
    _ settings: ModelHost.Settings = ModelHost.Settings(), seed: UInt64 = 1
  ) -> ModelHostPair {
    var pair = ModelHostPair(settings, seed: seed)
    pair.call(.b, .listen)
    pair.call(.a, .connect)
    pair.run(.milliseconds(100))
    return pair
  }

  /// The names of both states, A's first.
  var states: [TCPState] { [a.state, b.state] }

  mutating func call(_ side: Side, _ calls: ProgramCall...) {
    for call in calls {
      switch side {
      case .a: put(a.perform(call, at: now))
      case .b: put(b.perform(call, at: now))
      }
    }
  }

  /// A segment that comes from nowhere, at once; what answers it goes to the other side.
  @discardableResult
  mutating func deliver(_ segment: Segment, to side: Side) -> Reception {
    let reception =
      switch side {
      case .a: a.receive(segment, at: now)
      case .b: b.receive(segment, at: now)
      }
    put(reception.sent)
    return reception
  }

  private mutating func put(_ segments: [Segment]) {
    for segment in segments {
      sent.append(segment)
      if isLost(segment) { continue }
      transit.append(
        Transit(
          arrival: now.advanced(by: .milliseconds(10)),
          destination: segment.destination == Self.addressA ? .a : .b, segment: segment))
    }
  }

  /// Lets time pass: segments arrive and timers fire in their order.
  mutating func run(_ interval: Interval) { run(until: now.advanced(by: interval)) }

  mutating func run(until end: Timestamp) {
    while let next = nextEvent, next <= end {
      now = next
      if let first = transit.first, first.arrival <= now {
        transit.removeFirst()
        deliver(first.segment, to: first.destination)
      } else if let timer = a.nextTimer, timer <= now {
        put(a.fireTimers(at: now))
      } else {
        put(b.fireTimers(at: now))
      }
    }
    now = end
  }

  private var nextEvent: Timestamp? {
    [transit.first?.arrival, a.nextTimer, b.nextTimer].compactMap(\.self).min()
  }

  /// Forgets what was sent so far.
  mutating func clearLog() { sent = [] }

  /// What was sent, as a script tells it: `A>FA` is a FIN|ACK from A; octets follow the flags.
  var log: [String] { sent.map(Self.describe) }

  static func describe(_ segment: Segment) -> String {
    let letters: [(TCPFlags, String)] = [(.syn, "S"), (.fin, "F"), (.rst, "R"), (.ack, "A")]
    let flags = letters.filter { segment.flags.contains($0.0) }.map(\.1).joined()
    let side = segment.source == addressA ? "A" : "B"
    return "\(side)>\(flags)" + (segment.payloadLength > 0 ? " \(segment.payloadLength)" : "")
  }
}

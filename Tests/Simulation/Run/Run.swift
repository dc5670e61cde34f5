import Dissection
import Tracking

/// A scenario as it came about: what the hosts went through, what became of every packet, and what
/// was captured.
public struct Run: Sendable {
  /// A segment that a host sent, once.
  public struct Packet: Sendable {
    public var sender: Side
    /// The how-manieth of its sender, from 1.
    public var number: Int
    public var sentAt: Timestamp
    public var segment: Segment
  }

  /// A packet passing the tap; one that the network doubled passes twice.
  public struct Crossing: Sendable {
    public var packet: Int
    public var passesAt: Timestamp
    /// It was doubled before the tap.
    public var isDouble = false
    /// The first time it is in the capture.
    public var frame: Int?
    /// When that frame was written to the file.
    public var recordedAt = Timestamp.distantFuture
  }

  /// A packet on its way to its receiver.
  public struct Delivery: Sendable {
    public var crossing: Int
    public var receiver: Side
    /// Nil when it was lost behind the tap.
    public var arrivesAt: Timestamp?
    /// It was doubled behind the tap.
    public var isExtra = false
    /// Nil until it arrives.
    public var reception: Reception?
  }

  /// A frame of the capture, in the order of the file.
  public struct Record: Sendable {
    public var crossing: Int
    public var recordedAt: Timestamp
    public var segment: Segment
    public var isCopy: Bool
  }

  public let scenario: Scenario
  public private(set) var timelines = Sides(both: Timeline())
  public private(set) var packets: [Packet] = []
  public internal(set) var crossings: [Crossing] = []
  public private(set) var deliveries: [Delivery] = []
  public internal(set) var capture: [Record] = []
  /// The hosts answer each other without end; the run was cut short.
  public private(set) var isStorm = false

  private var hosts: Sides<ModelHost>
  private var sent = Sides(both: 0)
  private var queue = EventQueue<Event>()
  private let fates: [Fate]

  private enum Event {
    case call(Side, ProgramCall)
    case arrival(Int)
  }

  /// More than any sensible scenario has.
  private static let mostPackets = 1500

  /// How long after the last comparison the hosts go on: what a timer does next must be known.
  static let afterglow = Interval.milliseconds(5300)

  public init(_ scenario: Scenario) {
    self.scenario = scenario
    fates = scenario.fates
    func host(_ side: Side) -> ModelHost {
      ModelHost(
        local: Scenario.addresses[side], remote: Scenario.addresses[side.other],
        settings: scenario.settings[side],
        seed: scenario.seed &* 2 &+ (side == .x ? 0 : 1))
    }
    hosts = Sides(x: host(.x), y: host(.y))
    for call in scenario.calls { queue.insert(.call(call.side, call.call), at: call.time) }
    play(until: scenario.end.advanced(by: Self.afterglow))
    record()
  }

  // MARK: What happens

  private mutating func play(until end: Timestamp) {
    while packets.count < Self.mostPackets {
      let timers = hosts.map { $0.nextTimer ?? .distantFuture }
      let timer = min(timers.x, timers.y)
      let next = min(timer, queue.nextTime ?? .distantFuture)
      if next > end || next == .distantFuture { return }
      if timer <= next {
        let side: Side = timers.x == timer ? .x : .y
        let segments = hosts[side].fireTimers(at: timer)
        settle(side, .timer, segments, at: timer)
      } else if let (time, event) = queue.popNext() {
        happen(event, at: time)
      }
    }
    isStorm = true
  }

  private mutating func happen(_ event: Event, at time: Timestamp) {
    switch event {
    case .call(let side, let call):
      let segments = hosts[side].perform(call, at: time)
      settle(side, .call(call), segments, at: time)
    case .arrival(let index):
      let side = deliveries[index].receiver
      var segment = packets[crossings[deliveries[index].crossing].packet].segment
      segment.time = time
      let reception = hosts[side].receive(segment, at: time)
      deliveries[index].reception = reception
      settle(side, .packet, reception.sent, at: time)
    }
  }

  private mutating func settle(
    _ side: Side, _ cause: Timeline.Cause, _ segments: [Segment], at time: Timestamp
  ) {
    timelines[side].note(
      Timeline.Moment(
        time: time, state: hosts[side].state, isFINHeldBack: hosts[side].isFINHeldBack,
        isOrphan: hosts[side].isOrphan, incarnation: hosts[side].incarnation, cause: cause,
        isHeard: !segments.isEmpty),
      nextTimer: hosts[side].nextTimer)
    for segment in segments { send(segment, side, at: time) }
  }

  // MARK: The path

  private mutating func send(_ segment: Segment, _ side: Side, at time: Timestamp) {
    sent[side] += 1
    let number = sent[side]
    packets.append(Packet(sender: side, number: number, sentAt: time, segment: segment))
    var passesAt = time.advanced(by: scenario.path.legs[side].toTap)
    var isLost = false
    var doubles: [Interval] = []
    var behind: [Fate.Event] = []
    for fate in fates where fate.packet == number && fate.sender == side {
      switch fate.event {
      case .lost(.beforeTap): isLost = true
      case .delayed(.beforeTap, let delay): passesAt = passesAt.advanced(by: delay)
      case .duplicated(.beforeTap, let delay): doubles.append(delay)
      case .lost(.behindTap), .delayed(.behindTap, _), .duplicated(.behindTap, _):
        behind.append(fate.event)
      case .missed, .copied, .recordedLate: break
      }
    }
    let packet = packets.count - 1
    if !isLost { cross(packet, to: side.other, at: passesAt, behind) }
    for delay in doubles {
      cross(packet, to: side.other, at: passesAt.advanced(by: delay), [])
      crossings[crossings.count - 1].isDouble = true
    }
  }

  /// - Parameter fates: what befalls it behind the tap.
  private mutating func cross(
    _ packet: Int, to receiver: Side, at passesAt: Timestamp, _ fates: [Fate.Event]
  ) {
    crossings.append(Crossing(packet: packet, passesAt: passesAt))
    var arrivesAt = passesAt.advanced(by: scenario.path.legs[receiver].fromTap)
    var isLost = false
    var doubles: [Interval] = []
    for fate in fates {
      switch fate {
      case .lost: isLost = true
      case .delayed(_, let delay): arrivesAt = arrivesAt.advanced(by: delay)
      case .duplicated(_, let delay): doubles.append(delay)
      case .missed, .copied, .recordedLate: break
      }
    }
    deliver(
      Delivery(
        crossing: crossings.count - 1, receiver: receiver, arrivesAt: isLost ? nil : arrivesAt))
    for delay in doubles {
      deliver(
        Delivery(
          crossing: crossings.count - 1, receiver: receiver,
          arrivesAt: arrivesAt.advanced(by: delay), isExtra: true))
    }
  }

  private mutating func deliver(_ delivery: Delivery) {
    deliveries.append(delivery)
    guard let time = delivery.arrivesAt else { return }
    queue.insert(.arrival(deliveries.count - 1), at: time)
  }
}

extension Run {
  /// What a capture misses can put an end into two incarnations.
  var isCaptureWhole: Bool {
    let window = scenario.window
    return window.start == nil && window.onlySender == nil
      && !scenario.fates.contains { $0.event == .missed }
  }

  /// Whether a FIN has passed the tap towards a host more than once.
  func hasRepeatedFIN(to side: Side, by instant: Timestamp) -> Bool {
    let ends = crossings.filter { $0.passesAt <= instant }.map { packets[$0.packet] }
      .filter { $0.sender != side && $0.segment.flags.contains(.fin) }
      .map(\.segment.sequenceEnd.value)
    return Set(ends).count < ends.count
  }

  /// A packet that a host took in TIME_WAIT, where it stayed, between two instants.
  func restart(of side: Side, from start: Timestamp, to end: Timestamp) -> Delivery? {
    deliveries.first { delivery in
      guard delivery.receiver == side, let time = delivery.arrivesAt,
        let reception = delivery.reception
      else { return false }
      return reception.before == .timeWait && reception.after == .timeWait && time >= start
        && time <= end
    }
  }
}

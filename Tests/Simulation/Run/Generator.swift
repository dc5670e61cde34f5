import Dissection
import TestSupport
import Tracking

extension Scenario {
  /// The scenario that a seed stands for.
  public static func random(seed: UInt64) -> Scenario {
    var generator = Generator(seed: seed)
    generator.drawNetwork()
    generator.drawPrograms()
    generator.drawFates()
    generator.drawCapture()
    return generator.scenario
  }
}

/// Draws a scenario: most of them short and nearly undisturbed, a few of everything.
struct Generator {
  var scenario: Scenario
  /// When the next program acts.
  var clock = Timestamp.at(0)
  private var random: SplitMix64

  init(seed: UInt64) {
    scenario = Scenario(seed: seed)
    random = SplitMix64(seed: seed)
  }

  // MARK: Drawing

  mutating func percent(_ share: Int) -> Bool { Int.random(in: 0..<100, using: &random) < share }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  mutating func side() -> Side { percent(50) ? .x : .y }

  /// One of the elements, each as likely as its weight.
  mutating func draw<Element>(_ weighted: [(weight: Int, element: Element)]) -> Element {
    var left = number(0...(weighted.reduce(0) { $0 + $1.weight } - 1))
    for (weight, element) in weighted {
      if left < weight { return element }
      left -= weight
    }
    preconditionFailure("weights add up to their sum")
  }

  /// Between two lengths, each order of magnitude as likely as the others.
  mutating func interval(_ least: Interval, _ most: Interval) -> Interval {
    var top = most.nanoseconds
    while top > least.nanoseconds * 4, percent(60) { top /= 4 }
    let drawn = Int64.random(in: least.nanoseconds...max(top, least.nanoseconds), using: &random)
    // To the microsecond: no capture needs more, and scripts read better.
    return Interval(nanoseconds: drawn / 1000 * 1000)
  }

  // MARK: Network

  var roundTrip: Interval {
    Side.allCases.reduce(.zero) {
      $0 + scenario.path.legs[$1].toTap + scenario.path.legs[$1].fromTap
    }
  }

  mutating func drawNetwork() {
    let there = interval(.milliseconds(0) + Interval(nanoseconds: 50_000), .milliseconds(150))
    let back = percent(75) ? there : interval(Interval(nanoseconds: 50_000), .milliseconds(150))
    // In thousandths of the way from X to Y.
    let place = Int64(draw([(37, 0), (37, 1000), (26, number(1...999))]))
    func part(_ whole: Interval, _ share: Int64) -> Interval {
      Interval(nanoseconds: whole.nanoseconds * share / 1_000_000 * 1000)
    }
    scenario.path.legs = Sides(
      x: Path.Leg(toTap: part(there, place), fromTap: part(back, place)),
      y: Path.Leg(toTap: part(back, 1000 - place), fromTap: part(there, 1000 - place)))
    let timestamps = draw([
      (60, (true, true)), (30, (false, false)), (5, (true, false)), (5, (false, true)),
    ])
    scenario.settings.x.hasTimestamps = timestamps.0
    scenario.settings.y.hasTimestamps = timestamps.1
    for side in Side.allCases {
      scenario.settings[side].reusesTimeWait = percent(30)
      scenario.settings[side].numbersPackets = percent(80)
      scenario.settings[side].hasRandomInitialNumbers = percent(25)
      if percent(20) { scenario.settings[side].receiveBuffer = UInt32(number(3000...20_000)) }
    }
  }

  // MARK: Fates

  mutating func drawFates() {
    let count = draw([(25, 0), (25, 1), (20, 2), (20, number(3...5)), (10, number(6...10))])
    for _ in 0..<count {
      let sender = side()
      scenario.fates.append(Fate(sender, drawPacket(), drawEvent(from: sender)))
    }
    if percent(6) { drawBlackout() }
  }

  private mutating func drawPacket() -> Int { number(1...draw([(50, 6), (35, 12), (15, 30)])) }

  private mutating func drawDelay() -> Interval {
    percent(75)
      ? interval(Interval(nanoseconds: 10_000), .seconds(2))
      : interval(.seconds(1), .seconds(150))
  }

  private mutating func drawEvent(from sender: Side) -> Fate.Event {
    let stretch = drawStretch(from: sender)
    let isOwnTap = scenario.path.isTap(at: sender.other)
    // Behind a host's own tap there is only its firewall.
    let network: Fate.Stretch = isOwnTap ? .beforeTap : stretch
    return draw([
      (40, .lost(stretch)), (30, .delayed(network, drawDelay())),
      (30, .duplicated(network, drawDelay())),
    ])
  }

  /// Before a sender's own tap nothing happens.
  private mutating func drawStretch(from sender: Side) -> Fate.Stretch {
    scenario.path.isTap(at: sender) || percent(50) ? .behindTap : .beforeTap
  }

  /// From some packet on nothing gets through one way.
  private mutating func drawBlackout() {
    let sender = side()
    let first = drawPacket()
    let length = draw([(50, number(2...6)), (50, 40)])
    let stretch = drawStretch(from: sender)
    for packet in first..<(first + length) {
      scenario.fates.append(Fate(sender, packet, .lost(stretch)))
    }
  }

  // MARK: Capture

  mutating func drawCapture() {
    drawEnd()
    guard percent(30) else { return }
    enum Fault { case missed, copied, allCopied, recordedLate, lateStart, earlyEnd, oneSided }
    let fault: Fault = draw([
      (25, .missed), (10, .copied), (15, .allCopied), (15, .recordedLate), (15, .lateStart),
      (10, .earlyEnd), (10, .oneSided),
    ])
    switch fault {
    case .missed: drawFaults { _ in .missed }
    case .copied:
      drawFaults { .copied($0.interval(Interval(nanoseconds: 1000), .milliseconds(4))) }
    case .allCopied:
      let delay = interval(Interval(nanoseconds: 1000), .milliseconds(1))
      for packet in 1...30 {
        for side in Side.allCases { scenario.fates.append(Fate(side, packet, .copied(delay))) }
      }
    case .recordedLate:
      // A dial stands before its answer: captures are out of order by less than a round trip.
      drawFaults { .recordedLate($0.interval(Interval(nanoseconds: 1000), .milliseconds(2))) }
      scenario.fates.removeAll { fate in
        if case .recordedLate = fate.event { return fate.packet == 1 }
        return false
      }
    case .lateStart: scenario.window.start = drawInstant()
    case .earlyEnd: scenario.window.end = drawInstant()
    case .oneSided: scenario.window.onlySender = side()
    }
  }

  private mutating func drawFaults(_ event: (inout Generator) -> Fate.Event) {
    for _ in 0..<number(1...3) {
      scenario.fates.append(Fate(side(), drawPacket(), event(&self)))
    }
  }

  /// Shortly after something that a program did.
  private mutating func drawInstant() -> Timestamp {
    let call = scenario.calls[number(0...(scenario.calls.count - 1))]
    return call.time.advanced(by: interval(Interval(nanoseconds: 1000), .milliseconds(500)))
  }

  private mutating func drawEnd() {
    let last = scenario.calls.map(\.time).max() ?? clock
    let rest = draw([(30, 1), (30, 10), (25, number(60...75)), (10, 140), (5, 300)])
    scenario.end = last.advanced(by: .seconds(Int64(rest)))
  }
}

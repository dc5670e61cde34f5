import Dissection
import Simulation
import TestSupport
import Testing

@testable import Tracking

/// A connection that goes by the book is followed by a short way; nothing else may come of it.
@Suite struct OrderlyConnectionTests {
  /// How many connections were still orderly when their handshake was over.
  private struct Share {
    var orderly = 0
    var all = 0
  }

  private static var inFull: TrackerOptions {
    var options = TrackerOptions()
    options.followsOrderly = false
    return options
  }

  private static func tracker(_ run: Run, followsOrderly: Bool) -> Tracker {
    var options = TrackerOptions(profile: run.scenario.settings.x.profile)
    options.followsOrderly = followsOrderly
    return Tracker(options: options)
  }

  @Test func `after every segment the evidence is what it would have been in full`() throws {
    var share = Share()
    for seed in 0..<3000 as Range<UInt64> {
      let run = Run(Scenario.random(seed: seed))
      var orderly = Self.tracker(run, followsOrderly: true)
      var full = Self.tracker(run, followsOrderly: false)
      var finals: (orderly: [ConnectionReport], full: [ConnectionReport]) = ([], [])
      for segment in run.capture.map(\.segment) {
        let receipt = orderly.receive(segment) { finals.orderly.append($0) }
        #expect(receipt == full.receive(segment) { finals.full.append($0) })
        let isSame = orderly.agrees(with: full, on: receipt.connection)
        #expect(isSame, "seed \(seed), frame \(segment.frame)")
        #expect(finals.orderly == finals.full, "seed \(seed), frame \(segment.frame)")
        let hasOpened = segment.flags.intersection([.syn, .fin, .rst, .ack]) == .ack
        guard hasOpened, receipt.sender == .initiator else { continue }
        share.all += 1
        if orderly.isOrderly(receipt.connection) { share.orderly += 1 }
      }
      compareEnds(&orderly, &full, run, seed)
    }
    #expect(share.all > 5000)
    #expect(share.orderly * 5 > share.all, "\(share.orderly) of \(share.all)")
  }

  @Test func `by the batch, segments bring about what they do one by one`() {
    for seed in 0..<3000 as Range<UInt64> {
      let run = Run(Scenario.random(seed: seed))
      var single = Self.tracker(run, followsOrderly: true)
      var batched = Self.tracker(run, followsOrderly: true)
      var labeller = batched.makeLabeller()
      var finals: (single: [ConnectionReport], batched: [ConnectionReport]) = ([], [])
      let segments = run.capture.map(\.segment)
      for segment in segments { single.receive(segment) { finals.single.append($0) } }
      // Shorter and longer than what is fetched ahead.
      let size = Int(seed % 40) + 1
      for start in stride(from: 0, to: segments.count, by: size) {
        let batch = Array(segments[start..<min(start + size, segments.count)])
        batched.receive(batch, &labeller) { report, _ in finals.batched.append(report) }
      }
      #expect(finals.batched == finals.single, "seed \(seed)")
      compareEnds(&batched, &single, run, seed)
    }
  }

  @Test func `what is told of each form is what would have been told of it in full`() {
    var told: [Place.Form: Int] = [:]
    for seed in 0..<300 as Range<UInt64> {
      let run = Run(Scenario.random(seed: seed))
      var tracker = Self.tracker(run, followsOrderly: true)
      for segment in run.capture.map(\.segment) {
        tracker.receive(segment) { _ in }
        for place in tracker.table.places() where place.form != .full {
          told[place.form, default: 0] += 1
          let isSame = tracker.tellsTheSame(of: place)
          #expect(isSame, "seed \(seed), frame \(segment.frame)")
        }
      }
    }
    #expect(told[.opening] ?? 0 > 300)
    #expect(told[.orderly] ?? 0 > 600)
    #expect(told[.settled] ?? 0 > 10)
  }

  @Test(arguments: 1...8, 0...8)
  func `what is told of a dial is what would have been told of it in full`(
    dials: Int, answers: Int
  ) {
    for (step, echo) in [(1.0, 0), (1.03, 7), (0.2, 0), (3, 7)] as [(Double, UInt32)] {
      var tracker = Tracker()
      var (time, frame) = (0.0, 0)
      func pass(_ flags: String, _ count: Int) {
        for round in 0..<count {
          frame += 1
          let isDial = flags == "S"
          let ends: (SocketAddress, SocketAddress) = ("10.0.0.9:5000", "10.0.0.5:80")
          tracker.receive(
            .make(
              frame: frame, at: time, from: isDial ? ends.0 : ends.1, to: isDial ? ends.1 : ends.0,
              flags, seq: isDial ? 0 : 900, ack: isDial ? 0 : 1,
              ts: echo == 0 ? nil : (UInt32(frame), isDial ? 0 : echo))
          ) { _ in }
          for place in tracker.table.places() {
            let isSame = place.form == .opening && tracker.tellsTheSame(of: place)
            #expect(isSame, "\(step) s, frame \(frame)")
          }
          time += round < count - 1 ? step * Double(1 << round) : 0.01
        }
      }
      pass("S", dials)
      pass("SA", answers)
      #expect(tracker.table.count == 1)
    }
  }

  @Test(arguments: [false, true])
  func `keep-alives between ends with timestamps leave a connection orderly`(hasStamps: Bool) {
    var orderly = Tracker()
    var full = Tracker(options: Self.inFull)
    let (x, y): (SocketAddress, SocketAddress) = ("10.0.0.9:5000", "10.0.0.5:80")
    var frame = 0
    var echo: UInt32 = 0
    func pass(
      _ flags: String, _ time: Double, from x: SocketAddress, to y: SocketAddress,
      seq: UInt32, ack: UInt32, len: UInt32 = 0
    ) {
      frame += 1
      let value = UInt32(time * 1000) + 1
      let segment = Segment.make(
        frame: frame, at: time, from: x, to: y, flags, seq: seq, ack: ack, len: len,
        ts: hasStamps ? (value, echo) : nil)
      echo = value
      let receipt = orderly.receive(segment) { _ in }
      #expect(full.receive(segment) { _ in } == receipt)
      let isSame = orderly.agrees(with: full, on: receipt.connection)
      #expect(isSame, "frame \(frame)")
    }
    pass("S", 0, from: x, to: y, seq: 99, ack: 0)
    pass("SA", 0.01, from: y, to: x, seq: 899, ack: 100)
    pass("A", 0.02, from: x, to: y, seq: 100, ack: 900)
    pass("PA", 0.03, from: x, to: y, seq: 100, ack: 900, len: 10)
    pass("PA", 0.04, from: y, to: x, seq: 900, ack: 110, len: 10)
    pass("A", 0.05, from: x, to: y, seq: 110, ack: 910)
    for probe in 1...3 {
      pass("A", Double(probe) * 60, from: x, to: y, seq: 109, ack: 910)
      pass("A", Double(probe) * 60 + 0.01, from: y, to: x, seq: 910, ack: 110)
    }
    let isOrderly = orderly.isOrderly(1)
    #expect(isOrderly == hasStamps)
    pass("FA", 200, from: x, to: y, seq: 110, ack: 910)
    pass("FA", 200.01, from: y, to: x, seq: 910, ack: 111)
    pass("A", 200.02, from: x, to: y, seq: 111, ack: 911)
  }

  @Test func `each form is as small as it is said to be`() {
    #expect(MemoryLayout<OpeningConnection>.stride <= 144)
    #expect(MemoryLayout<OrderlyConnection>.stride <= 208)
    #expect(MemoryLayout<SettledConnection>.stride <= 128)
  }

  private func compareEnds(
    _ orderly: inout Tracker, _ full: inout Tracker, _ run: Run, _ seed: UInt64
  ) {
    guard let last = run.capture.last?.segment.time else { return }
    for wait in [0, 1, 61, 70, 200] as [Int64] {
      let instant = last.advanced(by: .seconds(wait))
      var reports: (orderly: [ConnectionReport], full: [ConnectionReport]) = ([], [])
      orderly.forEachConnection(at: instant) { reports.orderly.append($0) }
      full.forEachConnection(at: instant) { reports.full.append($0) }
      #expect(reports.orderly == reports.full, "seed \(seed), \(wait) s after its end")
    }
    #expect(orderly.tap == full.tap)
  }
}

/// All that a tracker holds of a connection.
private struct Evidence: Equatable {
  var connection: Connection
  var late: [LateSegment]
}

extension ConnectionTable {
  fileprivate func places() -> [Place] {
    var places: [Place] = []
    forEachPlace { place, _ in places.append(place) }
    return places
  }
}

extension Tracker {
  fileprivate mutating func receive(
    _ segments: [Segment], _ labeller: inout SegmentLabeller,
    onFinal: (ConnectionReport, Timestamp) -> Void
  ) {
    var labels: [SegmentLabel] = []
    labels.append(addingCapacity: segments.count) { labeller.label(segments.span, into: &$0) }
    receive(segments.span, labels.span, onFinal: onFinal)
  }

  fileprivate func isOrderly(_ number: Int) -> Bool {
    table.places().contains { table.number(at: $0) == number && $0.form != .full }
  }

  /// Whether nothing is said of it at any instant but what would be if it were held in full: just
  /// before, at and after every time that a timer may count from, by the length of each.
  fileprivate func tellsTheSame(of place: Place) -> Bool {
    let full = inFull(place)
    let marks =
      [full.firstMark.time, lastTime(place)]
      + Role.allCases.flatMap { role in
        let end = full.ends[role]
        return [
          end.opening.last.time, end.opening.due, end.opening.earliestDue, end.opening.overdue,
          end.handshakePassed.time, end.ackMark.time, end.firstUnconfirmed, end.lastPayload,
          end.lastSent.time,
        ]
      }
    let timers = [0, 1000, 5200, 33_000, 60_000, 65_000, 65_200, 102_200, 204_400] as [Int64]
    for mark in Set(marks) where mark > .distantPast {
      for timer in timers {
        for slip in -1...1 as ClosedRange<Int64> {
          let instant = mark.advanced(by: .milliseconds(timer) + Interval(nanoseconds: slip))
          if report(place, at: instant) != report(small: full, at: instant) { return false }
        }
      }
    }
    return true
  }

  fileprivate func agrees(with other: borrowing Tracker, on number: Int) -> Bool {
    guard let place = table.places().first(where: { table.number(at: $0) == number }) else {
      return other.evidence(of: number) == nil
    }
    let (own, others) = (evidence(of: number), other.evidence(of: number))
    let settles = place.form == .settled || others?.connection.isClosed == true
    let form = settles ? Place.Form.settled : .orderly
    return own?.asked(of: form) == others?.asked(of: form)
  }

  private func evidence(of number: Int) -> Evidence? {
    guard let place = table.places().first(where: { table.number(at: $0) == number }) else {
      return nil
    }
    let connection = inFull(place)
    if place.form == .full { return Evidence(connection: connection, late: late[place.slot] ?? []) }
    let fin = connection.unansweredFIN(options.profile)
    return Evidence(connection: connection, late: fin.map { [$0] } ?? [])
  }
}

extension Evidence {
  /// Without what nothing asks for where a connection is held in a form.
  fileprivate func asked(of form: Place.Form) -> Evidence {
    var asked = self
    // Places in memory and the turns of the wheel may differ.
    asked.connection.older = ConnectionTable.noSlot
    asked.connection.due = 0
    let shown = asked.connection.ends.responder.established
    asked.connection.ends.responder.established = Mark(
      frame: shown.frame, time: .distantPast)
    if form != .settled { return asked }
    for role in Role.allCases {
      asked.connection.ends[role].opening = Transmissions()
      asked.connection.ends[role].handshakePassed = .none
      asked.connection.ends[role].established = .none
      if asked.connection.ends[role].dataConfirmed {
        asked.connection.ends[role].dataConfirmFrom = nil
      }
      asked.connection.ends[role].lastPayload = .distantPast
      asked.connection.ends[role].firstUnconfirmed = .distantPast
      let fin = asked.connection.ends[role].fin.first
      asked.connection.ends[role].fin.transmissions = Transmissions()
      guard role == connection.closer else { continue }
      asked.connection.ends[role].fin.passed = Mark(frame: fin.frame, time: .distantPast)
    }
    return asked
  }
}

extension Connection {
  /// Both its FINs were acknowledged in order: it may have been settled.
  fileprivate var isClosed: Bool {
    Role.allCases.allSatisfy { ends[$0].fin.acked.isSet }
  }

  fileprivate var closer: Role {
    ends.initiator.fin.firstFrame < ends.responder.fin.firstFrame ? .initiator : .responder
  }
}

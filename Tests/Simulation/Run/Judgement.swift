import Dissection
import TestSupport
import Tracking

/// A run's capture fed to a tracker, and what it says held against the truth.
public struct Judgement: ~Copyable {
  /// Falsifies what is said, to show that it would be noticed.
  public typealias Distortion = @Sendable (Saying) -> Saying

  let run: Run
  let distortion: Distortion?
  var tracker: Tracker
  /// Frames fed so far.
  private(set) var fed = 0
  var retired: [ConnectionReport] = []
  var premises: Sides<Premises>
  /// Where in the hosts' timelines the comparison stands.
  var moments = Sides(both: 0)
  var timeWaits = Sides(both: TimeWaitSayings())
  var excuses = Excuses()
  public private(set) var broken: [BrokenInvariant] = []
  public internal(set) var coverage = Coverage()

  /// What holds at one instant.
  struct Snapshot {
    let instant: Timestamp
    /// In order of their numbers, those that have left memory included.
    let reports: [ConnectionReport]
  }

  public init(_ run: Run, distortion: Distortion? = nil) {
    self.run = run
    self.distortion = distortion
    tracker = Tracker(options: Self.options(run.scenario))
    premises = Sides(x: Premises(run, of: .x), y: Premises(run, of: .y))
    coverage.note(run)
    judge()
  }

  static func options(_ scenario: Scenario) -> TrackerOptions {
    TrackerOptions(profile: scenario.settings.x.profile)
  }

  mutating func complain(
    _ invariant: Invariant, at instant: Timestamp, _ signature: String, _ detail: String
  ) {
    let isKnown = broken.contains { $0.invariant == invariant && $0.signature == signature }
    if isKnown { return }
    broken.append(
      BrokenInvariant(
        invariant: invariant, instant: instant, signature: signature, detail: detail))
  }

  // MARK: Through time

  private mutating func judge() {
    let fixed = instants()
    let cut = fixed.isEmpty ? nil : fixed[Int(run.scenario.seed % UInt64(fixed.count))]
    for (index, instant) in fixed.enumerated() {
      let untils = look(at: instant, isCut: instant == cut)
      let next = index + 1 < fixed.count ? fixed[index + 1] : run.scenario.end
      for between in silence(from: instant, to: next, untils) { look(at: between, isCut: false) }
    }
    judgeLateness()
  }

  /// Just before and at everything that passes the tap or changes a host.
  private func instants() -> [Timestamp] {
    var times = run.capture.map(\.recordedAt)
    for side in Side.allCases { times += run.timelines[side].moments.dropFirst().map(\.time) }
    times.sort()
    var instants: [Timestamp] = []
    for time in times where time <= run.scenario.end {
      guard time > instants.last ?? .distantPast else { continue }
      let before = time.advanced(by: Interval(nanoseconds: -1))
      // What time alone does takes longer than this.
      if let last = instants.last, time.since(last) > .milliseconds(50) { instants.append(before) }
      instants.append(time)
    }
    if let last = instants.last, last < run.scenario.end { instants.append(run.scenario.end) }
    return instants
  }

  private static let pauses: [Interval] = [
    .milliseconds(250), .seconds(1), .seconds(4), .seconds(15), .seconds(40), .seconds(61),
    .seconds(66), .seconds(101), .seconds(104), .seconds(150), .seconds(206),
  ]

  /// Instants of a silent stretch at which a timer may have been told.
  private func silence(
    from start: Timestamp, to end: Timestamp, _ untils: [Timestamp]
  ) -> [Timestamp] {
    guard end.since(start) > .milliseconds(250) else { return [] }
    var instants = Self.pauses.map { start.advanced(by: $0) }
    for until in untils {
      let over = until.advanced(by: .milliseconds(5200))
      instants += [until.advanced(by: Interval(nanoseconds: -1)), until, over]
    }
    return instants.filter { $0 > start && $0 < end }.sorted()
  }

  /// - Returns: when the timers that are said to run end.
  @discardableResult
  private mutating func look(at instant: Timestamp, isCut: Bool) -> [Timestamp] {
    while fed < run.capture.count, run.capture[fed].recordedAt <= instant {
      let segment = run.capture[fed].segment
      var final: [ConnectionReport] = []
      tracker.receive(segment) { final.append($0) }
      retired += final
      fed += 1
    }
    let snapshot = snapshot(at: instant)
    if isCut { judgeTimeTravel(snapshot, fed: fed) }
    judgeReports(snapshot)
    var untils: [Timestamp] = []
    let sayings = sayings(of: snapshot)
    for side in Side.allCases {
      moments[side] = run.timelines[side].index(at: instant, from: moments[side])
      guard let saying = sayings[side] else { continue }
      if let until = saying.claim.until { untils.append(until) }
      compare(side, distortion?(saying) ?? saying, at: instant)
    }
    coverage.note(
      run.timelines.x.moments[moments.x].state, run.timelines.y.moments[moments.y].state)
    return untils
  }

  func snapshot(at instant: Timestamp) -> Snapshot {
    var reports = retired
    tracker.forEachConnection(at: instant) { reports.append($0) }
    if !retired.isEmpty { reports.sort { $0.number < $1.number } }
    return Snapshot(instant: instant, reports: reports)
  }

  private func sayings(of snapshot: Snapshot) -> Sides<Saying?> {
    var sayings = Sides<Saying?>(both: nil)
    for report in snapshot.reports {
      for role in Role.allCases {
        let endpoint = report.endpoints[role]
        let side: Side = endpoint.local == Scenario.addresses.x ? .x : .y
        if sayings[side] == nil {
          sayings[side] = Saying(endpoint.claim)
        } else {
          sayings[side]?.join(endpoint.claim)
        }
      }
    }
    return sayings
  }
}

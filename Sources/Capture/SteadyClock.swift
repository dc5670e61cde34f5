import Dissection

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The machine's clock was set while packets came.
public struct ClockStep: Equatable, Sendable {
  /// When it was noticed, as the clock was before any step.
  public var time: Timestamp
  /// How far it was set: forward if positive.
  public var step: Interval

  public init(time: Timestamp, step: Interval) {
    self.time = time
    self.step = step
  }
}

/// A clock that nobody sets: the time of day as it was at the start, and from then on as time passes.
///
/// Packets are stamped with the time of day. When that is set, ages and timers would all be wrong by
/// as much; so the steps are noticed, against the monotonic clock, and taken out of the stamps.
/// What adjusts the clock's rate (adjtime(3)) moves both clocks and is no step.
public struct SteadyClock: Sendable {
  /// Both clocks at one moment.
  struct Reading: Sendable {
    /// Since 1970.
    var timeOfDay: Timestamp
    /// Since some moment in the past.
    var monotonic: Interval
  }

  /// Less cannot be told from a pause between the two readings.
  private static let smallestStep = Interval.milliseconds(5)
  /// How long after a step packets can come that were stamped before it.
  private static let transition = Interval.seconds(10)

  /// The time of day less the monotonic time, at the start and now.
  private let origin: Interval
  private var offset: Interval
  private var before: (offset: Interval, until: Interval)?
  private var latest: Reading

  init() { self.init(Self.read()) }

  init(_ reading: Reading) {
    latest = reading
    origin = reading.offset
    offset = origin
  }

  /// Whether stamps have to be corrected.
  var isShifted: Bool { offset != origin || before != nil }

  /// The time at the last look.
  public var now: Timestamp {
    Timestamp(nanoseconds: origin.nanoseconds).advanced(by: latest.monotonic)
  }

  /// Looks at both clocks.
  ///
  /// - Returns: the step, if there was one since the last look.
  mutating func look() -> ClockStep? { look(at: Self.read()) }

  mutating func look(at reading: Reading) -> ClockStep? {
    latest = reading
    if let before, reading.monotonic > before.until { self.before = nil }
    let step = Interval(
      nanoseconds: reading.offset.nanoseconds &- offset.nanoseconds)
    guard step.nanoseconds.magnitude >= Self.smallestStep.nanoseconds.magnitude else { return nil }
    before = (offset, reading.monotonic + Self.transition)
    offset = reading.offset
    return ClockStep(time: now, step: step)
  }

  /// The steady time of a packet's stamp, which was read before the last look.
  func steady(_ stamp: Timestamp) -> Timestamp {
    let time = stamp.advanced(by: Interval(nanoseconds: origin.nanoseconds &- offset.nanoseconds))
    guard let before else { return time }
    // Stamped before the step or after it: the one that lies nearer, and not in the future.
    let other = stamp.advanced(
      by: Interval(nanoseconds: origin.nanoseconds &- before.offset.nanoseconds))
    let latest = now.advanced(by: Self.smallestStep)
    if time > latest { return other }
    return other > latest ? time : max(time, other)
  }

  private static func read() -> Reading {
    var reading = once()
    // An interruption between the two looks like a step: the quickest of some is none.
    for _ in 0..<4 where reading.pause > .milliseconds(1) {
      let other = once()
      if other.pause < reading.pause { reading = other }
    }
    return reading.reading
  }

  private static func once() -> (reading: Reading, pause: Interval) {
    let first = time(of: CLOCK_MONOTONIC)
    let timeOfDay = time(of: CLOCK_REALTIME)
    let second = time(of: CLOCK_MONOTONIC)
    let pause = Interval(nanoseconds: second.nanoseconds - first.nanoseconds)
    let reading = Reading(
      timeOfDay: timeOfDay,
      monotonic: Interval(nanoseconds: first.nanoseconds + pause.nanoseconds / 2))
    return (reading, pause)
  }

  private static func time(of clock: clockid_t) -> Timestamp {
    var time = timespec()
    // `time` is a local of the type that the call fills; neither clock can be missing.
    guard unsafe clock_gettime(clock, &time) == 0 else { return .distantPast }
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec)) ?? .distantPast
  }
}

extension SteadyClock.Reading {
  fileprivate var offset: Interval {
    Interval(nanoseconds: timeOfDay.nanoseconds &- monotonic.nanoseconds)
  }
}

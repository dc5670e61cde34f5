import Dissection

/// Linux's timer wheel (kernel/time/timer.c): a timer is never early, and the later the farther it
/// was set ahead, since the outer levels of the wheel turn in larger steps.
///
/// At 250 Hz a timer of 60 s fires within 2.05 s of its time.
struct TimerWheel: Sendable {
  let tick: Interval
  /// When the wheel last stood at 0, before all time.
  private let phase: Int64

  /// - Parameter frequency: of the kernel's ticks, in hertz (CONFIG_HZ).
  init(frequency: Int64, phase: UInt64) {
    tick = Interval(nanoseconds: 1_000_000_000 / frequency)
    self.phase = Int64(phase % UInt64(Interval.seconds(64).nanoseconds))
  }

  /// When a timer fires that is set at `now` for so long.
  func expiry(of wait: Interval, from now: Timestamp) -> Timestamp {
    let ticks = max(1, wait.nanoseconds / tick.nanoseconds)
    // Levels begin 63 ticks ahead, each farther by 8 and coarser by 8; a wait for more than two
    // minutes is none of Linux's TCP timers.
    let level: Int64 = ticks < 63 ? 0 : ticks < 63 << 3 ? 1 : ticks < 63 << 6 ? 2 : 3
    let step = tick.nanoseconds << (3 * level)
    let due = now.nanoseconds + wait.nanoseconds + phase
    return Timestamp(nanoseconds: (due / step + 1) * step - phase)
  }
}

import Dissection
import Testing

@testable import Capture

@Suite struct SteadyClockTests {
  private static let start = Timestamp(nanoseconds: 1_700_000_000_000_000_000)

  /// Both clocks `elapsed` after the start, when the time of day has been set by `step` in all.
  private func reading(_ elapsed: Interval, step: Interval = .zero) -> SteadyClock.Reading {
    SteadyClock.Reading(
      timeOfDay: Self.start.advanced(by: elapsed).advanced(by: step),
      monotonic: .seconds(500) + elapsed)
  }

  private func stamp(_ elapsed: Interval, step: Interval = .zero) -> Timestamp {
    reading(elapsed, step: step).timeOfDay
  }

  @Test func withoutAStepStampsAreTimes() {
    var clock = SteadyClock(reading(.zero))
    #expect(clock.look(at: reading(.seconds(5))) == nil)
    #expect(clock.now == stamp(.seconds(5)))
    #expect(!clock.isShifted)
    #expect(clock.steady(stamp(.seconds(4))) == stamp(.seconds(4)))
  }

  @Test(arguments: [3_600, 1, -1, -86_400].map(Interval.seconds))
  func aStepIsToldAndTakenOut(step: Interval) {
    var clock = SteadyClock(reading(.zero))
    let told = clock.look(at: reading(.seconds(10), step: step))
    #expect(told == ClockStep(time: stamp(.seconds(10)), step: step))
    #expect(clock.isShifted)
    #expect(clock.now == stamp(.seconds(10)))
    let before = Interval.milliseconds(9_950)
    let after = Interval.milliseconds(9_970)
    #expect(clock.steady(stamp(before)) == stamp(before), "stamped before the step")
    #expect(clock.steady(stamp(after, step: step)) == stamp(after), "and behind it")

    #expect(clock.look(at: reading(.seconds(30), step: step)) == nil)
    #expect(clock.steady(stamp(.seconds(30), step: step)) == stamp(.seconds(30)))
  }

  @Test func stepsAddUp() {
    var clock = SteadyClock(reading(.zero))
    #expect(clock.look(at: reading(.seconds(1), step: .seconds(50)))?.step == .seconds(50))
    #expect(clock.look(at: reading(.seconds(2), step: .seconds(-7)))?.step == .seconds(-57))
    #expect(clock.now == stamp(.seconds(2)))
    #expect(clock.steady(stamp(.seconds(2), step: .seconds(-7))) == stamp(.seconds(2)))
    // Set right again: nothing is left to correct once nothing older can come.
    #expect(clock.look(at: reading(.seconds(3)))?.step == .seconds(7))
    #expect(clock.look(at: reading(.seconds(20))) == nil)
    #expect(!clock.isShifted)
  }

  @Test func aClockThatIsAdjustedIsNoStep() {
    var clock = SteadyClock(reading(.zero))
    #expect(clock.look(at: reading(.seconds(1), step: .milliseconds(4))) == nil)
    #expect(clock.look(at: reading(.seconds(2), step: .milliseconds(6)))?.step == .milliseconds(6))
  }

  @Test func theRealClocksStandStill() {
    var clock = SteadyClock()
    #expect(clock.look() == nil)
    #expect(clock.now > Self.start)
  }
}

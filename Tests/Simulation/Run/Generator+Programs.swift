import Dissection
import TestSupport
import Tracking

/// What the programs at both hosts do.
extension Generator {
  /// How a connection is brought to its end, by A, which begins, and B.
  private enum Ending: CaseIterable {
    /// A closes, then B, or both at once.
    case bothClose
    /// A closes its half, B goes on sending, then closes.
    case halfClose
    /// A closes its half and never the rest.
    case halfCloseLeft
    case abort
    case closeUnread
    case vanish
    /// A stops reading until B's window is shut; then B closes.
    case shutWindow
    /// B sends to an A that has closed.
    case dataToOrphan
    /// B never closes.
    case hang
    case leftOpen
  }

  mutating func drawPrograms() {
    let isCrossing = percent(4)
    if isCrossing {
      call(.x, .connect)
      wait(percent(70) ? .zero : interval(Interval(nanoseconds: 1000), roundTrip))
      call(.y, .connect)
    } else {
      if !percent(3) { call(.y, .listen) }
      call(.x, .connect)
    }
    drawLife()
    while percent(35) { drawNextLife() }
  }

  /// Data and an end, from the handshake on.
  private mutating func drawLife() {
    // Sometimes the program is done before the handshake is.
    wait(percent(95) ? roundTrip + roundTrip : interval(Interval(nanoseconds: 1000), roundTrip))
    for _ in 0..<draw([(20, 0), (30, 1), (30, 2), (20, number(3...5))]) { drawSending(side()) }
    if percent(5) { call(.y, .stopListening) }
    if percent(8) { call(side(), .keepAlive(.seconds(Int64(number(1...40))))) }
    drawEnding()
  }

  private mutating func call(_ side: Side, _ call: ProgramCall) {
    scenario.calls.append(Call(clock, side, call))
  }

  private mutating func wait(_ interval: Interval) { clock = clock.advanced(by: interval) }

  /// A moment as the network knows it, or as people do.
  private mutating func pause() {
    wait(
      draw([
        (15, .zero), (40, interval(Interval(nanoseconds: 10_000), roundTrip * 2)),
        (35, interval(.milliseconds(10), .seconds(2))),
        (7, interval(.seconds(1), .seconds(20))), (3, interval(.seconds(50), .seconds(130))),
      ]))
  }

  private mutating func drawSending(_ side: Side) {
    call(side, .send(UInt32(draw([(15, 1), (60, number(10...1400)), (25, number(1500...9000))]))))
    pause()
  }

  private mutating func drawEnding() {
    let ending: Ending = draw([
      (42, .bothClose), (10, .halfClose), (5, .halfCloseLeft), (6, .abort), (7, .closeUnread),
      (4, .vanish), (5, .shutWindow), (9, .dataToOrphan), (8, .hang), (4, .leftOpen),
    ])
    let first = side()
    let second = first.other
    switch ending {
    case .bothClose:
      call(first, percent(80) ? .close : .shutdown)
      pause()
      call(second, percent(85) ? .close : .shutdown)
    case .halfClose:
      call(first, .shutdown)
      pause()
      for _ in 0..<number(0...3) { drawSending(second) }
      if percent(30) { call(first, .close) }
      call(second, .close)
      pause()
      if percent(60) { call(first, .close) }
    case .halfCloseLeft:
      call(first, .shutdown)
      pause()
      if percent(60) { call(second, .close) }
    case .abort:
      call(first, .abort)
      pause()
      if percent(50) { drawSending(second) }
      if percent(50) { call(second, .close) }
    case .closeUnread:
      call(first, .stopReading)
      drawSending(second)
      call(first, .close)
      pause()
      call(second, percent(80) ? .close : .send(100))
    case .vanish:
      call(first, .vanish)
      pause()
      if percent(60) { drawSending(second) }
      call(second, .close)
    case .shutWindow: drawShutWindow(first, second)
    case .dataToOrphan:
      call(first, .close)
      pause()
      for _ in 0..<number(1...2) { drawSending(second) }
      if percent(50) { call(second, .close) }
    case .hang:
      call(first, .close)
      pause()
    case .leftOpen: pause()
    }
    pause()
  }

  private mutating func drawShutWindow(_ first: Side, _ second: Side) {
    call(first, .stopReading)
    pause()
    call(second, .send(UInt32(number(60_000...300_000))))
    pause()
    call(second, percent(70) ? .close : .shutdown)
    pause()
    if percent(60) { call(first, .read) }
    if percent(60) {
      pause()
      call(first, .close)
    }
  }

  // MARK: The same ports again

  private mutating func drawNextLife() {
    wait(
      draw([
        (20, .zero), (25, interval(Interval(nanoseconds: 10_000), roundTrip * 2)),
        (20, interval(.milliseconds(10), .seconds(5))),
        (15, interval(.seconds(5), .seconds(58))),
        (10, interval(.seconds(59), .seconds(63))), (10, interval(.seconds(63), .seconds(130))),
      ]))
    let dialler: Side = percent(70) ? .x : .y
    if dialler == .y, percent(70) { call(.x, .listen) }
    call(dialler, .connect)
    drawLife()
  }
}

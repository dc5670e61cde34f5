import Capture
import Dissection
import Reporting
import Tracking

/// The screen of a live capture: drawn from what is known at times, and never often enough to be
/// felt by the capture.
final class LiveScreen {
  enum Outcome {
    case goOn, quit
  }

  /// How often keys are looked for at least while packets wait.
  private static let turn = Interval.milliseconds(50)
  private static let interval = Interval.milliseconds(500)
  /// For how long what is said takes the place of the keys.
  private static let noticeTime = Interval.seconds(8)

  private let terminal: TerminalScreen
  private let selection: Selection
  private let options: TrackerOptions
  private let style: TextStyle
  private let ports: () -> EphemeralPorts?
  private let notices: Notices
  private let start: Timestamp

  private var view = ScreenView()
  private var snapshot: ScreenSnapshot?
  private var history = ScreenHistory()
  private var late = LateMemory()
  private var memory = SegmentMemory()
  /// The connection whose ladder is seen.
  private var opened: (number: Int, ends: Pair<SocketAddress>)?
  private var size: ScreenSize
  /// The terminal has got what is to be seen.
  private var isDrawn = false
  private var noticeCount = 0
  private var noticeEnd = Timestamp.distantPast
  /// When keys are looked for next, and when all connections are looked at.
  private var nextTurn = Timestamp.distantPast
  private var nextSurvey = Timestamp.distantPast

  /// - Parameters:
  ///   - selection: the ends to be shown, and from what age CLOSE_WAIT is worth a row.
  ///   - options: those by which connections are followed.
  ///   - ports: what the host may choose for those who dial.
  init(
    _ terminal: TerminalScreen, selection: Selection, options: TrackerOptions, style: TextStyle,
    ports: @escaping () -> EphemeralPorts?, notices: Notices, start: Timestamp
  ) {
    self.terminal = terminal
    self.selection = selection
    self.options = options
    self.style = style
    self.ports = ports
    self.notices = notices
    self.start = start
    size = terminal.size
  }

  /// To be waited for, beside packets.
  var descriptor: Int32 { terminal.descriptor }

  // MARK: The terminal

  func show() {
    notices.hold()
    terminal.show()
  }

  func hide() {
    terminal.hide()
    notices.release()
  }

  /// Gives the terminal back for a while, for what is to be written there.
  func pause(_ body: () throws -> Void) rethrows {
    hide()
    defer { show() }
    try body()
  }

  func suspend() { pause { terminal.stop() } }

  // MARK: Packets

  func take(_ segment: Segment) { memory.take(segment) }

  /// A connection has left memory.
  func leave(_ connection: ConnectionReport) { late.add(connection, selection) }

  // MARK: Time

  /// Takes keys, looks at the connections if it is time to, and draws what has changed.
  ///
  /// - Parameter isBehind: packets wait to be read.
  func turn(
    _ tracker: borrowing Tracker, _ capture: LiveCapture, _ sockets: LocalSockets?,
    _ host: HostEnds?, isBehind: Bool
  ) -> Outcome {
    let now = capture.now
    guard now >= nextTurn || !isBehind else { return .goOn }
    nextTurn = now.advanced(by: Self.turn)
    if size != terminal.size {
      (size, isDrawn) = (terminal.size, false)
      terminal.redraw()
    }
    if notices.count != noticeCount {
      (noticeCount, noticeEnd) = (notices.count, now.advanced(by: Self.noticeTime))
      isDrawn = false
    }
    guard let bytes = terminal.typed() else { return .quit }
    let query = view.query
    for key in ScreenKey.keys(bytes) {
      isDrawn = false
      if take(key) == .quit { return .quit }
    }
    if query != view.query { nextSurvey = min(nextSurvey, now) }
    if now >= nextSurvey, !view.isFrozen || snapshot == nil {
      isDrawn = false
      let start = ContinuousClock.now
      survey(tracker, capture, sockets, host)
      // However many connections there are, most of the time is the packets'.
      let duration = Interval(ContinuousClock.now - start) * 20
      nextSurvey = now.advanced(by: max(Self.interval, duration))
    }
    if view.mode == .ladder, snapshot?.ladder == nil { snapshot?.ladder = ladder(tracker, at: now) }
    if !isDrawn { draw(at: now) }
    return .goOn
  }

  private func take(_ key: ScreenKey) -> Outcome {
    guard let snapshot else { return key == .interrupt ? .quit : .goOn }
    switch view.take(key, snapshot) {
    case .quit: return .quit
    case .suspend: suspend()
    case .redraw: terminal.redraw()
    case .open(let connection, let ends):
      opened = (connection, ends)
      self.snapshot?.ladder = nil
      view.openLadder()
    case nil: break
    }
    return .goOn
  }

  private func survey(
    _ tracker: borrowing Tracker, _ capture: LiveCapture, _ sockets: LocalSockets?,
    _ host: HostEnds?
  ) {
    let now = capture.now
    var about = ScreenSnapshot.Capture(
      start: start, now: now, interfaces: capture.interfaces.map(\.name))
    about.packets = capture.interfaces.reduce(0) { $0 + $1.packets }
    for interface in capture.interfaces {
      about.drops.byKernel += interface.dropped
      about.drops.byInterface += interface.droppedByInterface
    }
    about.evicted = tracker.evicted.values.reduce(0, +)
    var survey = ScreenSurvey(
      view.query, selection: selection, host: host, ports: ports(), departed: late,
      capture: about)
    let roster = tracker.roster()
    for index in 0..<roster.count {
      tracker.connection(at: index, of: roster, at: now) { survey.add($0) }
    }
    sockets?.forEachUntold { survey.add($0) }
    let ladder = ladder(tracker, at: now) ?? snapshot?.ladder
    snapshot = survey.finish(&history)
    snapshot?.ladder = ladder
  }

  /// The connection that is looked at, if it is in memory.
  private func ladder(_ tracker: borrowing Tracker, at now: Timestamp) -> ScreenLadder? {
    guard view.mode == .ladder, let opened else { return nil }
    var ladder: ScreenLadder?
    let (memory, options, minimumAge) = (memory, options, selection.minimumAge)
    tracker.forEachConnection(between: opened.ends.initiator, opened.ends.responder, at: now) {
      guard $0.number == opened.number else { return }
      ladder = memory.ladder(of: $0, options: options, at: now, minimumAge: minimumAge)
    }
    return ladder
  }

  private func draw(at now: Timestamp) {
    guard let snapshot, terminal.takesPictures() else { return }
    var view = view
    view.message = view.message ?? (now < noticeEnd ? notices.last : nil)
    let page = ScreenPage(snapshot, view, size: size, style: style)
    self.view.settle(page)
    isDrawn = terminal.draw(page.lines)
  }
}

import ArgumentParser
import Capture
import Dissection
import Host
import Reporting
import Tracking

/// The loop of `live`: waits for packets, hands them to the tracker, and lets time pass in between.
struct LiveSession: ~Copyable {
  /// How long a wait lasts at most: what comes otherwise is looked for as often.
  private static let turn = Interval.milliseconds(100)
  /// How far behind the clock time passes for the tracker: packets may be as old.
  private static let lag = Interval.seconds(1)

  /// How often the kernel is asked for its sockets, and for what was not captured.
  private static let listing = Interval.seconds(1)
  /// How long a packet can wait until it is here.
  private static let delay = Interval.milliseconds(300)

  private let capture: LiveCapture
  /// Nil where the kernel does not tell.
  private let sockets: LocalSockets?
  /// Told as they come, if they are wanted.
  private let events: LiveEvents?
  private let screen: LiveScreen?
  private let notices: Notices
  /// When the kernel's sockets are compared with what packets tell.
  private var comparison = Timestamp.distantFuture
  private let dissector = Dissector()
  private var tracker: Tracker
  private var report: ReadReport
  private var watch: LiveWatch
  private var counts: [PacketCount]
  /// Of all interfaces.
  private var packets = 0
  /// Those of them that may still count; nil: all.
  private var packetLimit: Int?
  private var failure: (any Error)?
  private var told: Set<Int> = []
  private var dropsTold = Timestamp.distantPast
  private var kernelIsSilent = false
  private var tellsOfHidden = false

  private struct PacketCount {
    var tcpPackets = 0
    var skipped: [SkipReason: Int] = [:]
    var icmpErrors = 0
  }

  init(
    capture: LiveCapture, sockets: LocalSockets?, options: TrackerOptions, report: ReadReport,
    events: LiveEvents?, watch: LiveWatch, screen: LiveScreen?, notices: Notices
  ) {
    self.capture = capture
    self.sockets = sockets
    self.events = events
    self.screen = screen
    self.notices = notices
    self.report = report
    self.watch = watch
    tracker = Tracker(options: options)
    counts = Array(repeating: PacketCount(), count: capture.interfaces.count)
  }

  /// Goes on until a signal, the duration, the number of packets or the last interface ends it.
  mutating func run(
    _ signals: PendingSignals, for duration: Interval?, packets limit: Int?
  ) throws {
    packetLimit = limit
    let end = duration.map { capture.now.advanced(by: $0) }
    var hasMore = false
    while true {
      if !hasMore {
        let milliseconds = Self.turn.nanoseconds / 1_000_000
        let keys = screen.map { [$0.descriptor] } ?? []
        Descriptors.wait(for: capture.descriptors + keys, milliseconds: Int32(milliseconds))
      }
      hasMore = try read()
      let asked = screen?.turn(tracker, capture, sockets, report.host, isBehind: hasMore)
      if asked == .quit { return try readRest() }
      switch signals.take() {
      case .end: return try readRest()
      case .snapshot: try snapshot()
      case .suspend: screen?.suspend()
      case nil: break
      }
      if let end, capture.now >= end { return try readRest() }
      if let limit, packets >= limit { return }
      if !capture.isOpen { return try readRest() }
    }
  }

  /// What came before the end, and still waits in the kernel or for the packets of others.
  private mutating func readRest() throws {
    let end = capture.now
    if let sockets { list(sockets, at: end) }
    var hasMore = false
    repeat {
      if !hasMore { Descriptors.wait(for: capture.descriptors, milliseconds: 20) }
      hasMore = try read()
      // Where more comes than can be read, what came after the end does not count.
      let last = capture.interfaces.compactMap(\.lastTime).max() ?? .distantPast
      if last > end { hasMore = false }
    } while capture.isOpen && (hasMore || capture.now < end.advanced(by: Self.turn * 2))
    _ = try read(isLast: true)
    if let sockets { compare(with: sockets, at: capture.now) }
  }

  /// - Returns: whether more packets may wait.
  private mutating func read(isLast: Bool = false) throws -> Bool {
    let hasMore = try capture.read(isLast: isLast) { interface, records, bytes in
      if let loss = capture.lossTime { tracker.noteLoss(until: loss) }
      for record in records { take(record, of: interface, bytes) }
      if let failure { throw failure }
    }
    if let loss = capture.lossTime { tracker.noteLoss(until: loss) }
    let (events, screen, now) = (events, screen, capture.now)
    tracker.pass(to: now.advanced(by: Self.lag * -1)) { connection in
      events?.end(connection, at: now)
      screen?.leave(connection)
      Self.add(connection, at: now, to: &report, &watch, &failure)
    }
    if let failure { throw failure }
    watch.turn(tracker, capture)
    for step in capture.takeSteps() { tell(step) }
    tellFailures()
    askKernel(isBehind: hasMore)
    try tellEvents()
    return hasMore
  }

  /// Reads the kernel's socket table when it is time, and compares it when the packets that came
  /// before are here.
  ///
  /// - Parameter isBehind: packets wait to be read.
  private mutating func askKernel(isBehind: Bool) {
    guard let sockets else { return }
    let now = capture.now
    if now >= comparison {
      let last = capture.interfaces.compactMap(\.lastTime).max() ?? .distantPast
      if isBehind, last < comparison { return }
      compare(with: sockets, at: now)
    }
    guard now.since(sockets.listed) >= Self.listing else { return }
    list(sockets, at: now)
  }

  private mutating func list(_ sockets: LocalSockets, at now: Timestamp) {
    do throws(HostError) {
      try sockets.list(at: now)
      comparison = capture.now.advanced(by: Self.delay)
    } catch {
      if !kernelIsSilent { warn(error.sentence) }
      kernelIsSilent = true
    }
    let hidden = sockets.hiddenProcesses
    if hidden > 0, !tellsOfHidden {
      tellsOfHidden = true
      warn(
        "the sockets of \(hidden.counted("process", "processes")) cannot be seen, so their programs "
          + "are not named")
    }
  }

  private mutating func compare(with sockets: LocalSockets, at now: Timestamp) {
    comparison = .distantFuture
    sockets.compare(with: tracker, at: now)
    let ends = sockets.ends(at: now)
    report.host = ends
    guard let events else { return }
    events.tell(of: ends)
    events.tell(ofUnseen: sockets.unseen.values, ended: sockets.takeEnded(), at: now)
  }

  private mutating func tellEvents() throws {
    guard let events else { return }
    let now = capture.now
    let due = events.takeDue(at: now)
    // Whose the socket is should be told with the finding; a list that waits for its comparison is
    // new enough.
    if let sockets, comparison == .distantFuture,
      now.since(sockets.listed) >= LiveEvents.minimumAge,
      due.contains(where: { $0.isForFinding && !sockets.knows($0.ends) })
    {
      list(sockets, at: now)
      events.tell(of: sockets.ends(at: now))
    }
    events.look(at: due, now: now, tracker)
    if now.since(dropsTold) >= Self.listing {
      dropsTold = now
      events.tell(of: capture.interfaces.map { ($0.name, CaptureRow.Drops($0)) }, at: now)
    }
    try events.flush()
  }

  private mutating func take(_ record: FrameRecord, of interface: Int, _ bytes: Span<UInt8>) {
    if let packetLimit, packets >= packetLimit { return }
    packets += 1
    let frame = bytes.extracting(record.range)
    let dissected = dissector.dissect(
      frame, linkType: record.linkType,
      originalLength: record.originalLength, frame: record.frame, time: record.time,
      interface: record.interface)
    switch dissected {
    case .skipped(let reason): counts[interface].skipped[reason, default: 0] += 1
    case .icmpError(let error):
      counts[interface].skipped[.notTCP, default: 0] += 1
      counts[interface].icmpErrors += 1
      if let connection = tracker.receive(error) { watch.take(record, frame, of: connection) }
    case .segment(let segment):
      counts[interface].tcpPackets += 1
      let (events, screen) = (events, screen)
      screen?.take(segment)
      let receipt = tracker.receive(segment) {
        events?.end($0, at: segment.time)
        screen?.leave($0)
        Self.add($0, at: segment.time, to: &report, &watch, &failure)
      }
      events?.follow(receipt, segment, tracker)
      watch.take(record, frame, of: receipt.connection)
    }
  }

  private static func add(
    _ connection: ConnectionReport, at instant: Timestamp, to report: inout ReadReport,
    _ watch: inout LiveWatch, _ failure: inout (any Error)?
  ) {
    watch.leave(connection, at: instant)
    if failure != nil { return }
    do { try report.add(connection, at: instant) } catch { failure = error }
  }

  // MARK: Reports

  /// Reports what is known so far, and goes on.
  private mutating func snapshot() throws {
    try report.flush()
    guard let screen else { return try finish(report) }
    try screen.pause { try finish(report) }
  }

  /// Reports, and says what went wrong.
  consuming func finish() throws {
    watch.finish(tracker, capture)
    try finish(report)
    let failed = capture.interfaces.contains { $0.failure != nil }
    if failed { throw ExitCode.damagedInput }
  }

  private borrowing func finish(_ report: ReadReport) throws {
    let instant = capture.now
    let roster = tracker.roster()
    let unseen = sockets?.unseen.values.sorted { $0.number > $1.number } ?? []
    var report = report
    try report.finish(
      captures: captureRows, evicted: tracker.evicted, at: instant,
      count: unseen.count + roster.count
    ) { index, tell in
      if index < unseen.count { return try tell(unseen[index]) }
      try tracker.connection(at: index - unseen.count, of: roster, at: instant, tell)
    }
  }

  private var captureRows: [CaptureRow] {
    zip(capture.interfaces, counts).map { interface, count in
      var row = CaptureRow(
        file: interface.name, format: "live", linkTypes: [interface.linkType],
        tcpPackets: count.tcpPackets, skipped: count.skipped, icmpErrors: count.icmpErrors,
        firstTime: interface.firstTime, lastTime: interface.lastTime, tap: tracker.tap,
        truncated: interface.isTruncated, damage: [])
      row.drops = CaptureRow.Drops(interface)
      return row
    }
  }

  // MARK: Standard error

  private func tell(_ step: ClockStep) {
    let way = step.step < .zero ? "back" : "forward"
    let length = Interval(nanoseconds: Int64(clamping: step.step.nanoseconds.magnitude)).words
    warn("the clock was set \(way) by \(length); times go on as they were before")
  }

  private mutating func tellFailures() {
    for (index, interface) in capture.interfaces.enumerated() {
      guard let failure = interface.failure, told.insert(index).inserted else { continue }
      warn(failure.sentence)
    }
  }

  private func warn(_ sentence: String) { notices.say(sentence) }
}

extension CaptureRow.Drops {
  fileprivate init(_ interface: LiveCapture.Interface) {
    self.init(byKernel: interface.dropped, byInterface: interface.droppedByInterface)
  }
}

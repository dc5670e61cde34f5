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
  /// The same while the kernel's answer is waited for.
  private static let shortTurn = Interval.milliseconds(20)
  /// How far behind the clock time passes for the tracker: packets may be as old.
  private static let lag = Interval.seconds(1)

  /// How often the kernel is asked for its sockets, and for what was not captured.
  private static let listing = Interval.seconds(1)
  /// How long a packet can wait until it is here.
  private static let delay = Interval.milliseconds(300)

  private let capture: LiveCapture
  /// Nil where the kernel does not tell.
  private let sockets: LocalSockets?
  /// Nil where the system does not tell.
  private let drops: InterfaceDrops?
  private var dropsAsked = Timestamp.distantPast
  /// Told as they come, if they are wanted.
  private let events: LiveEvents?
  private let screen: LiveScreen?
  private let notices: Notices
  /// When the kernel's sockets are compared with what packets tell.
  private var comparison = Timestamp.distantFuture
  private let isTapGiven: Bool
  private var intake: PacketIntake
  private var labeller: SegmentLabeller
  /// Empty between two deliveries; its memory is used again.
  private var batch = SegmentBatch()
  private var tracker: Tracker
  private var report: ReadReport
  private var watch: LiveWatch
  /// What may have become a finding, and waits to be told with its program; since when.
  private var held: (appointments: [ConnectionWatch.Appointment], since: Timestamp)?
  private var failure: (any Error)?
  private var told: Set<Int> = []
  private var dropsTold = Timestamp.distantPast
  private var kernelIsSilent = false
  private var tellsOfHidden = false

  init(
    capture: LiveCapture, sockets: LocalSockets?, addresses: Set<IPAddress>,
    drops: InterfaceDrops?, options: TrackerOptions, report: ReadReport, events: LiveEvents?,
    watch: LiveWatch, screen: LiveScreen?, notices: Notices
  ) {
    self.capture = capture
    self.sockets = sockets
    self.drops = drops
    self.events = events
    self.screen = screen
    self.notices = notices
    self.report = report
    self.watch = watch
    tracker = Tracker(options: options)
    labeller = tracker.makeLabeller()
    isTapGiven = options.tap != nil
    intake = PacketIntake(interfaces: capture.interfaces.count, addresses: addresses)
    if let sockets { begin(sockets) }
  }

  /// Goes on until a signal, the duration, the number of packets or the last interface ends it.
  mutating func run(
    _ signals: PendingSignals, for duration: Interval?, packets limit: Int?
  ) throws {
    intake.limit = limit
    let end = duration.map { capture.now.advanced(by: $0) }
    var hasMore = false
    while true {
      if !hasMore {
        let turn = sockets?.isAsked == true ? Self.shortTurn : Self.turn
        let milliseconds = turn.nanoseconds / 1_000_000
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
      if intake.isFull { return }
      if !capture.isOpen { return try readRest() }
    }
  }

  /// What came before the end, and still waits in the kernel or for the packets of others.
  private mutating func readRest() throws {
    let end = capture.now
    sockets?.ask(at: end)
    var hasMore = false
    repeat {
      if !hasMore { Descriptors.wait(for: capture.descriptors, milliseconds: 20) }
      hasMore = try read()
      // Where more comes than can be read, what came after the end does not count.
      let last = capture.interfaces.compactMap(\.lastTime).max() ?? .distantPast
      if last > end { hasMore = false }
    } while capture.isOpen && (hasMore || capture.now < end.advanced(by: Self.turn * 2))
    _ = try read(isLast: true)
    guard let sockets else { return }
    sockets.wait()
    takeListing(sockets)
    while !compare(with: sockets, at: capture.now) {}
  }

  /// - Returns: whether more packets may wait.
  private mutating func read(isLast: Bool = false) throws -> Bool {
    let hasMore = try capture.read(isLast: isLast) { interface, records, bytes in
      if let loss = capture.lossTime { tracker.noteLoss(until: loss) }
      take(records, of: interface, bytes)
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
    askInterfaces()
    watch.turn(tracker, capture)
    for step in capture.takeSteps() { tell(step) }
    tellFailures()
    askKernel(isBehind: hasMore)
    try tellEvents()
    return hasMore
  }

  // MARK: This host

  private mutating func askInterfaces() {
    guard let drops, capture.now.since(dropsAsked) >= Self.listing else { return }
    dropsAsked = capture.now
    do throws(HostError) {
      try drops.note(in: capture)
    } catch {
      // Its words are those for the sockets, which are asked for in the same way.
      if !kernelIsSilent { warn(error.sentence) }
      kernelIsSilent = true
    }
  }

  /// Asks the kernel for its socket table when it is time, and compares its answer when the packets
  /// that came before are here.
  ///
  /// - Parameter isBehind: packets wait to be read.
  private mutating func askKernel(isBehind: Bool) {
    guard let sockets else { return }
    takeListing(sockets)
    let now = capture.now
    if now >= comparison {
      let last = capture.interfaces.compactMap(\.lastTime).max() ?? .distantPast
      if isBehind, last < comparison { return }
      guard compare(with: sockets, at: now) else { return }
    }
    if comparison == .distantFuture, now.since(sockets.asked) >= Self.listing {
      sockets.ask(at: now)
    }
  }

  private mutating func begin(_ sockets: LocalSockets) {
    do throws(HostError) {
      tracker.noteEarlierFINs(try sockets.begin(at: capture.now))
    } catch {
      warn(error.sentence)
      kernelIsSilent = true
      tracker.noteEarlierFINs(sockets.earlierFINs)
    }
  }

  private mutating func takeListing(_ sockets: LocalSockets) {
    do throws(HostError) {
      guard try sockets.take() else { return }
      comparison = capture.now.advanced(by: Self.delay)
      tracker.noteEarlierFINs(sockets.earlierFINs)
      events?.tell(of: sockets.ends(at: capture.now))
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

  /// - Returns: whether all is compared.
  private mutating func compare(with sockets: LocalSockets, at now: Timestamp) -> Bool {
    guard sockets.compare(with: tracker, at: now) else { return false }
    comparison = .distantFuture
    let ends = sockets.ends(at: now)
    report.host = ends
    // Taken also where nobody is told, so that they do not gather.
    let ended = sockets.takeEnded()
    guard let events else { return true }
    events.tell(of: ends)
    events.tell(ofUnseen: sockets.unseen.values, ended: ended, at: now)
    return true
  }

  // MARK: Events

  private mutating func tellEvents() throws {
    guard let events else { return }
    let now = capture.now
    events.look(at: hold(events.takeDue(at: now), at: now), now: now, tracker)
    if now.since(dropsTold) >= Self.listing {
      dropsTold = now
      events.tell(of: capture.interfaces.map { ($0.name, CaptureRow.Drops($0)) }, at: now)
    }
    try events.flush()
  }

  /// Whose the socket is should be told with the finding: what was not listed yet waits for the
  /// kernel's next answer, but not for long.
  ///
  /// - Returns: what waits for nothing, and what has waited.
  private mutating func hold(
    _ due: [ConnectionWatch.Appointment], at now: Timestamp
  ) -> [ConnectionWatch.Appointment] {
    let due = (held?.appointments ?? []) + due
    let since = held?.since ?? now
    held = nil
    // A newer list than that would have the socket, were it this host's.
    guard let sockets, now.since(sockets.listed) >= LiveEvents.minimumAge,
      now.since(since) < Self.delay * 2
    else { return due }
    let unknown = due.filter { $0.isForFinding && !sockets.knows($0.ends) }
    if unknown.isEmpty { return due }
    held = (unknown, since)
    // A list that waits for its comparison comes first.
    if comparison == .distantFuture { sockets.ask(at: now) }
    return due.filter { !$0.isForFinding || sockets.knows($0.ends) }
  }

  // MARK: Packets

  private mutating func take(
    _ records: ArraySlice<FrameRecord>, of interface: Int, _ bytes: Span<UInt8>
  ) {
    var batch = SegmentBatch()
    swap(&batch, &self.batch)
    defer {
      batch.removeAll()
      swap(&batch, &self.batch)
    }
    intake.take(records, of: interface, bytes, into: &batch)
    batch.label(by: &labeller)
    var next = 0
    for quote in batch.quotes {
      receive(batch, next..<quote.place, records, bytes)
      next = quote.place
      guard let connection = tracker.receive(quote.error) else { continue }
      watch.take(records.record(ofFrame: quote.error.frame), bytes, of: connection)
    }
    receive(batch, next..<batch.segments.count, records, bytes)
  }

  private mutating func receive(
    _ batch: borrowing SegmentBatch, _ range: Range<Int>, _ records: ArraySlice<FrameRecord>,
    _ bytes: Span<UInt8>
  ) {
    let segments = batch.segments.span.extracting(range)
    let labels = batch.labels.span.extracting(range)
    let (events, screen) = (events, screen)
    if events == nil, screen == nil, !watch.keepsPackets {
      return tracker.receive(segments, labels) {
        Self.add($0, at: $1, to: &report, &watch, &failure)
      }
    }
    for index in segments.indices {
      let segment = segments[index]
      screen?.take(segment)
      let receipt = tracker.receive(segment, labels[index]) {
        events?.end($0, at: segment.time)
        screen?.leave($0)
        Self.add($0, at: segment.time, to: &report, &watch, &failure)
      }
      events?.follow(receipt, segment, tracker)
      watch.take(records.record(ofFrame: segment.frame), bytes, of: receipt.connection)
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

  /// Ends without a report.
  consuming func abandon() { watch.finish(tracker, capture) }

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
    // Two ends on one wire can look alike; whose addresses they have is certain.
    let tap = (isTapGiven ? nil : intake.tap) ?? tracker.tap
    return zip(capture.interfaces, intake.counts).map { interface, count in
      var row = CaptureRow(
        file: interface.name, format: "live", linkTypes: [interface.linkType],
        tcpPackets: count.tcpPackets, skipped: count.skipped, icmpErrors: count.icmpErrors,
        firstTime: interface.firstTime, lastTime: interface.lastTime, tap: tap,
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

extension ArraySlice<FrameRecord> {
  /// Of consecutive frames, that of a number.
  fileprivate func record(ofFrame frame: Int) -> FrameRecord {
    self[startIndex + frame - self[startIndex].frame]
  }
}

extension CaptureRow.Drops {
  fileprivate init(_ interface: LiveCapture.Interface) {
    self.init(byKernel: interface.dropped, byInterface: interface.droppedByInterface)
  }
}

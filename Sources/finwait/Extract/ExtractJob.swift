import Capture
import Dissection
import Extraction
import Reporting
import Tracking

/// From the chosen connections to a file that tells of them.
struct ExtractJob {
  private let command: Extract
  /// The end of the capture, as the extract is to record it.
  private let instant: Timestamp
  private let minimumAge: Interval
  private let frames: HeaderFrames
  private var reduction: Reduction
  /// The numbers that the connections of each subject have in the capture.
  private let numbers: [[Int]]
  private let packets: Int

  init(
    chosen: Choice, captures: [CaptureRow], instant: Timestamp, command: Extract
  ) throws {
    self.command = command
    minimumAge = chosen.selection.minimumAge
    packets = captures.reduce(0) { $0 + $1.packets }
    let shift = command.anonymity.shift(captures)
    self.instant = instant.advanced(by: shift)
    var pseudonyms = command.anonymity.pseudonyms
    var frames = HeaderFrames(pseudonyms: pseudonyms, shift: shift)
    let subjects = chosen.subjects
    let reader = try CaptureReader(paths: command.files, filter: command.input.filter)
    try frames.read(reader, between: Set(subjects.keys))
    self.frames = frames

    var places: [ConnectionEnds: [Int]] = [:]
    for (place, news) in frames.news.enumerated() { places[news.ends, default: []].append(place) }
    let ordered = subjects.values.sorted { ($0.numbers.first ?? 0) < ($1.numbers.first ?? 0) }
    numbers = ordered.map(\.numbers)
    reduction = Reduction(
      ordered.map { Subject($0, &pseudonyms, shift: shift, places: places) }, of: frames.news,
      options: command.model.trackerOptions(command.running), at: self.instant,
      minimumAge: minimumAge)
  }

  /// Writes the extract, reads it again, and puts it in place when it tells the same.
  mutating func run() throws {
    reduction.run()
    try refuseUntold(reduction.untold)
    let file = ReplacementFile(path: command.output)
    while true {
      do throws(SavefileWriter.Failure) {
        try write(to: file)
      } catch {
        throw OutputFailure(error)
      }
      let untold = try untold(by: file.temporaryPath)
      if untold.isEmpty { break }
      try refuseUntold(reduction.keepMore(of: untold))
    }
    do throws(SavefileWriter.Failure) { try file.putInPlace() } catch {
      throw OutputFailure(error)
    }
  }

  /// What was written, and of which connections more than the least.
  var summary: String {
    var lines = reduction.subjects.indices.compactMap { index -> String? in
      let kept: String
      switch reduction.subjects[index].extent {
      case .smallest: return nil
      case .connections: kept = "all its packets are"
      case .ends: kept = "all packets between its ends are"
      }
      return "connection \(list(numbers[index])): \(kept) kept, fewer tell less"
    }
    let connections = numbers.reduce(0) { $0 + $1.count }
    lines.append(
      "\(command.output): \(reduction.kept.count.grouped) of \(packets.counted("packet")), "
        + connections.counted("connection"))
    return lines.map { "finwait: \(Escaping.terminal($0))\n" }.joined()
  }

  // MARK: Parts

  private func write(to file: ReplacementFile) throws(SavefileWriter.Failure) {
    var comments = FrameComments()
    let ends = Set(reduction.subjects.map(\.ends))
    reduction.forEachConnection { connection, instant in
      let account = Account(connection, at: instant, minimumAge: minimumAge)
      if ends.contains(account.pair) { comments.add(connection, at: instant) }
    }
    let writer = try file.begin(
      application: Finwait.application, interfaces: frames.interfaces, comment: aboutTheFile)
    for place in reduction.kept {
      let frame = frames.frames[place]
      let words = comments[frame.record.frame]
      try writer.write(frame.record, frame.octets.span, comments: words)
    }
    for interface in frames.interfaces.indices { try writer.write(end: instant, of: interface) }
    try writer.close()
  }

  private var aboutTheFile: String {
    "An extract by finwait: the packets that findings rest on, without payload"
      + (command.anonymity.anonymize ? "; addresses are replaced" : "")
      + (command.anonymity.shiftTimes ? "; times are shifted" : "")
      + ". The statistics of the interface say when the capture ended."
  }

  /// The subjects of which the extract, read as any capture, does not tell what it should.
  private func untold(by path: String) throws -> [Int] {
    var retold = Retold(book: AccountBook(minimumAge: minimumAge))
    _ = try command.read([path], isFiltered: false, into: &retold)
    return reduction.untold(by: retold.book)
  }

  private func refuseUntold(_ untold: [Int]) throws {
    guard let first = untold.first else { return }
    throw OutputFailure.system(
      "\(command.output) is not written: of connection \(list(numbers[first])) its packets alone "
        + "do not tell what the whole capture does")
  }

  private func list(_ numbers: [Int]) -> String {
    numbers.map { "\($0)" }.joined(separator: ", ")
  }

  /// What is told of the connections in the extract.
  private struct Retold: SegmentConsumer {
    var book: AccountBook
    var failure: (any Error)? { nil }

    mutating func take(_ connection: ConnectionReport, at instant: Timestamp) {
      book.add(connection, at: instant)
    }
  }
}

extension Subject {
  fileprivate init(
    _ told: Choice.Subject, _ pseudonyms: inout Pseudonyms?, shift: Interval,
    places: [ConnectionEnds: [Int]]
  ) {
    func replacing(_ accounts: [Account]) -> [Account] {
      accounts.map { $0.replacing(&pseudonyms, shift: shift) }
    }
    let required = replacing(told.required)
    let ends = required[0].pair
    self.init(
      ends: ends, required: required, known: replacing(told.known), frames: places[ends] ?? [])
  }
}

extension AnonymityOptions {
  /// Nil when addresses stay.
  fileprivate var pseudonyms: Pseudonyms? {
    guard anonymize else { return nil }
    var random = SystemRandomNumberGenerator()
    let text = key ?? "\(random.next()) \(random.next())"
    return Pseudonyms(key: text, keptPorts: anonymizePorts ? keepPorts : nil)
  }

  /// What is added to all times.
  fileprivate func shift(_ captures: [CaptureRow]) -> Interval {
    guard shiftTimes, let first = captures.compactMap(\.firstTime).min() else { return .zero }
    // 2000-01-01 00:00:00 UTC.
    return Timestamp(nanoseconds: 946_684_800_000_000_000).since(first)
  }
}

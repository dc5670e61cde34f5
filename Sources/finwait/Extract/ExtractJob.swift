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
  private let shift: Interval
  private let pseudonyms: Pseudonyms?
  private let minimumAge: Interval
  private var frames: HeaderFrames
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
    shift = command.anonymity.shift(captures)
    pseudonyms = command.anonymity.pseudonyms
    self.instant = instant.advanced(by: shift)
    let told = chosen.subjects
    let shift = shift
    frames = HeaderFrames(pseudonyms: pseudonyms, shift: shift)
    try frames.read(command.reader, between: Set(told.keys))

    var places: [ConnectionEnds: [Int]] = [:]
    for (place, news) in frames.news.enumerated() { places[news.ends, default: []].append(place) }
    let ordered = told.values.sorted { ($0.numbers.first ?? 0) < ($1.numbers.first ?? 0) }
    numbers = ordered.map(\.numbers)
    var names = pseudonyms
    let subjects = ordered.map { Subject($0, &names, shift: shift, places: places) }
    reduction = Reduction(
      subjects, of: frames.news, options: command.model.trackerOptions(command.running),
      at: self.instant, minimumAge: minimumAge)
  }

  /// Writes the extract, reads it again, and puts it in place when it tells the same.
  mutating func run() throws {
    reduction.run()
    if !reduction.untold.isEmpty { try keepEverything() }
    let file = ReplacementFile(path: command.output)
    while true {
      do throws(SavefileWriter.Failure) {
        try write(to: file)
      } catch {
        throw OutputFailure(error)
      }
      let untold = try untold(by: file.temporaryPath)
      if untold.isEmpty { break }
      if isWhole { throw refusal(untold) }
      if !reduction.keepMore(of: untold).isEmpty { try keepEverything() }
    }
    do throws(SavefileWriter.Failure) { try file.putInPlace() } catch {
      throw OutputFailure(error)
    }
  }

  /// What was written, and of which connections more than the least.
  var summary: String {
    var lines: [String] = []
    for index in reduction.subjects.indices where !isWhole {
      switch reduction.subjects[index].extent {
      case .smallest, .capture: continue
      case .connections:
        lines.append(
          "connection \(list(numbers[index])): all its packets are kept, fewer tell less")
      case .ends:
        lines.append(
          "connection \(list(numbers[index])): all packets between its ends are kept, fewer tell less"
        )
      }
    }
    if isWhole { lines.append("the headers of all packets are kept: fewer tell less") }
    if reduction.isExhausted { lines.append("the search for packets to leave out was cut short") }
    let connections = numbers.reduce(0) { $0 + $1.count }
    lines.append(
      "\(command.output): \(reduction.kept.count.grouped) of \(packets.counted("packet")), "
        + connections.counted("connection"))
    return lines.map { "finwait: \(Escaping.terminal($0))\n" }.joined()
  }

  // MARK: Parts

  private var isWhole: Bool { reduction.subjects.first?.extent == .capture }

  /// Takes the headers of all packets: other connections matter.
  private mutating func keepEverything() throws {
    frames = HeaderFrames(pseudonyms: pseudonyms, shift: shift)
    try frames.read(command.reader, between: nil)
    reduction.keepEverything(frames.news)
  }

  private func write(to file: ReplacementFile) throws(SavefileWriter.Failure) {
    var comments = FrameComments()
    let ends = Set(reduction.subjects.map(\.ends))
    reduction.forEachConnection { connection, instant in
      if ends.contains(ConnectionEnds(connection)) { comments.add(connection, at: instant) }
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

  private func refusal(_ untold: [Int]) -> OutputFailure {
    .system(
      "\(command.output) is not written: its packets would tell something else of connection "
        + untold.map { list(numbers[$0]) }.joined(separator: ", "))
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

extension Extract {
  fileprivate var reader: CaptureReader {
    get throws { try CaptureReader(paths: files, filter: input.filter) }
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

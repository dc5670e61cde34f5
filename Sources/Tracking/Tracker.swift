import Dissection

/// What the tracker is told from outside.
public struct TrackerOptions: Sendable {
  public var profile: HostProfile
  /// Where the tap sits; nil: estimate it from the handshakes.
  public var tap: TapPosition?
  /// The most connections to hold in memory; nil: as many as there are.
  public var maximumConnections: Int?
  /// About the most octets that connections may take in memory; nil: as many as they need.
  public var maximumMemory: Int?
  /// Whether the capture holds SYN, FIN and RST alone.
  public var closesOnly = false
  /// Whether connections that go by the book are followed as such; that it makes no difference but
  /// of speed is for tests to show.
  package var followsOrderly = true

  public init(
    profile: HostProfile = HostProfile(.linux), tap: TapPosition? = nil,
    maximumConnections: Int? = nil, maximumMemory: Int? = nil
  ) {
    self.profile = profile
    self.tap = tap
    self.maximumConnections = maximumConnections
    self.maximumMemory = maximumMemory
  }
}

/// What became of one segment.
public struct Receipt: Equatable, Sendable {
  /// The incarnation it was assigned to, and which end sent it.
  public var connection: Int
  public var sender: Role
  /// A second capture of a packet already seen.
  public var isCopy: Bool
  public var late: LateKind?
}

/// The tracking floor's one door: segments in, connections with both endpoints' states out.
///
/// Feed segments in file order. A connection that ended well is handed to `onFinal` and leaves
/// memory once its 2MSL are over in capture time; `forEachConnection` tells the others.
public struct Tracker: ~Copyable {
  let options: TrackerOptions
  var table = ConnectionTable()
  var tombstones = Tombstones()
  var wheel: RetirementWheel
  /// By slot, for the few connections that have any.
  var late: [UInt32: [LateSegment]] = [:]
  var mergedStreams: [UInt32: [Int]] = [:]
  var nextStream = 0
  /// Incarnations that later ones have pushed out, to be handed over.
  var overflow: [UInt32] = []
  /// The last RST, which may be the refusal of a dial or of its answer.
  var refusal: Refusal?
  private var labeller: SegmentLabeller
  var vote = TapVote()

  /// How long an orderly close may stand still.
  let patience: Interval

  var clock = CaptureClock()
  /// No packet was lost that passed later.
  var lossTime: Timestamp
  /// Of connections that no packet has told of.
  var earlierFINs: [EarlierFIN.Path: EarlierFIN] = [:]
  /// How many were numbered when there was room last.
  private var countWithRoom = 0
  /// How many connections were numbered so far.
  public internal(set) var connectionCount = 0
  /// Connections that left memory because of the limit in the options.
  public internal(set) var evicted: [Eviction: Int] = [:]

  public init(options: TrackerOptions = TrackerOptions()) {
    self.options = options
    patience = Self.patience(options.profile)
    lossTime = options.closesOnly ? .distantFuture : .distantPast
    labeller = SegmentLabeller(secret: table.secret)
    // How long after its last segment a connection whose ends are closed leaves.
    wheel = RetirementWheel(delay: options.profile.timeWait + Inference.timerSlack)
  }

  /// Where the capture was taken: as the options say, else by majority of the handshakes so far.
  public var tap: TapPosition { options.tap ?? vote.position }

  /// Labels segments for this tracker, from the first on.
  public func makeLabeller() -> SegmentLabeller { SegmentLabeller(secret: table.secret) }

  /// Takes one segment, and hands over what it makes final.
  @discardableResult
  public mutating func receive(
    _ segment: Segment, onFinal: (ConnectionReport) -> Void
  ) -> Receipt {
    receive(segment, labeller.label(segment), onFinal: onFinal)
  }

  /// Takes one segment that was labelled ahead, as all are then.
  @discardableResult
  public mutating func receive(
    _ segment: borrowing Segment, _ label: SegmentLabel, onFinal: (ConnectionReport) -> Void
  ) -> Receipt {
    let now = advance(to: segment.time, onFinal)
    return receive(segment, label, at: now, onFinal)
  }

  /// Lets time pass until a segment comes, and what is over leave.
  @inline(__always)
  mutating func advance(to time: Timestamp, _ onFinal: (ConnectionReport) -> Void) -> Timestamp {
    let now = clock.tick(time)
    if wheel.hasDue(at: now) { retire(at: now, onFinal: onFinal) }
    if connectionCount != countWithRoom {
      countWithRoom = connectionCount
      if isFull { makeRoom(at: now, onFinal: onFinal) }
    }
    return now
  }

  @inline(__always)
  mutating func receive(
    _ segment: borrowing Segment, _ label: SegmentLabel, at now: Timestamp,
    _ onFinal: (ConnectionReport) -> Void
  ) -> Receipt {
    if let receipt = follow(segment, label, at: now) { return receipt }
    return receiveInFull(copy segment, label, at: now, onFinal)
  }

  private mutating func receiveInFull(
    _ segment: Segment, _ label: SegmentLabel, at now: Timestamp,
    _ onFinal: (ConnectionReport) -> Void
  ) -> Receipt {
    let key = ConnectionKey(segment)
    let fromLow = label.fromLow
    if let refused = Refusal(segment, key: key) { refusal = refused }
    let assignment = assign(segment, key: key, hash: label.hash, fromLow: fromLow, at: now)
    let slot = assignment.slot
    while let pushed = overflow.popLast() {
      tell(Place(.full, pushed), at: now, onFinal)
      drop(pushed)
    }
    let sender = table[slot].role(ofLow: fromLow)
    note(assignment.stream, slot)
    table[slot].ends[sender].packets += 1
    table[slot].lastMark = Mark(segment)
    let isCopy = label.verdict == .copy
    var receipt = Receipt(
      connection: table[slot].number, sender: sender, isCopy: isCopy, late: nil)
    if isCopy {
      table[slot].copies += 1
      return receipt
    }
    if options.closesOnly { assumeWhatWentBefore(segment, slot: slot, sender: sender) }
    receipt.late = pass(
      segment, slot: slot, sender: sender,
      isNetworkDuplicate: label.verdict == .networkDuplicate, stream: assignment.stream)
    if options.closesOnly { assumeAnswer(to: segment, slot: slot, sender: sender) }
    if table[slot].due == 0 { enqueue(Place(.full, slot), after: now) }
    return receipt
  }

  private mutating func note(_ stream: Int, _ slot: UInt32) {
    let first = table[slot].stream
    guard stream != first else { return }
    var streams = mergedStreams.removeValue(forKey: slot) ?? [first]
    // Wireshark counts upwards: nearly always the last, or one more.
    let place = streams.lastIndex { $0 <= stream }
    if place.map({ streams[$0] != stream }) ?? true {
      streams.insert(stream, at: place.map { $0 + 1 } ?? 0)
    }
    mergedStreams[slot] = streams
  }

  // MARK: One segment

  private mutating func pass(
    _ segment: Segment, slot: UInt32, sender: Role, isNetworkDuplicate: Bool, stream: Int
  ) -> LateKind? {
    let mayClose = !segment.flags.isDisjoint(with: [.fin, .rst])
    if let kind = noteForeign(segment, slot: slot, sender: sender, stream: stream) { return kind }
    if table[slot].ghosts[sender] { reviveGhost(slot, sender, segment) }
    if table[slot].ends[sender].superseded.isSet {
      reclaim(slot, sender, segment, key: table[slot].key)
    }
    let deniesGap =
      table[slot].gap != nil && !isNetworkDuplicate
      && table[slot].withdrawGap(by: segment, from: sender)
    var senderBefore: Claim?
    var receiverBefore: Claim?
    if table[slot].isClosing || mayClose {
      let profile = options.profile
      senderBefore = table[slot].claim(sender, at: segment.time, profile: profile)
      receiverBefore = table[slot].claim(sender.peer, at: segment.time, profile: profile)
      table[slot].isClosing = true
    }
    let kind = judge(
      segment, slot: slot, sender: sender, receiverBefore: receiverBefore, stream: stream)
    if segment.flags.contains(.rst), let senderBefore {
      noteReset(segment, slot: slot, sender: sender, before: senderBefore, stream: stream)
    }
    measureHandshake(segment, slot: slot, sender: sender)
    var passage = Passage(
      segment: segment, senderRole: sender, isNetworkDuplicate: isNetworkDuplicate,
      senderAnswerTime: table[slot].answerTime(sender),
      receiverAnswerTime: table[slot].answerTime(sender.peer), senderBefore: senderBefore,
      receiverBefore: receiverBefore,
      isShared: isShared(
        segment, slot: slot, fromLow: table[slot].role(ofLow: true) == sender),
      deniesGap: deniesGap,
      gap: table[slot].gap)
    passage.apply(to: &table[slot].ends)
    table[slot].gap = passage.gap
    return kind
  }

  private mutating func noteReset(
    _ segment: Segment, slot: UInt32, sender: Role, before: Claim, stream: Int
  ) {
    noteUnknownConnection(segment, slot: slot, sender: sender, stream: stream)
    guard table[slot].resetCause == nil else { return }
    table[slot].resetCause = table[slot].resetCause(segment, from: sender, before: before)
  }

  /// Takes the two turn-round times of the handshake.
  private mutating func measureHandshake(_ segment: Segment, slot: UInt32, sender: Role) {
    let isCrossing = table[slot].ends.responder.sent.contains(.syn)
    guard table[slot].roundTrip[sender] == nil, segment.flags.contains(.ack), !isCrossing,
      !segment.flags.contains(.rst), segment.flags.contains(.syn) == (sender == .responder),
      !table[slot].ends[sender].established.isSet
    else { return }
    let asked = table[slot].ends[sender.peer].opening
    guard asked.last.isSet else { return }
    let time = max(segment.time.since(asked.last.time), .zero)
    let isNear = options.tap == (sender == .initiator ? .initiator : .responder)
    table[slot].roundTrip[sender] = isNear ? .zero : time
    guard sender == .initiator, let toResponder = table[slot].roundTrip.responder,
      asked.retransmissions == 0, table[slot].ends.initiator.opening.retransmissions == 0
    else { return }
    vote.add(toResponder: toResponder, toInitiator: time)
  }

  // MARK: What is in memory

  /// The connections that are in memory, to be gone through more than once, until the next segment
  /// is taken.
  public struct Roster: Sendable {
    fileprivate struct Row {
      let number: UInt32
      let place: Place
    }
    fileprivate var rows: [Row]

    public var count: Int { rows.count }
  }

  /// - Parameter isSorted: by number; else they come as they lie in memory, which is faster.
  public func roster(isSorted: Bool = true) -> Roster {
    var rows: [Roster.Row] = []
    rows.reserveCapacity(table.count)
    table.forEachPlace { place, number in
      rows.append(Roster.Row(number: UInt32(clamping: number), place: place))
    }
    if isSorted { rows.sort { $0.number < $1.number } }
    return Roster(rows: rows)
  }

  /// Tells of one of the connections in memory as it is at `instant`.
  public func connection(
    at index: Int, of roster: Roster, at instant: Timestamp,
    _ body: (ConnectionReport) throws -> Void
  ) rethrows {
    try tell(roster.rows[index].place, at: instant, body)
  }

  /// Every connection still in memory at `instant`, in order of their numbers.
  public func forEachConnection(at instant: Timestamp, _ body: (ConnectionReport) -> Void) {
    let roster = roster()
    for index in 0..<roster.count { connection(at: index, of: roster, at: instant, body) }
  }

  /// One connection still in memory at `instant`.
  public func connection(_ number: Int, at instant: Timestamp) -> ConnectionReport? {
    var found: Place?
    table.forEachPlace { place, candidate in if candidate == number { found = place } }
    return found.map { report($0, at: instant) }
  }

  /// The same where it has the addresses and ports of `segment`: it is looked up by them.
  public func connection(
    _ number: Int, on segment: Segment, at instant: Timestamp
  ) -> ConnectionReport? {
    let key = ConnectionKey(segment)
    guard let place = table.occupant(of: key, hash: table.hash(key)) else { return nil }
    let chained =
      place.form == .full ? chain(from: place.slot).map { Place(.full, $0) } : [place]
    return chained.first { table.number(at: $0) == number }.map { report($0, at: instant) }
  }

  /// Gives a body the report of a connection where it was made: it is large.
  func tellAll(
    _ place: Place, at instant: Timestamp, _ body: (ConnectionReport) throws -> Void
  ) rethrows {
    let profile = options.profile
    switch place.form {
    case .full:
      let slot = place.slot
      try body(
        table[slot].report(
          at: instant, profile: profile, late: (late[slot] ?? []).filter { !$0.awaitsReset },
          mergedStreams: mergedStreams[slot] ?? []))
    case .opening:
      let key = table.key(of: table.opening[place.slot].key)
      try body(table.opening[place.slot].report(key: key, at: instant))
    case .orderly:
      let key = table.key(of: table.orderly[place.slot].key)
      if table.orderly[place.slot].phase == .open {
        try body(table.orderly[place.slot].openReport(key: key, at: instant))
      } else {
        try body(report(small: inFull(place), at: instant))
      }
    case .settled:
      let key = table.key(of: table.settled[place.slot].key)
      try body(table.settled[place.slot].report(key: key, at: instant, profile: profile))
    }
  }
}

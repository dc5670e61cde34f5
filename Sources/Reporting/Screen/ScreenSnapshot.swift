import Dissection
import Tracking

/// What a screen shows of a live capture: how it was at one moment.
///
/// Whatever the number of connections, a bounded part of them is in it, counts beside.
public struct ScreenSnapshot {
  /// What is known of the capture itself.
  public struct Capture: Sendable {
    public var start: Timestamp
    public var now: Timestamp
    public var interfaces: [String]
    public var packets = 0
    /// By the kernel and by the interfaces.
    public var drops = CaptureRow.Drops(byKernel: 0, byInterface: 0)
    /// Connections that were given up for want of room.
    public var evicted = 0

    public init(start: Timestamp, now: Timestamp, interfaces: [String]) {
      self.start = start
      self.now = now
      self.interfaces = interfaces
    }
  }

  /// One end of a connection.
  struct End {
    let row: TextSections.EndRow
    /// When its state began, or the latest time at which it can have.
    let since: Timestamp
    /// Of this host; nil where it is not known which ends are.
    let isOwn: Bool?

    var id: ScreenRow.ID { .end(row.connection, row.end.local, row.end.remote) }
  }

  typealias Ends = TopList<EndRank, End>

  public internal(set) var capture: Capture
  /// Ends in each state: this host's, where they are known, and the others.
  var own = StateCounts()
  var others = StateCounts()
  var knowsOwn = false
  /// The filter and order by which the rows were chosen.
  public internal(set) var query: ScreenQuery
  /// Those that have been in CLOSE_WAIT for long enough.
  var closeWait: Ends
  /// How many of them are of other hosts.
  var otherCloseWaits = 0
  /// How many of this host's each process holds.
  var holders: [HostEnd.Process: Int] = [:]
  /// The longest of them.
  var oldest: Interval?
  /// Those whose programs still send.
  var draining = 0
  /// All but those that are CLOSED.
  var ends: Ends
  var dials: TopList<DialCensus.Rank, DialCensus.Row>
  var timeWaits = Pair(initiator: 0, responder: 0)
  var ports: EphemeralPorts?
  /// The newest first.
  var late: TopList<LargestFirst<Int, Int>, LateSegment>
  var lateByKind: [LateKind: Int] = [:]
  var lateTotal: Int { lateByKind.values.reduce(0, +) }
  public internal(set) var history = ScreenHistory()
  /// The connection that is looked at.
  public var ladder: ScreenLadder?
}

/// One connection as its packets tell it.
public struct ScreenLadder {
  public var report: ExplainReport
  /// Packets that are not in memory any more.
  public var missing: Int

  public init(report: ExplainReport, missing: Int) {
    self.report = report
    self.missing = missing
  }
}

/// How many ends are in which state.
struct StateCounts: Equatable, Sendable {
  private var counts = InlineArray<11, Int>(repeating: 0)

  subscript(state: TCPState) -> Int {
    get { counts[Int(state.rawValue)] }
    set { counts[Int(state.rawValue)] = newValue }
  }

  static func == (left: StateCounts, right: StateCounts) -> Bool {
    TCPState.allCases.allSatisfy { left[$0] == right[$0] }
  }
}

import Dissection
import Host
import Reporting
import Tracking

/// One end of this host as its kernel has listed it.
struct LocalSocket {
  /// How long a packet may be under way from the kernel to the tracker.
  static let grace = Interval.seconds(1)
  /// Linux TCP_TIMEWAIT_LEN (include/net/tcp.h); the timer starts anew with late packets.
  private static let timeWait = Interval.seconds(60)
  /// How long what left the table is remembered, so that its program can be named.
  private static let memory = Interval.seconds(60)

  var state: TCPState
  let cookie: UInt64
  /// The latest time at which the state can have begun.
  var since: Timestamp
  /// When the kernel's timer ends the state.
  var until: Timestamp?
  var process: HostEnd.Process?
  /// The connection that packets tell of; 0 or less where they do not.
  var connection: Int?
  /// It is open, and no packet told of it when it was looked for last.
  var isUntold = false
  /// What packets said when it was looked for last.
  var claimed: TCPState?
  /// Since when that and the kernel's state have been what they are, and differ.
  var differsSince: Timestamp?
  /// When it was in the table last, and when it was no longer.
  var listed: Timestamp
  var goneSince: Timestamp?

  /// - Returns: nil when it is no end of a connection.
  init?(_ row: KernelSocket, after earlier: LocalSocket?, at now: Timestamp) {
    guard let state = TCPState(row.state) else { return nil }
    self.state = state
    cookie = row.cookie
    listed = now
    since = now
    if let age = row.lastACKMilliseconds {
      since = now.advanced(by: Interval.milliseconds(Int64(age)) * -1)
    }
    if row.timer == .timeWait {
      let end = now.advanced(by: .milliseconds(Int64(row.expiresMilliseconds)))
      until = end
      if state == .timeWait { since = min(now, end.advanced(by: Self.timeWait * -1)) }
    }
    guard let earlier, earlier.cookie == cookie else { return }
    process = earlier.process
    connection = earlier.connection
    claimed = earlier.claimed
    isUntold = earlier.isUntold
    if earlier.state == state {
      since = min(since, earlier.since)
      differsSince = earlier.differsSince
    }
  }

  /// Compares it with what packets tell of the end.
  mutating func compare(_ number: Int, _ state: TCPState, at now: Timestamp) {
    let own = goneSince == nil ? self.state : .closed
    if state == own {
      differsSince = nil
    } else if claimed != state || differsSince == nil || connection != number {
      differsSince = now
    }
    (connection, claimed) = (number, state)
  }

  /// For reports.
  func hostEnd(at now: Timestamp) -> HostEnd {
    let isGone = goneSince != nil
    let isSeen = connection.map { $0 > 0 } ?? true
    let differs = differsSince.map { now.since($0) >= Self.grace } ?? false
    return HostEnd(
      process: process, source: isGone ? .packets : isSeen ? .both : .kernel,
      kernelState: differs ? (isGone ? .closed : state) : nil, connection: connection)
  }

  /// Whether it can still tell of its program. TIME_WAIT has none, and nearly all that leave were
  /// in it.
  func isRemembered(at now: Timestamp) -> Bool {
    guard process != nil, let goneSince else { return false }
    return now.since(goneSince) < Self.memory
  }

  /// A state that a close has begun, and that packets would have told of.
  var isClosing: Bool {
    switch state {
    case .finWait1, .finWait2, .closeWait, .closing, .lastAck, .timeWait: true
    case .closed, .listen, .synSent, .synReceived, .established: false
    }
  }
}

extension HostEnd.Process {
  init(_ program: ProgramDescription) {
    self.init(
      name: program.name, pid: Int(program.pid),
      user: program.userName ?? program.user.map(String.init),
      controlGroup: program.controlGroup)
  }
}

extension TCPState {
  /// The kernel's state; nil for sockets that are no end of a connection.
  init?(_ state: KernelSocket.State) {
    switch state {
    case .established: self = .established
    case .synSent: self = .synSent
    case .synReceived, .newSYNReceived: self = .synReceived
    case .finWait1: self = .finWait1
    case .finWait2: self = .finWait2
    case .timeWait: self = .timeWait
    case .closeWait: self = .closeWait
    case .lastACK: self = .lastAck
    case .closing: self = .closing
    case .closed, .listen, .bound: return nil
    }
  }
}

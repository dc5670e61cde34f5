import Dissection
import Host
import Reporting
import Tracking

/// The ends of this host as its kernel lists them, beside what packets tell of them.
final class LocalSockets {
  /// Whose programs are to be named.
  enum Programs: String, CaseIterable {
    case all, own, none
  }

  /// How long what left the table is remembered, so that its program can be named.
  private static let memory = Interval.seconds(60)

  private var source: SocketSource
  private let programs: Programs
  /// Whether ends that no packet told of are to be reported.
  private let reportsUnseen: Bool
  private var sockets: [HostEnds.Key: LocalSocket] = [:]
  private var addresses: Set<IPAddress> = []
  private var inodes: [HostEnds.Key: UInt32] = [:]
  /// The lowest number of a connection that no packet told of.
  private var lowest = 1
  /// Of those that are reported.
  private(set) var unseen: [HostEnds.Key: ConnectionReport] = [:]
  /// Those that were, and are no longer: gone, or known from packets.
  private var ended: [ConnectionReport] = []

  /// When the kernel was asked last.
  private(set) var listed = Timestamp.distantPast

  /// In the calling thread's network namespace.
  init(programs: Programs, reportsUnseen: Bool) throws(HostError) {
    source = try SocketSource()
    self.programs = programs
    self.reportsUnseen = reportsUnseen
  }

  /// Processes of other users that cannot be looked at.
  var hiddenProcesses: Int { programs == .all ? source.hiddenProcesses : 0 }

  // MARK: The kernel's view

  /// Asks the kernel.
  func list(at now: Timestamp) throws(HostError) {
    var rows: [KernelSocket] = []
    try source.forEachSocket { rows.append($0) }
    try take(rows, at: now)
    listed = now
  }

  private func take(_ rows: [KernelSocket], at now: Timestamp) throws(HostError) {
    var listing: [HostEnds.Key: LocalSocket] = [:]
    listing.reserveCapacity(rows.count)
    inodes.removeAll(keepingCapacity: true)
    for row in rows {
      let key = HostEnds.Key(local: row.local, remote: row.remote)
      guard let socket = LocalSocket(row, after: sockets[key], at: now) else { continue }
      listing[key] = socket
      addresses.insert(row.local.address)
      if row.inode != 0 { inodes[key] = row.inode }
    }
    for (key, var socket) in sockets where listing[key] == nil {
      if socket.goneSince == nil {
        socket.goneSince = now
        socket.differsSince = nil
      }
      if let gone = socket.goneSince, now.since(gone) < Self.memory || socket.differsSince != nil {
        listing[key] = socket
      }
    }
    sockets = listing
    if programs == .none { return }
    try source.look(for: Set(inodes.values))
    for (key, inode) in inodes {
      // What no program holds any more is still named after the one that did.
      if let program = source.program(of: inode) { sockets[key]?.process = .init(program) }
    }
  }

  // MARK: Beside packets

  /// Compares the kernel's view with what packets tell.
  ///
  /// To be called when the packets that came before it was asked are known to the tracker.
  func compare(with tracker: borrowing Tracker, at now: Timestamp) {
    var known: [HostEnds.Key: ConnectionReport] = [:]
    var index = sockets.startIndex
    while index != sockets.endIndex {
      defer { sockets.formIndex(after: &index) }
      let key = sockets[index].key
      var socket = sockets.values[index]
      var newest: (number: Int, state: TCPState)?
      socket.isUntold = false
      tracker.forEachConnection(between: key.local, key.remote, at: now) { connection in
        if newest != nil { return }
        let role: Role = connection.endpoints.initiator.local == key.local ? .initiator : .responder
        newest = (connection.number, connection.endpoints[role].claim.state)
      }
      if let newest {
        socket.compare(newest.number, newest.state, at: now)
      } else if socket.goneSince != nil || !socket.isClosing || !reportsUnseen {
        // Nothing to compare: it has left memory, or its packets are filtered out.
        socket.differsSince = nil
        socket.isUntold = reportsUnseen && socket.goneSince == nil
      } else {
        known[key] = unseenConnection(key, &socket)
      }
      sockets.values[index] = socket
    }
    for (key, report) in unseen where known[key]?.number != report.number {
      ended.append(sockets[key]?.goneSince == nil ? report : report.closed(at: now))
    }
    unseen = known
  }

  private func unseenConnection(
    _ key: HostEnds.Key, _ socket: inout LocalSocket
  ) -> ConnectionReport {
    if socket.connection.map({ $0 > 0 }) ?? true {
      lowest -= 1
      socket.connection = lowest
    }
    return ConnectionReport(
      unseen: socket.connection ?? 0, local: key.local, remote: key.remote, state: socket.state,
      since: socket.since, until: socket.until)
  }

  /// Hands over the connections that no packet told of, and that are no longer reported as such.
  func takeEnded() -> [ConnectionReport] {
    defer { ended.removeAll() }
    return ended
  }

  /// Tells of all ends that no packet told of when it was looked for last: those that are reported,
  /// and those that are open.
  func forEachUntold(_ body: (ConnectionReport) -> Void) {
    for report in unseen.values { body(report) }
    for (key, socket) in sockets where socket.isUntold && socket.goneSince == nil {
      body(
        ConnectionReport(
          unseen: 0, local: key.local, remote: key.remote, state: socket.state,
          since: socket.since, until: socket.until))
    }
  }

  /// Whether one of the ends of a connection is in the table, as it was when the kernel was asked.
  func knows(_ ends: Pair<SocketAddress>) -> Bool {
    sockets[HostEnds.Key(local: ends.initiator, remote: ends.responder)] != nil
      || sockets[HostEnds.Key(local: ends.responder, remote: ends.initiator)] != nil
  }

  /// For reports.
  func ends(at now: Timestamp) -> HostEnds {
    HostEnds(ends: sockets.mapValues { $0.hostEnd(at: now) }, addresses: addresses)
  }
}

extension ConnectionReport {
  /// The same once the kernel does not list it any more.
  fileprivate func closed(at now: Timestamp) -> ConnectionReport {
    let end = endpoints.initiator
    return ConnectionReport(
      unseen: number, local: end.local, remote: end.remote, state: .closed, since: now,
      until: nil)
  }
}

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

  /// How long the packets wait for a comparison at a time.
  private static let turn = Duration.milliseconds(20)

  private let lister: SocketLister
  private let programs: Programs
  /// Whether ends that no packet told of are to be reported.
  private let reportsUnseen: Bool
  private var sockets: [HostEnds.Key: LocalSocket] = [:]
  private var addresses: Set<IPAddress> = []
  /// What the kernel listed before the capture began.
  private var first: SocketListing?
  /// Those that are not compared yet.
  private var uncompared: [HostEnds.Key] = []
  /// The lowest number of a connection that no packet told of.
  private var lowest = 1
  /// Of those that are reported.
  private(set) var unseen: [HostEnds.Key: ConnectionReport] = [:]
  /// Those that were, and are no longer: gone, or known from packets.
  private var ended: [ConnectionReport] = []

  /// Those that are, as far as all are compared.
  private var told: [HostEnds.Key: ConnectionReport] = [:]
  /// When the kernel was asked last, and of when the list is that was taken last.
  private(set) var asked = Timestamp.distantPast
  private(set) var listed = Timestamp.distantPast
  /// Processes of other users that cannot be looked at.
  private(set) var hiddenProcesses = 0

  /// In the calling thread's network namespace. To be made before the capture: what closes from then
  /// on is seen in packets, or listed.
  init(programs: Programs, reportsUnseen: Bool) throws(HostError) {
    lister = try SocketLister(namesPrograms: programs != .none)
    first = try lister.listSockets()
    self.programs = programs
    self.reportsUnseen = reportsUnseen
  }

  // MARK: The kernel's view

  /// Takes what was listed before the capture, and what is listed now that it has begun; programs
  /// come with the first answer.
  ///
  /// - Returns: the FINs that may have passed before.
  /// - Throws: when the kernel cannot be asked now; what was listed before is taken all the same.
  func begin(at now: Timestamp) throws(HostError) -> [EarlierFIN] {
    if let first = first.take() { take(first, at: now) }
    let fins = earlierFINs
    let second = try lister.listSockets()
    take(second, at: now.advanced(by: second.delay))
    return fins + earlierFINs
  }

  /// Whether the kernel was asked, and its answer has not been taken.
  var isAsked: Bool { lister.isAsked }

  /// Asks the kernel, if it has answered what it was asked before; its answer is taken later.
  func ask(at now: Timestamp) {
    if lister.ask() { asked = now }
  }

  /// Waits for the answer.
  func wait() { lister.wait() }

  /// Takes the kernel's answer, which is then to be compared.
  ///
  /// - Returns: whether there is one.
  func take() throws(HostError) -> Bool {
    guard let listing = try lister.take() else { return false }
    if programs == .all { hiddenProcesses = listing.hiddenProcesses }
    take(listing, at: asked.advanced(by: listing.delay))
    uncompared = Array(sockets.keys)
    told = [:]
    return true
  }

  private func take(_ listing: SocketListing, at now: Timestamp) {
    listed = now
    for row in listing.rows {
      let key = HostEnds.Key(local: row.local, remote: row.remote)
      guard var socket = LocalSocket(row, after: sockets[key], at: now) else { continue }
      // What no program holds any more is still named after the one that did.
      if let process = listing.processes[row.inode] { socket.process = process }
      sockets[key] = socket
      addresses.insert(row.local.address)
    }
    var leaving: [HostEnds.Key] = []
    for index in sockets.indices where sockets.values[index].listed != now {
      if sockets.values[index].goneSince == nil {
        sockets.values[index].goneSince = now
        sockets.values[index].differsSince = nil
      } else if sockets.values[index].differsSince == nil,
        !sockets.values[index].isRemembered(at: now)
      {
        leaving.append(sockets.keys[index])
      }
    }
    for key in leaving { sockets[key] = nil }
  }

  /// The FINs behind the states that were listed: packets may have passed before the capture.
  var earlierFINs: [EarlierFIN] {
    sockets.flatMap { key, socket -> [EarlierFIN] in
      // What ended it may not have been read yet.
      if let goneSince = socket.goneSince, goneSince < listed { return [] }
      let own = EarlierFIN(
        sender: key.local, receiver: key.remote, time: socket.since,
        isAnswered: socket.state == .timeWait)
      let peers = EarlierFIN(sender: key.remote, receiver: key.local, time: socket.since)
      switch socket.state {
      // Its own FIN comes again, and tells of itself.
      case .closeWait, .lastAck: return [peers]
      case .finWait2: return [own]
      case .timeWait:
        // There are many, and packets have told of nearly all.
        if socket.connection.map({ $0 > 0 }) ?? false { return [] }
        return [own, peers]
      case .closed, .listen, .synSent, .synReceived, .established, .finWait1, .closing: return []
      }
    }
  }

  // MARK: Beside packets

  /// Compares the kernel's view with what packets tell, for no longer than packets can wait.
  ///
  /// To be called when the packets that came before it was asked are known to the tracker.
  ///
  /// - Returns: whether all is compared; if not, it goes on at the next call.
  func compare(with tracker: borrowing Tracker, at now: Timestamp) -> Bool {
    let end = ContinuousClock.now + Self.turn
    while let key = uncompared.popLast() {
      compare(key, with: tracker, at: now)
      if uncompared.count % 256 == 0, !uncompared.isEmpty, ContinuousClock.now >= end {
        return false
      }
    }
    for (key, report) in unseen where told[key]?.number != report.number {
      let isGone = sockets[key].map { $0.goneSince != nil && $0.connection == report.number }
      ended.append(isGone == true ? report.closed(at: now) : report)
    }
    unseen = told
    return true
  }

  private func compare(
    _ key: HostEnds.Key, with tracker: borrowing Tracker, at now: Timestamp
  ) {
    guard var socket = sockets[key] else { return }
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
      told[key] = unseenConnection(key, &socket)
    }
    sockets[key] = socket
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

  /// Hands over the connections that no packet told of, and that are no longer reported as such: as
  /// they were, if packets tell of their ends now, and else closed.
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

  /// For reports, which ask for what they tell of.
  func ends(at now: Timestamp) -> HostEnds {
    HostEnds(addresses: addresses) { self.sockets[$0]?.hostEnd(at: now) }
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

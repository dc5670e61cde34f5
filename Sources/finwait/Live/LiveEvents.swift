import Dissection
import Reporting
import Tracking

/// Tells what happens as it happens: the events of `live --format jsonl`.
final class LiveEvents {
  /// A state is a finding from this age on, unless another is asked for: later than most programs
  /// need to answer a FIN, and soon enough to be told within a second.
  static let minimumAge = Interval.milliseconds(500)
  /// How far behind the clock time passes: nearly all packets are here by then.
  private static let delay = Interval.milliseconds(200)

  private var watch: ConnectionWatch
  private var writer: EventWriter
  private var unseen: ConnectionWatch
  private var drops: [CaptureRow.Drops] = []

  init(selection: Selection, drain: @escaping OutputBuffer.Drain) {
    watch = ConnectionWatch(selection: selection)
    unseen = ConnectionWatch(selection: selection)
    writer = EventWriter(drain: drain)
  }

  // MARK: Packets

  /// Looks at what a segment has moved.
  func follow(_ receipt: Receipt, _ segment: Segment, _ tracker: borrowing Tracker) {
    if receipt.isCopy { return }
    let isMoving = !segment.flags.isDisjoint(with: [.syn, .fin, .rst]) || receipt.late != nil
    if !isMoving, watch.isOpen(receipt.connection) { return }
    if watch.postpones(receipt.connection, at: segment.time) { return }
    _ = look(
      segment.source, segment.destination, at: segment.time, isMoved: isMoving, tracker,
      receipt.connection)
  }

  /// Takes what leaves memory.
  func end(_ connection: ConnectionReport, at instant: Timestamp) {
    watch.end(connection, at: instant) { writer.write($0, at: $1) }
  }

  /// Looks at all connections between two ends: one of them can end another.
  ///
  /// - Returns: whether the one of a number is among them.
  private func look(
    _ one: SocketAddress, _ other: SocketAddress, at instant: Timestamp, isMoved: Bool,
    _ tracker: borrowing Tracker, _ number: Int
  ) -> Bool {
    var isThere = false
    tracker.forEachConnection(between: one, other, at: instant) { connection in
      watch.update(connection, at: instant, isMoved: isMoved) { writer.write($0, at: $1) }
      if connection.number == number { isThere = true }
    }
    return isThere
  }

  // MARK: Time

  /// What time may have changed by now.
  func takeDue(at now: Timestamp) -> [ConnectionWatch.Appointment] {
    watch.takeDue(at: now.advanced(by: Self.delay * -1))
  }

  /// Looks at that.
  func look(
    at due: [ConnectionWatch.Appointment], now: Timestamp, _ tracker: borrowing Tracker
  ) {
    let instant = now.advanced(by: Self.delay * -1)
    for appointment in due {
      let ends = appointment.ends
      let isThere = look(
        ends.initiator, ends.responder, at: instant, isMoved: false, tracker, appointment.number)
      if !isThere { watch.forget(appointment.number) }
    }
  }

  // MARK: This host

  /// Takes what this host says of its ends.
  func tell(of host: HostEnds) { writer.tell(of: host) }

  /// Takes those of its connections that no packet told of, and those of them that are over.
  func tell(
    ofUnseen connections: some Sequence<ConnectionReport>, ended: [ConnectionReport],
    at now: Timestamp
  ) {
    for connection in ended { unseen.end(connection, at: now) { writer.write($0, at: $1) } }
    for connection in connections {
      unseen.update(connection, at: now) { writer.write($0, at: $1) }
    }
  }

  /// Takes what was not captured, an interface after the other.
  func tell(of dropped: [(interface: String, drops: CaptureRow.Drops)], at now: Timestamp) {
    for (index, row) in dropped.enumerated() {
      let before =
        index < drops.count ? drops[index] : CaptureRow.Drops(byKernel: 0, byInterface: 0)
      let more = CaptureRow.Drops(
        byKernel: row.drops.byKernel - before.byKernel,
        byInterface: row.drops.byInterface - before.byInterface)
      if more.byKernel + more.byInterface > 0 {
        writer.write(.drops(interface: row.interface, more), at: now)
      }
    }
    drops = dropped.map(\.drops)
  }

  /// Hands over the lines that are written.
  func flush() throws { try writer.flush() }
}

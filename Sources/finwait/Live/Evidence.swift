import ArgumentParser
import Capture
import Dissection
import Reporting
import Tracking

/// The packets of connections with findings, on their way to a file.
///
/// The latest packets of all connections wait in memory. When one gets a finding, those of it that
/// are left are written, and from then on all, until it is over.
struct Evidence {
  private let place: PrivatePlace
  private let interfaces: [PcapngWriter.Interface]
  private let fileOctets: Int
  private let files: Int
  private var ring: FrameRing
  /// Nil once it could not be written.
  private var writer: PcapngWriter?
  /// Connections whose packets are written as they come.
  private var kept: Set<UInt32> = []
  /// Those with findings that are new.
  private var found: Set<UInt32> = []
  /// Those that are over.
  private var departed: Set<UInt32> = []
  /// Packets written.
  private(set) var packets = 0
  private let notices: Notices

  /// Begins the file, with the rights that the process has now.
  init(
    path: String, _ options: EvidenceOptions, of capture: LiveCapture, snaplen: Int,
    notices: Notices
  ) throws {
    self.notices = notices
    fileOctets = options.writeSize << 20
    files = options.writeFiles
    ring = FrameRing(octets: options.writeMemory << 20, history: options.writeHistory)
    interfaces = capture.interfaces.map {
      PcapngWriter.Interface(
        name: $0.name, linkType: $0.linkType, snapshotLength: UInt32(clamping: snaplen))
    }
    do {
      place = try PrivatePlace(path: path)
      // What an earlier run has kept stays, as if it had gone on.
      if try place.holdsPackets() { try place.turn(keeping: files) }
      writer = try place.create(application: Finwait.application, interfaces: interfaces)
    } catch {
      throw OutputFailure(error)
    }
  }

  /// Whether it is still written.
  var isWritten: Bool { writer != nil }

  /// Takes a packet of a connection.
  mutating func take(_ record: FrameRecord, _ bytes: Span<UInt8>, of connection: Int) {
    guard isWritten else { return }
    let owner = UInt32(truncatingIfNeeded: connection)
    guard kept.contains(owner) else { return ring.append(record, bytes, owner: owner) }
    attempt { evidence throws(SavefileWriter.Failure) in
      try evidence.makeRoom(for: bytes.count)
      try evidence.writer?.write(record, bytes)
      evidence.packets += 1
    }
  }

  /// Looks whether a connection has findings.
  mutating func look(at connection: ConnectionReport, _ selected: Selected) {
    let owner = UInt32(truncatingIfNeeded: connection.number)
    guard isWritten, !kept.contains(owner), selected.isEvident else { return }
    found.insert(owner)
  }

  /// A connection is over: no more of it comes.
  mutating func leave(_ connection: ConnectionReport) {
    if isWritten { departed.insert(UInt32(truncatingIfNeeded: connection.number)) }
  }

  /// Writes what has come since the last call; whatever happens to the process then, it is written.
  mutating func flush() {
    guard isWritten else { return }
    attempt { evidence throws(SavefileWriter.Failure) in
      if !evidence.found.isEmpty { try evidence.writeFound() }
      try evidence.writer?.flush()
    }
    kept.subtract(departed)
    departed.removeAll(keepingCapacity: true)
  }

  private mutating func writeFound() throws(SavefileWriter.Failure) {
    var ring = FrameRing(octets: 0, history: .zero)
    swap(&ring, &self.ring)
    defer { swap(&ring, &self.ring) }
    try ring.take(found) { block throws(SavefileWriter.Failure) in
      try makeRoom(for: block.count)
      try writer?.write(blocks: block)
      packets += 1
    }
    kept.formUnion(found)
    found.removeAll(keepingCapacity: true)
  }

  /// Begins the next file if one is as long as it may be.
  private mutating func makeRoom(for more: Int) throws(SavefileWriter.Failure) {
    guard let writer, writer.count + more > fileOctets else { return }
    try writer.close()
    try place.turn(keeping: files)
    self.writer = try place.create(application: Finwait.application, interfaces: interfaces)
  }

  /// Ends the file, with what is known of the interfaces.
  mutating func finish(_ capture: LiveCapture) {
    flush()
    attempt { evidence throws(SavefileWriter.Failure) in
      for (index, interface) in capture.interfaces.enumerated() {
        let statistics = PcapngWriter.Statistics(
          received: UInt64(interface.packets), droppedByInterface: interface.droppedByInterface,
          droppedBySystem: interface.dropped)
        try evidence.writer?.write(statistics, of: index, at: capture.now)
      }
      try evidence.writer?.close()
    }
  }

  /// Does something with the file; when that fails, it is said once, and the capture goes on.
  private mutating func attempt(
    _ body: (inout Evidence) throws(SavefileWriter.Failure) -> Void
  ) {
    do throws(SavefileWriter.Failure) {
      try body(&self)
    } catch {
      writer = nil
      ring = FrameRing(octets: 0, history: .zero)
      (kept, found, departed) = ([], [], [])
      notices.say("\(error.sentence); no more evidence is kept")
    }
  }
}

extension Selected {
  /// Whether somebody may have to look at the packets; TIME_WAIT by itself is part of every close.
  fileprivate var isEvident: Bool { hasLate || findings.contains { $0.kind != .timeWait } }
}

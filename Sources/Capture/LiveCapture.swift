import Dissection

/// One or more interfaces as one capture: frames as they pass, in the order of their times.
///
/// Nothing is read but in `read`, on whatever thread calls it; the kernel's buffers hold what comes
/// in between.
public final class LiveCapture {
  /// What is known of one of the interfaces.
  public struct Interface: Equatable, Sendable {
    public var name: String
    public var linkType: LinkType
    /// Frames that were delivered.
    public var packets = 0
    public var firstTime: Timestamp?
    public var lastTime: Timestamp?
    public var isTruncated = false
    /// Packets that the kernel had no room for.
    public var dropped: UInt64 = 0
    /// Packets that the interface itself had no room for.
    public var droppedByInterface: UInt64 = 0
    /// Why no more packets come from it.
    public var failure: LiveError?
  }

  private struct Lane {
    let handle: LiveHandle
    let batch: LiveBatch
    var interface: Interface
    /// As libpcap counted last.
    var counted: UInt32 = 0
    /// What the interface had counted when it was told of first.
    var missedBefore: UInt64?
  }

  private var lanes: [Lane] = []
  private var order: MergeOrder
  /// Frames delivered.
  private var counter = 0
  private let delay: Interval
  public private(set) var clock = SteadyClock()
  private var steps: [ClockStep] = []

  /// Opens the interfaces, for which a privilege is needed.
  public init(interfaces: [String], options: LiveOptions) throws(LiveError) {
    order = MergeOrder(heads: [Timestamp?](repeating: nil, count: interfaces.count))
    // The kernel looks at a block that fills slowly once in the time given, and hands it over when it
    // finds it there for the second time (net/packet/af_packet.c).
    delay = .milliseconds(options.isImmediate ? 20 : 3 * Int64(LiveOptions.delayMilliseconds))
    for (number, name) in interfaces.enumerated() {
      let handle = try LiveHandle(interface: name, options: options)
      let batch = LiveBatch(
        linkType: handle.linkType, interface: UInt16(clamping: number),
        snapshotLength: options.snapshotLength)
      lanes.append(
        Lane(
          handle: handle, batch: batch,
          interface: Interface(name: name, linkType: handle.linkType)))
    }
  }

  public var interfaces: [Interface] { lanes.map(\.interface) }

  /// To be waited for with poll(2), for packets: those of the interfaces that still give any.
  public var descriptors: [Int32] {
    lanes.filter { $0.interface.failure == nil }.compactMap(\.handle.descriptor)
  }

  /// Whether packets can still come.
  public var isOpen: Bool { lanes.contains { $0.interface.failure == nil } }

  /// The time now, on the clock of the packets.
  public var now: Timestamp { clock.now }

  /// No packet that was lost passed later; nil: none was lost, as far as the kernel tells.
  public private(set) var lossTime: Timestamp?

  /// Hands over the steps of the machine's clock that were noticed since the last call.
  public func takeSteps() -> [ClockStep] {
    defer { steps.removeAll() }
    return steps
  }

  /// Delivers the frames that have come to `body`: consecutive frames of one interface (an index
  /// into `interfaces`) and the bytes that they lie in.
  ///
  /// Of several interfaces, frames wait until none earlier can come from another.
  ///
  /// - Parameter isLast: nothing is held back.
  /// - Returns: whether more may have come meanwhile.
  public func read(
    isLast: Bool = false,
    _ body: (_ interface: Int, _ records: ArraySlice<FrameRecord>, _ bytes: Span<UInt8>) throws
      -> Void
  ) rethrows -> Bool {
    var hasMore = false
    // What came before the first interface is read is complete once the last is.
    note(clock.look())
    let begin = clock.now
    for index in lanes.indices where lanes[index].interface.failure == nil {
      do throws(LiveError) {
        if try lanes[index].handle.read(into: lanes[index].batch) { hasMore = true }
      } catch {
        lanes[index].interface.failure = error
        count(index)
      }
    }
    // Stamps are judged by a look at the clock that comes after them.
    note(clock.look())
    // Counted before what was read is delivered: whatever a packet follows was lost before it came.
    countDrops()
    for lane in lanes { lane.batch.settle(clock) }
    try deliver(through: lanes.count == 1 || isLast ? nil : horizon(before: begin), body)
    return hasMore
  }

  private func countDrops() {
    for index in lanes.indices where lanes[index].interface.failure == nil { count(index) }
  }

  /// The time up to which all frames have come, but those that a full batch had no room for; that
  /// batch is delivered whole.
  ///
  /// - Parameter begin: when the interfaces began to be read.
  private func horizon(before begin: Timestamp) -> Timestamp {
    let full = lanes.filter { $0.batch.room == 0 }.map(\.batch.latest)
    return full.min() ?? begin.advanced(by: delay * -1)
  }

  private func note(_ step: ClockStep?) {
    if let step { steps.append(step) }
  }

  private func deliver(
    through horizon: Timestamp?,
    _ body: (_ interface: Int, _ records: ArraySlice<FrameRecord>, _ bytes: Span<UInt8>) throws
      -> Void
  ) rethrows {
    for index in lanes.indices { order.heads[index] = lanes[index].batch.head }
    while let turn = order.next() {
      let batch = lanes[turn.file].batch
      let records = batch.take(through: horizon, before: turn.bound, from: counter + 1)
      if records.isEmpty { break }
      counter += records.count
      lanes[turn.file].interface.count(records)
      order.heads[turn.file] = batch.head
      try body(turn.file, records, batch.bytes.span)
    }
    for lane in lanes { lane.batch.recycle() }
  }

  /// Takes how many packets an interface has had no room for, since it is there. libpcap does not
  /// know of namespaces, and would tell of another interface of the name.
  public func note(missedPackets count: UInt64, of index: Int) {
    guard let before = lanes[index].missedBefore else {
      lanes[index].missedBefore = count
      return
    }
    let missed = count &- before
    if missed != lanes[index].interface.droppedByInterface { lossTime = clock.now }
    lanes[index].interface.droppedByInterface = missed
  }

  private func count(_ index: Int) {
    guard let dropped = lanes[index].handle.dropped() else { return }
    if dropped != lanes[index].counted { lossTime = clock.now }
    lanes[index].interface.dropped += UInt64(dropped &- lanes[index].counted)
    lanes[index].counted = dropped
  }
}

extension LiveCapture.Interface {
  fileprivate mutating func count(_ records: ArraySlice<FrameRecord>) {
    packets += records.count
    for record in records {
      firstTime = min(firstTime ?? record.time, record.time)
      lastTime = max(lastTime ?? record.time, record.time)
      if record.capturedLength < record.originalLength { isTruncated = true }
    }
  }
}

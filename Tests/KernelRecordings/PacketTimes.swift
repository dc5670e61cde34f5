import Dissection

/// When each packet passed a point, by way and content.
struct PacketTimes {
  /// What is the same of a packet wherever it is captured.
  private struct Content: Hashable {
    let sequence: UInt32
    let acknowledgment: UInt32
    let flags: UInt8
    let window: UInt16
    let length: UInt32
    let identification: UInt16
    let options: TCPOptions

    init(_ segment: Segment) {
      sequence = segment.sequenceNumber.value
      acknowledgment = segment.acknowledgmentNumber.value
      flags = segment.flags.rawValue
      window = segment.window
      length = segment.payloadLength
      identification = segment.ipIdentification
      options = segment.options
    }
  }

  /// From `start` on, and before `end`.
  struct Span: Equatable {
    let start: Timestamp
    let end: Timestamp

    func contains(_ instant: Timestamp) -> Bool { instant >= start && instant < end }

    func instants(every step: Interval) -> some Sequence<Timestamp> {
      sequence(first: start) { $0.advanced(by: step) }.prefix { $0 <= end }
    }
  }

  private var times: [KernelObservation.Way: [Content: [Timestamp]]] = [:]

  init(_ segments: [Segment]) {
    for segment in segments {
      let way = KernelObservation.Way(local: segment.source, remote: segment.destination)
      times[way, default: [:]][Content(segment), default: []].append(segment.time)
    }
  }

  /// The times at which anything passed on this way, in no order.
  func moments(_ way: KernelObservation.Way) -> [Timestamp] {
    times[way, default: [:]].values.flatMap { $0 }
  }

  /// While a packet had passed here and not yet, or never, the other point.
  func missing(at other: PacketTimes, _ way: KernelObservation.Way) -> [Span] {
    times[way, default: [:]].flatMap { content, here in
      let there = other.times[way]?[content] ?? []
      return here.enumerated().compactMap { index, time in
        let arrival = index < there.count ? there[index] : .distantFuture
        return arrival > time ? Span(start: time, end: arrival) : nil
      }
    }
  }

  /// From when on a packet has passed here that the other point never saw.
  func unknown(at other: PacketTimes, _ way: KernelObservation.Way) -> [Span] {
    times[way, default: [:]].compactMap { content, here in
      guard other.times[way]?[content] == nil, let first = here.first else { return nil }
      return Span(start: first, end: .distantFuture)
    }
  }
}

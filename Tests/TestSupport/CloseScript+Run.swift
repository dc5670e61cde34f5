import Dissection
import Tracking

extension CloseScript {
  /// What a run found wrong, and what it left.
  public struct Outcome {
    /// In order of the script: line, what was expected and what was found.
    public var failures: [String] = []
    /// As they stood after the last line, by number; those handed over as final among them.
    public var reports: [Int: ConnectionReport] = [:]
    /// Those that left memory.
    public var final: Set<Int> = []
    /// Where the tracker takes the tap to be.
    public var tap = TapPosition.unknown
  }

  /// Nothing of what is claimed may depend on where sequence numbers begin, whose address is
  /// lower, or what the tracker does for speed.
  struct Variant: CustomStringConvertible {
    var initialX: UInt32
    var initialY: UInt32
    var x: SocketAddress
    var y: SocketAddress
    var followsOrderly = true
    let description: String

    static let all = [
      Variant(
        initialX: 1_000_000, initialY: 3_000_000_000, x: "10.0.0.1:40000", y: "10.0.0.2:80",
        description: "X has the lower address"),
      Variant(
        initialX: .max, initialY: 77_000, x: "10.0.0.2:40000", y: "10.0.0.1:80",
        description: "X wraps around with its first octet, Y has the lower address"),
      Variant(
        initialX: 5_000, initialY: .max - 50, x: "10.0.0.1:40000", y: "10.0.0.2:80",
        description: "Y wraps around after fifty octets"),
      Variant(
        initialX: 1_000_000, initialY: 3_000_000_000, x: "10.0.0.1:40000", y: "10.0.0.2:80",
        followsOrderly: false, description: "no connection is followed as an orderly one"),
    ]
  }

  /// Runs the script with different addresses and initial sequence numbers until one fails.
  public func run() -> Outcome {
    var outcome = Outcome()
    for variant in Variant.all {
      var run = Run(script: self, variant: variant)
      outcome = run.outcome()
      if !outcome.failures.isEmpty {
        outcome.failures.append("(\(variant))")
        return outcome
      }
    }
    return outcome
  }

  struct Run: ~Copyable {
    let script: CloseScript
    let variant: Variant
    var tracker: Tracker
    var frame = 0
    var last: Receipt?
    var final: [Int: ConnectionReport] = [:]
    private var identification: UInt16 = 0
    private var identifications: [String: UInt16] = [:]

    init(script: CloseScript, variant: Variant) {
      self.script = script
      self.variant = variant
      var options = script.options
      options.followsOrderly = variant.followsOrderly
      tracker = Tracker(options: options)
    }

    mutating func outcome() -> Outcome {
      var outcome = Outcome()
      var end = Timestamp.at(0)
      for line in script.lines {
        if let packet = line.packet {
          let segment = segment(packet, at: line.time)
          end = segment.time
          receive(segment)
        } else if let error = line.icmpError {
          end = .at(line.time)
          receive(error, at: end)
        } else {
          end = .at(line.time)
        }
        outcome.failures += failures(of: line, at: end)
      }
      outcome.reports = reports(at: end)
      outcome.final = Set(final.keys)
      outcome.tap = tracker.tap
      return outcome
    }

    mutating func receive(_ segment: Segment) {
      var handed: [ConnectionReport] = []
      last = tracker.receive(segment) { handed.append($0) }
      for report in handed { final[report.number] = report }
    }

    private mutating func receive(_ quotation: Quotation, at time: Timestamp) {
      frame += 1
      let isX = quotation.sender == .x
      tracker.receive(
        ICMPError(
          frame: frame, time: time, source: address(quotation.sender),
          destination: address(isX ? .y : .x),
          sequenceNumber: SequenceNumber(
            quotation.sequence.resolve(from: isX ? variant.initialX : variant.initialY)),
          type: quotation.type, code: quotation.code))
    }

    func reports(at instant: Timestamp) -> [Int: ConnectionReport] {
      var reports = final
      tracker.forEachConnection(at: instant) { reports[$0.number] = $0 }
      return reports
    }

    func address(_ host: Host) -> SocketAddress { host == .x ? variant.x : variant.y }

    // MARK: Segments

    private mutating func segment(_ packet: Packet, at seconds: Double) -> Segment {
      frame += 1
      let isX = packet.sender == .x
      let (own, peer) =
        isX
        ? (variant.initialX, variant.initialY) : (variant.initialY, variant.initialX)
      let seq = packet.sequence.resolve(from: own)
      let ack = packet.acknowledgment?.resolve(from: peer) ?? 0
      let isCopy = packet.repetition == .copy
      var segment = Segment.make(
        frame: frame, at: seconds + delay(of: packet.sender),
        from: isX ? variant.x : variant.y, to: isX ? variant.y : variant.x, packet.flags,
        seq: seq, ack: ack, len: packet.length, win: packet.window, ts: packet.timestamps,
        scale: packet.scale, fastOpen: packet.fastOpen,
        ipID: identify(packet, "\(isX) \(packet.flags) \(seq) \(ack) \(packet.length)"),
        ttl: packet.ttl, interface: isCopy ? 1 : 0)
      segment.linkFingerprint = isCopy ? 1 : 0
      return segment
    }

    /// A host counts its packets; what the network or the capture repeats has the number it had.
    private mutating func identify(_ packet: Packet, _ likeness: String) -> UInt16 {
      guard packet.hasIdentification else { return 0 }
      if packet.repetition != nil, let known = identifications[likeness] { return known }
      identification += 1
      identifications[likeness] = identification
      return identification
    }

    private func delay(of sender: Host) -> Double {
      let fraction: Double
      switch script.tap {
      case .atX: fraction = 0
      case .between: fraction = 0.25
      case .atY: fraction = 0.5
      }
      return script.roundTripSeconds * fraction * (sender == .x ? 1 : -1)
    }
  }
}

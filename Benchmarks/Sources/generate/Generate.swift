import ArgumentParser
import Capture
import Dissection

/// Writes a capture of a given shape, the same bytes for the same options.
@main
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a large capture of made-up TCP connections.",
    discussion: """
      short: request, answer and close, 10 or 11 packets each. leaks, late: as short, and one of \
      a hundred is never closed, or has late packets. ipv6, vlan: as short. long: full-size \
      segments in one direction. syn-flood: SYNs, answered, never completed. idle: connections \
      that stay open with a keep-alive a minute. The tap is at the responder.
      """)

  @Argument(help: "One of: \(Shape.allCases.map(\.rawValue).joined(separator: ", ")).")
  var shape: Shape

  @Option(name: .shortAndLong, help: "The savefile to write; - is standard output.")
  var output: String

  @Option(help: "How many (default: 1000000; idle 200000; long 8).")
  var connections: Int?

  @Option(
    help: """
      About how many, by the number of connections; long, and idle with --connections: by their \
      length.
      """)
  var packets: Int?

  @Option(help: "Connections begun in a second of capture time (default by shape).")
  var rate: Double?

  @Option(help: "short: how many are open at once, on average.")
  var open = 50_000

  @Option(help: "long: full-size segments in each connection.")
  var segments = 50_000

  @Option(help: "idle: keep-alive probes in each connection.")
  var probes = 5

  @Option(help: "short: the part whose second side never closes: CLOSE_WAIT (leaks: 0.01).")
  var leaks: Double?

  @Option(
    help: "short: the part with late packets: half a FIN again, half old data (late: 0.01).")
  var late: Double?

  @Flag(help: "IPv6 instead of IPv4.")
  var ipv6 = false

  @Option(help: "Tag every frame with this VLAN identifier (vlan: 7).")
  var vlan: UInt16?

  @Option(help: "Octets of a frame that are written.")
  var snapshotLength: Int = 262_144

  @Option(help: "Another seed, another capture.")
  var seed: UInt64 = 1

  mutating func validate() throws {
    guard (connections ?? 1) > 0, (packets ?? 1) > 0, (rate ?? 1) > 0,
      (rate ?? 1) <= 10_000_000, segments > 0, probes >= 0, snapshotLength > 0
    else { throw ValidationError("counts are greater than 0, a rate is at most 10000000") }
    guard actualLeaks >= 0, actualLate >= 0, actualLeaks + actualLate <= 1 else {
      throw ValidationError("--leaks and --late are parts of one, together at most 1")
    }
    guard vlan.map({ (1...4_094).contains($0) }) ?? true else {
      throw ValidationError("a VLAN identifier is 1 to 4094")
    }
    guard shape.course != .short || meanLifetime >= 500_000_000 else {
      throw ValidationError("--open must be at least half of --rate: connections last 0.5 s")
    }
  }

  private var actualRate: Double { rate ?? shape.defaultRate }
  /// In nanoseconds: what is open at once is what begins in a lifetime.
  private var meanLifetime: Int64 { Int64(Double(open) / actualRate * 1e9) }

  private var actualLeaks: Double { leaks ?? shape.defaultLeaks }
  private var actualLate: Double { late ?? shape.defaultLate }

  private var plan: Plan {
    let isShort = shape.course == .short
    var plan = Plan(
      seed: seed, connections: connections ?? shape.defaultConnections,
      turn: Int64(1e9 / actualRate), leaks: isShort ? actualLeaks : 0,
      late: isShort ? actualLate : 0, requestLengths: shape.messageLengths.request,
      responseLengths: shape.messageLengths.response,
      scripts: shape.scripts(meanLifetime: meanLifetime, messages: messages))
    if let packets, shape.course != .long, connections == nil {
      let connections = Double(packets) / plan.packetsPerConnection
      plan.connections = max(1, Int(connections.rounded()))
    }
    return plan
  }

  /// Full-size segments or probes in each connection.
  private var messages: Int {
    let perConnection = packets.map { $0 / (connections ?? shape.defaultConnections) }
    return switch shape.course {
    // Every second segment is acknowledged.
    case .long: max(1, perConnection.map { $0 * 2 / 3 } ?? segments)
    // A handshake and an exchange, then a probe and its answer.
    case .idle where connections != nil: max(0, perConnection.map { ($0 - 6) / 2 } ?? probes)
    case .idle, .short, .synFlood: probes
    }
  }

  func run() throws {
    let plan = plan
    let snapshotLength = snapshotLength
    var schedule = Schedule(plan: plan)
    var builder = FrameBuilder(network: network)
    var frame: [UInt8] = Array(repeating: 0, count: FrameBuilder.longestFrame)
    let writer = try SavefileWriter(path: output, snapshotLength: UInt32(snapshotLength))
    while let entry = schedule.next() {
      let step = plan.scripts[entry.script][entry.step]
      var out = frame.mutableSpan
      let length = builder.build(
        step, of: entry.conversation, began: entry.time - step.offset, into: &out)
      try writer.write(
        time: Timestamp(nanoseconds: Generate.start + entry.time),
        bytes: frame.span.extracting(first: min(length, snapshotLength)),
        originalLength: UInt32(length))
    }
    try writer.close()
  }

  private var network: Network {
    Network(ipv6: ipv6 || shape == .ipv6, vlan: vlan ?? (shape == .vlan ? 7 : nil))
  }

  /// 2026-01-01T00:00:00Z, in nanoseconds: no clock is read.
  private static let start: Int64 = 1_767_225_600_000_000_000
}

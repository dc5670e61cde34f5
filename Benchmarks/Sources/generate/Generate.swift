import ArgumentParser
import Capture
import Dissection

/// Writes a capture of a given shape, the same bytes for the same options.
@main
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a large capture of made-up TCP connections.",
    discussion: """
      short: request, answer and close, 10 or 11 packets each. long: full-size segments in one \
      direction. syn-flood: SYNs, answered, never completed. idle: connections that stay open \
      with a keep-alive a minute. The tap is at the responder.
      """)

  @Argument(help: "One of: \(Shape.allCases.map(\.rawValue).joined(separator: ", ")).")
  var shape: Shape

  @Option(name: .shortAndLong, help: "The savefile to write; - is standard output.")
  var output: String

  @Option(help: "How many (default: short, syn-flood 1000000; idle 200000; long 8).")
  var connections: Int?

  @Option(help: "Connections begun in a second of capture time (default by shape).")
  var rate: Double?

  @Option(help: "short: how many are open at once, on average.")
  var open = 50_000

  @Option(help: "long: full-size segments in each connection.")
  var segments = 50_000

  @Option(help: "idle: keep-alive probes in each connection.")
  var probes = 5

  @Option(help: "short: the part whose second side never closes: CLOSE_WAIT.")
  var leaks = 0.0

  @Option(help: "short: the part with late packets: half a FIN again, half old data.")
  var late = 0.0

  @Flag(help: "IPv6 instead of IPv4.")
  var ipv6 = false

  @Option(help: "Tag every frame with this VLAN identifier.")
  var vlan: UInt16?

  @Option(help: "Octets of a frame that are written.")
  var snapshotLength: Int = 262_144

  @Option(help: "Another seed, another capture.")
  var seed: UInt64 = 1

  mutating func validate() throws {
    guard (connections ?? 1) > 0, (rate ?? 1) > 0, (rate ?? 1) <= 10_000_000, segments > 0,
      probes >= 0, snapshotLength > 0
    else { throw ValidationError("counts are greater than 0, a rate is at most 10000000") }
    guard leaks >= 0, late >= 0, leaks + late <= 1 else {
      throw ValidationError("--leaks and --late are parts of one, together at most 1")
    }
    guard vlan.map({ (1...4_094).contains($0) }) ?? true else {
      throw ValidationError("a VLAN identifier is 1 to 4094")
    }
    guard shape != .short || meanLifetime >= 500_000_000 else {
      throw ValidationError("--open must be at least half of --rate: connections last 0.5 s")
    }
  }

  private var actualRate: Double { rate ?? shape.defaultRate }
  /// In nanoseconds: what is open at once is what begins in a lifetime.
  private var meanLifetime: Int64 { Int64(Double(open) / actualRate * 1e9) }

  private var plan: Plan {
    Plan(
      seed: seed, connections: connections ?? shape.defaultConnections,
      turn: Int64(1e9 / actualRate), leaks: shape == .short ? leaks : 0,
      late: shape == .short ? late : 0, requestLengths: shape.messageLengths.request,
      responseLengths: shape.messageLengths.response,
      scripts: shape.scripts(
        meanLifetime: meanLifetime, messages: shape == .long ? segments : probes))
  }

  func run() throws {
    let plan = plan
    let snapshotLength = snapshotLength
    var schedule = Schedule(plan: plan)
    var builder = FrameBuilder(network: Network(ipv6: ipv6, vlan: vlan))
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

  /// 2026-01-01T00:00:00Z, in nanoseconds: no clock is read.
  private static let start: Int64 = 1_767_225_600_000_000_000
}

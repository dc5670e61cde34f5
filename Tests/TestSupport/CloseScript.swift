import Dissection
import Tracking

/// A close told line by line, after packetdrill and the figures of RFC 9293: what passes the tap
/// between hosts X and Y, and the states of both as they must be claimed afterwards.
///
///     +0.000  X > Y  S   0        | SYN_SENT     CLOSED?
///     +0.010  Y > X  SA  0 ack 1  | ESTABLISHED? SYN_RECEIVED?
///     +0.010  X > Y  A   1 ack 1  | ESTABLISHED  ESTABLISHED?
///     +60.1                       | -            CLOSED?{CLOSED,SYN_RECEIVED}
///
/// Left of the first bar stands a segment or nothing (time passes); then the state of X and of Y;
/// after a second bar whatever else must hold. Frames are numbered from 1 by segment lines. `#`
/// begins a comment. A line without a time has that of the line before; a line that begins with
/// `..` goes on with the expectations of the line before.
///
/// - Times are seconds from the start of the script, as the tap of `Tap.atX` sees them.
/// - Segments: flags by letter, sequence number, then any of `ack N`, `len N`, `win N`, `ts V` or
///   `ts V/E`, `scale N`, `ttl N`, `fast-open`, `no-id`, and `dup` (delivered twice by the
///   network) or `copy` (captured twice). Numbers count from the initial sequence number, unless
///   written `=N`.
/// - `ICMP T/C > X N` in place of a segment: an ICMP error of this type and code that quotes X's
///   segment with the sequence number N.
/// - States: `?` presumed, `~` proved or presumed, none proved; `{A,B}` every possible state; `-`
///   anything. Of a host that the connection does not have, `-` must be written.
/// - Expectations: `late KIND` (without it the segment must not be late, with `late?` it may),
///   `hindsight N KIND` (that frame N was late shows now),
///   `effect E`, `reply E`, `copy`, `conn N` (the connection the segment belongs to), `of N` (the
///   connection whose states stand in the columns), `close KIND`, `first WHO`, `cause C`,
///   `stream N`, `gap`, `whole`, `one-sided`, `X.until T`, `X.since T` (`none` for nil),
///   `X.activity A`, `X.ground G`, `X.resent N`.
public struct CloseScript {
  /// Where the capture is taken: who sees the other's packets later than they were sent.
  public enum Tap: Sendable {
    case atX, between, atY
  }

  /// A mistake in a script.
  public struct Mistake: Error, CustomStringConvertible {
    public let line: Int
    public let message: String
    public var description: String { "script line \(line): \(message)" }
  }

  public enum Host: String, Sendable { case x = "X", y = "Y" }

  struct Line {
    var number: Int
    var text: String
    var time: Double
    var packet: Packet?
    var icmpError: Quotation?
    var x: StateColumn?
    var y: StateColumn?
    var expectations: [Expectation]
    /// The connection that the columns tell of; nil: that of the last segment.
    var connection: Int?
  }

  struct Packet {
    var sender: Host
    var flags: String
    var sequence: Number
    var acknowledgment: Number?
    var length: UInt32 = 0
    var window: UInt16 = 65535
    var timestamps: (UInt32, UInt32)?
    var scale: UInt8?
    var ttl: UInt8 = 64
    var fastOpen = false
    var hasIdentification = true
    var repetition: Repetition?
  }

  /// An ICMP error and what it quotes.
  struct Quotation {
    var type: UInt8
    var code: UInt8
    var sender: Host
    var sequence: Number
  }

  enum Repetition { case networkDuplicate, copy }

  enum Number {
    case relative(Int64)
    case absolute(UInt32)

    func resolve(from initial: UInt32) -> UInt32 {
      switch self {
      case .relative(let offset): initial &+ UInt32(truncatingIfNeeded: offset)
      case .absolute(let value): value
      }
    }
  }

  struct StateColumn {
    var state: TCPState
    /// Nil: either.
    var certainty: Certainty?
    /// Nil: not told.
    var possible: StateSet?
  }

  enum Expectation {
    case late(LateKind)
    /// An earlier frame is late, as it turns out now.
    case hindsight(Int, LateKind)
    case perhapsLate
    case effect(LateEffect)
    case reply(ExpectedReply)
    case copy
    case connection(Int)
    case close(CloseKind)
    case closedFirst(ClosedFirst?)
    case cause(ResetCause?)
    case stream(Int)
    case gap(Bool)
    case oneSided
    case until(Host, Double?)
    case since(Host, Double?)
    case activity(Host, Activity)
    case ground(Host, String)
    case resent(Host, Int)
  }

  let lines: [Line]
  /// The lines that leave a state out.
  public var untold: [String] { lines.filter { $0.x == nil || $0.y == nil }.map(\.text) }
  var options: TrackerOptions
  var tap: Tap
  /// Between X and Y and back, for the taps that are not at X.
  var roundTripSeconds: Double
  /// How far `until` and `since` may be off: a script for every tap has the times of one.
  var toleranceSeconds: Double

  public init(
    _ text: String, tap: Tap = .atX, roundTripSeconds: Double = 0.01,
    toleranceSeconds: Double = 0.000_001, options: TrackerOptions = TrackerOptions()
  ) throws {
    lines = try Self.parse(text)
    self.options = options
    self.tap = tap
    self.roundTripSeconds = roundTripSeconds
    self.toleranceSeconds = toleranceSeconds
  }
}

import TestSupport
import Testing
import Tracking

/// Runs a script and records where the tracker contradicts it.
@discardableResult
func check(
  _ text: String, tap: CloseScript.Tap = .atX, roundTripSeconds: Double = 0.01,
  toleranceSeconds: Double = 0.000_001, options: TrackerOptions = TrackerOptions(),
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> CloseScript.Outcome {
  let script = try CloseScript(
    text, tap: tap, roundTripSeconds: roundTripSeconds, toleranceSeconds: toleranceSeconds,
    options: options)
  let outcome = script.run()
  for failure in outcome.failures {
    Issue.record(Comment(rawValue: failure), sourceLocation: sourceLocation)
  }
  return outcome
}

/// As `check`, of a script that tells both states after every line.
@discardableResult
func checkEveryLine(
  _ text: String, tap: CloseScript.Tap = .atX, options: TrackerOptions = TrackerOptions(),
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> CloseScript.Outcome {
  #expect(try CloseScript(text).untold == [], sourceLocation: sourceLocation)
  return try check(text, tap: tap, options: options, sourceLocation: sourceLocation)
}

/// What most scripts begin with.
enum Prologue {
  /// A handshake with 10 ms between X and Y and back, seen at X.
  static let handshake = """
    +0.000  X > Y  S   0        | SYN_SENT                          CLOSED?{CLOSED,SYN_RECEIVED}
    +0.010  Y > X  SA  0 ack 1  | ESTABLISHED?{ESTABLISHED,SYN_SENT} SYN_RECEIVED?
    +0.010  X > Y  A   1 ack 1  | ESTABLISHED                       ESTABLISHED?

    """

  /// A request of 100 octets and an answer of 200, acknowledged.
  static let exchange =
    handshake + """
      +0.020  X > Y  PA    1 ack   1 len 100 | ESTABLISHED? ESTABLISHED?
      +0.030  Y > X  A     1 ack 101         | ESTABLISHED? ESTABLISHED
      +0.040  Y > X  PA    1 ack 101 len 200 | ESTABLISHED? ESTABLISHED?
      +0.040  X > Y  A   101 ack 201         | ESTABLISHED  ESTABLISHED?

      """

  /// X closes first, Y second, seen at X: X is in TIME_WAIT from 1.02 s on, by 101 and 201.
  static let closed =
    exchange + """
      +1.000  X > Y  FA  101 ack 201  | FIN_WAIT_1   CLOSE_WAIT?
      +1.010  Y > X  A   201 ack 102  | FIN_WAIT_2?  CLOSE_WAIT
      +1.020  Y > X  FA  201 ack 102  | TIME_WAIT?   LAST_ACK
      +1.020  X > Y  A   102 ack 202  | TIME_WAIT    CLOSED?{CLOSED,LAST_ACK} | X.until 61.02

      """

  /// As `closed`, with timestamps of a millisecond clock: X's begins at 1000, Y's at 5000.
  static let closedWithTimestamps = """
    +0.000  X > Y  S     0                 ts 1000/0     | SYN_SENT      CLOSED?
    +0.010  Y > X  SA    0 ack   1         ts 5000/1000  | ESTABLISHED?  SYN_RECEIVED?
    +0.010  X > Y  A     1 ack   1         ts 1010/5000  | ESTABLISHED   ESTABLISHED?
    +0.020  X > Y  PA    1 ack   1 len 100 ts 1020/5000  | ESTABLISHED?  ESTABLISHED?
    +0.030  Y > X  A     1 ack 101         ts 5020/1020  | ESTABLISHED?  ESTABLISHED
    +0.040  Y > X  PA    1 ack 101 len 200 ts 5030/1020  | ESTABLISHED?  ESTABLISHED?
    +0.040  X > Y  A   101 ack 201         ts 1040/5030  | ESTABLISHED   ESTABLISHED?
    +1.000  X > Y  FA  101 ack 201         ts 2000/5030  | FIN_WAIT_1    CLOSE_WAIT?
    +1.010  Y > X  A   201 ack 102         ts 6000/2000  | FIN_WAIT_2?   CLOSE_WAIT
    +1.020  Y > X  FA  201 ack 102         ts 6010/2000  | TIME_WAIT?    LAST_ACK
    +1.020  X > Y  A   102 ack 202         ts 2020/6010  | TIME_WAIT  CLOSED?

    """
}

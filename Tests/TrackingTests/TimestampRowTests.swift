import TestSupport
import Testing
import Tracking

/// The same states and segments with timestamps, when the segment's is older than what X has echoed:
/// whatever is no RST is answered by ACK and dropped (RFC 7323 section 5.3, R1), and at a TIME_WAIT
/// a RST is too (Linux tcp_timewait_state_process).
@Suite struct TimestampRowTests {
  /// TIME_WAIT keeps the timestamp of the last segment in order: not that of the repeated FIN.
  @Test func `an ACK older than a repeated FIN may restart TIME_WAIT in silence`() throws {
    try check(
      Prologue.closedWithTimestamps + """
        +1.20  Y > X  FA  201 ack 102  ts 6190/2000  | TIME_WAIT  -  | late retransmitted-fin
        +1.20  X > Y  A   102 ack 202  ts 2200/6010  | TIME_WAIT  -  | late?
        +2.00  Y > X  A   202 ack 102  ts 6020/2000  | TIME_WAIT  -
          .. late duplicate-ack effect timer-restarted reply unknown
        +3.00  Y > X  A   202 ack 102  ts 6005/2000  | TIME_WAIT  -
          .. late duplicate-ack effect timer-restarted reply ack
        """)
  }

  private static let synReceived = """
    SYN, again            | SYN_RECEIVED?  -
    ACK                   | SYN_RECEIVED?  -
    data                  | SYN_RECEIVED?  -
    FIN                   | SYN_RECEIVED?  -
    RST                   | SYN_RECEIVED?  -
    """

  private static let established = """
    ACK                   | ESTABLISHED    ESTABLISHED~
    data                  | ESTABLISHED    ESTABLISHED?
    FIN                   | ESTABLISHED    FIN_WAIT_1
    FIN with data         | ESTABLISHED    FIN_WAIT_1
    RST                   | CLOSED?        CLOSED
    RST in the window     | ESTABLISHED    CLOSED
    keep-alive            | ESTABLISHED    ESTABLISHED~
    """

  private static let finWait1 = """
    ACK                   | FIN_WAIT_1     CLOSE_WAIT~
    data                  | FIN_WAIT_1     CLOSE_WAIT?
    FIN                   | FIN_WAIT_1     LAST_ACK?{LAST_ACK,CLOSING}
    FIN, old ACK          | FIN_WAIT_1     -
    RST                   | CLOSED?        CLOSED
    RST in the window     | FIN_WAIT_1     CLOSED
    """

  private static let finWait2 = """
    data                  | FIN_WAIT_2?    CLOSE_WAIT?
    FIN                   | FIN_WAIT_2?    LAST_ACK
    FIN with data         | FIN_WAIT_2?    LAST_ACK
    RST                   | CLOSED?        CLOSED
    """

  private static let timeWait = """
    SYN                   | CLOSED?        SYN_SENT  | conn 2
                            .. late syn-in-time-wait effect timer-restarted reply ack
                          | TIME_WAIT~     CLOSED    | of 1 X.until 62
    ACK                   | TIME_WAIT~     CLOSED~   | X.until 62
                            .. late duplicate-ack effect timer-restarted reply ack
    data, old             | TIME_WAIT~     CLOSED~   | X.until 62
                            .. late duplicate-data effect timer-restarted reply ack
    FIN, again            | TIME_WAIT~     -         | X.until 62
                            .. late retransmitted-fin effect timer-restarted reply ack
    RST                   | TIME_WAIT~     CLOSED    | X.until 61.02
                            .. late reset-in-time-wait effect none reply none
    RST in the window     | TIME_WAIT~     CLOSED    | X.until 61.02
                            .. late reset-in-time-wait effect none reply none
    keep-alive            | TIME_WAIT~     CLOSED~   | X.until 62
                            .. late keep-alive effect timer-restarted reply ack
    """

  private static let closing = """
    ACK                   | CLOSING        TIME_WAIT?
    data                  | CLOSING        TIME_WAIT?  | late data-after-fin
    FIN, again            | CLOSING        -           | late retransmitted-fin
    RST                   | CLOSED?        CLOSED
    RST one before        | CLOSED?        CLOSED
    """

  private static let closeWait = """
    data, old             | CLOSE_WAIT     FIN_WAIT_2~
                            .. late duplicate-data effect none reply ack
    FIN, again            | CLOSE_WAIT     -
                            .. late retransmitted-fin effect none reply ack
    RST                   | CLOSED?        CLOSED
    RST one before        | CLOSED?        CLOSED
    """

  private static let lastAck = """
    ACK                   | LAST_ACK       TIME_WAIT
    data                  | LAST_ACK       TIME_WAIT   | late data-after-fin
    FIN, again            | LAST_ACK       -           | late retransmitted-fin
    RST                   | CLOSED?        CLOSED
    RST one before        | CLOSED?        CLOSED
    """

  private static let closed = """
    ACK                   | CLOSED         CLOSED?
                            .. late duplicate-ack effect none reply rst
    data, old             | CLOSED         CLOSED?
                            .. late duplicate-data effect none reply rst
    """

  private static let tables: [(StateFixture, String)] = [
    (.synReceived, synReceived), (.established, established), (.finWait1, finWait1),
    (.finWait2, finWait2), (.timeWait, timeWait), (.closing, closing), (.closeWait, closeWait),
    (.lastAck, lastAck), (.closed, closed),
  ]

  /// X's clock begins at 1000 ms, Y's at 5000 ms; each echoes the last that came from the other.
  private static func withTimestamps(_ script: String) -> String {
    var (ofX, ofY) = (0, 0)
    let lines = script.split(separator: "\n").map { line -> String in
      let parts = line.split(separator: "|", maxSplits: 1)
      let words = parts[0].split(separator: " ")
      guard words.count > 3, let seconds = Double(words[0]) else { return String(line) }
      let milliseconds = Int((seconds * 1000).rounded())
      let echo: Int
      if words[1] == "X" {
        ofX = 1000 + milliseconds
        echo = ofY
      } else {
        ofY = 5000 + milliseconds
        echo = ofX
      }
      let value = words[1] == "X" ? ofX : ofY
      return "\(parts[0])ts \(value)/\(echo) |\(parts[1])"
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func script(_ row: StateRow, _ fixture: StateFixture, value: Int) -> String {
    withTimestamps(fixture.script(dialler: row.kind.dialler))
      + "+\(fixture.nextTime) Y > X \(row.kind.words(fixture)) ts \(value)/1000 \(row.expected)"
  }

  @Test(arguments: tables)
  func `an older timestamp`(fixture: StateFixture, table: String) throws {
    for row in StateRow.table(table) { try check(Self.script(row, fixture, value: 4000)) }
  }

  /// With a newer one all is as without timestamps.
  @Test(arguments: StateFixture.allCases)
  func `a newer timestamp`(fixture: StateFixture) throws {
    for row in fixture.rows {
      // No duplicate has a newer one, and RFC 6191 section 2 lets any SYN in by it.
      if row.kind == .synAgain || row.kind == .synACKAgain { continue }
      try check(Self.script(row, fixture, value: 9000))
    }
  }

  /// The tap saw the newer one, and X may not have.
  @Test func `an older timestamp than what was not yet echoed`() throws {
    try check(
      Self.withTimestamps(StateFixture.finWait1.script()) + """
        +1.010  Y > X  PA  201 ack 101 len 10  ts 6010/1030  | -  -
        +1.011  Y > X  A   201 ack 102         ts 6005/2000  | FIN_WAIT_2?  CLOSE_WAIT~
        """)
  }
}

/// The tables of the states of a close in which X has not taken Y's FIN, or is over.
extension StateFixture {
  /// X's FIN is not acknowledged. Y has CLOSE_WAIT by the time, if that FIN has arrived; an ACK from
  /// long after it that does not cover it says that it has not.
  static let finWait1Rows = """
    # segment                | X                                   Y
    SYN                      | CLOSED?                             SYN_SENT        | conn 2
                             | FIN_WAIT_1                          CLOSED          | of 1
    SYN, again               | FIN_WAIT_1                          CLOSE_WAIT~
    SYN/ACK, again           | FIN_WAIT_1                          CLOSE_WAIT~
    SYN/ACK of nothing       | -                                   SYN_RECEIVED?   | conn 2 late?
                             | FIN_WAIT_1                          CLOSED          | of 1
    ACK                      | FIN_WAIT_2?                         CLOSE_WAIT      | close half-closed
    ACK, old                 | FIN_WAIT_1                          ESTABLISHED?    | close unanswered
    ACK of unsent data       | FIN_WAIT_1~                         -
    ACK beyond the window    | FIN_WAIT_1                          CLOSE_WAIT~
    data                     | FIN_WAIT_2?                         CLOSE_WAIT?     | Y.activity draining
    data, old                | FIN_WAIT_1                          CLOSE_WAIT
    data, partly old         | FIN_WAIT_2?                         CLOSE_WAIT?
    data behind a gap        | FIN_WAIT_2?                         CLOSE_WAIT?
    data beyond the window   | FIN_WAIT_1                          CLOSE_WAIT?
    FIN                      | TIME_WAIT?                          LAST_ACK?{LAST_ACK,CLOSING}  | X.until 62
    FIN with data            | TIME_WAIT?                          LAST_ACK?{LAST_ACK,CLOSING}  | X.until 62
    FIN, old ACK             | CLOSING?{CLOSING,FIN_WAIT_1}        FIN_WAIT_1?
    FIN behind a gap         | FIN_WAIT_2?                         LAST_ACK?{LAST_ACK,CLOSING}
    FIN beyond the window    | FIN_WAIT_1                          LAST_ACK?{LAST_ACK,CLOSING}
    FIN, again               | -                                   -
    FIN, again, old ACK      | -                                   -
    FIN without ACK          | FIN_WAIT_1                          CLOSE_WAIT~
    data without ACK         | FIN_WAIT_1                          CLOSE_WAIT~
    RST                      | CLOSED?                             CLOSED          | close reset
    RST/ACK                  | CLOSED?                             CLOSED          | close reset
    RST in the window        | FIN_WAIT_1                          CLOSED
    RST beyond the window    | FIN_WAIT_1                          CLOSED~
    RST, old                 | FIN_WAIT_1                          CLOSED
    RST one before           | FIN_WAIT_1                          CLOSED
    keep-alive               | FIN_WAIT_1                          CLOSE_WAIT
    # Linux takes the ACK of what ends at RCV.NXT (tcp_sequence), RFC 9293 drops it.
    keep-alive, octet        | FIN_WAIT_2?                         CLOSE_WAIT~
    """

  /// X's FIN is acknowledged: whether close() or shutdown() sent it, only an answer to data tells.
  static let finWait2Rows = """
    # segment                | X                                   Y
    SYN                      | CLOSED?                             SYN_SENT        | conn 2
                             | FIN_WAIT_2?                         CLOSED          | of 1
    SYN, again               | FIN_WAIT_2?                         CLOSE_WAIT~
    SYN/ACK, again           | FIN_WAIT_2?                         CLOSE_WAIT~
    SYN/ACK of nothing       | -                                   SYN_RECEIVED?   | conn 2 late?
                             | FIN_WAIT_2?                         CLOSED          | of 1
    ACK                      | FIN_WAIT_2?                         CLOSE_WAIT~     | X.until 61.01
    ACK, old                 | FIN_WAIT_2?                         CLOSE_WAIT~
    ACK of unsent data       | FIN_WAIT_2?                         -
    ACK beyond the window    | FIN_WAIT_2?                         CLOSE_WAIT~
    data                     | FIN_WAIT_2?                         CLOSE_WAIT?     | Y.activity draining
    data, old                | FIN_WAIT_2?                         CLOSE_WAIT~
    data, partly old         | FIN_WAIT_2?                         CLOSE_WAIT?
    data behind a gap        | FIN_WAIT_2?                         CLOSE_WAIT?
    data beyond the window   | FIN_WAIT_2?                         CLOSE_WAIT?
    FIN                      | TIME_WAIT?                          LAST_ACK        | X.until 62
    FIN with data            | TIME_WAIT?                          LAST_ACK        | X.until 62
    FIN, old ACK             | TIME_WAIT?                          -
    FIN behind a gap         | FIN_WAIT_2?                         LAST_ACK
    FIN beyond the window    | FIN_WAIT_2?                         LAST_ACK
    FIN, again               | FIN_WAIT_2?                         -
    FIN, again, old ACK      | FIN_WAIT_2?                         -
    FIN without ACK          | FIN_WAIT_2?                         CLOSE_WAIT~
    data without ACK         | FIN_WAIT_2?                         CLOSE_WAIT~
    RST                      | CLOSED?                             CLOSED          | close reset
    RST/ACK                  | CLOSED?                             CLOSED          | close reset
    # An orphan dies of it, a socket answers with a challenge ACK.
    RST in the window        | FIN_WAIT_2?                         CLOSED
    RST beyond the window    | FIN_WAIT_2?                         CLOSED~
    RST, old                 | FIN_WAIT_2?                         CLOSED
    RST one before           | FIN_WAIT_2?                         CLOSED
    keep-alive               | FIN_WAIT_2?                         CLOSE_WAIT~     | X.until 61.01
    keep-alive, octet        | FIN_WAIT_2?                         CLOSE_WAIT~     | X.until 61.01
    """

  /// The timer would end at 61.02 and ends at 62 when restarted (Linux tcp_timewait_state_process).
  static let timeWaitRows = """
    # segment                | X           Y
    SYN                      | CLOSED?     SYN_SENT   | conn 2
                               .. late syn-in-time-wait effect none reply syn-ack
                             | TIME_WAIT~  CLOSED     | of 1 X.until 61.02
    SYN, again               | TIME_WAIT~  CLOSED~    | conn 1 X.until 61.02
                               .. late syn-in-time-wait effect none reply ack
    SYN/ACK, again           | TIME_WAIT   CLOSED~    | conn 1 X.until 62
                               .. late duplicate-syn-ack effect timer-restarted reply ack
    SYN/ACK of nothing       | -           SYN_RECEIVED?  | conn 2
                               .. late duplicate-syn-ack effect timer-restarted reply ack
                             | TIME_WAIT   CLOSED     | of 1 X.until 62
    ACK                      | TIME_WAIT   CLOSED~    | X.until 62
                               .. late duplicate-ack effect timer-restarted reply none
    ACK, old                 | TIME_WAIT   CLOSED~    | X.until 62
                               .. late duplicate-ack effect timer-restarted reply none
    ACK of unsent data       | TIME_WAIT~  CLOSED~    | X.until 62
                               .. late duplicate-ack effect timer-restarted reply none
    ACK beyond the window    | TIME_WAIT   CLOSED~    | X.until 62
                               .. late duplicate-ack effect timer-restarted reply ack
    data                     | TIME_WAIT   CLOSED~    | X.until 62
                               .. late data-after-fin effect timer-restarted reply ack
    data, old                | TIME_WAIT   LAST_ACK?    | X.until 62
                               .. late duplicate-data effect timer-restarted reply ack
    data, partly old         | TIME_WAIT   CLOSED~    | X.until 62
                               .. late data-after-fin effect timer-restarted reply ack
    data behind a gap        | TIME_WAIT   CLOSED~    | X.until 62
                               .. late data-after-fin effect timer-restarted reply ack
    data beyond the window   | TIME_WAIT   CLOSED~    | X.until 62
                               .. late data-after-fin effect timer-restarted reply ack
    FIN                      | TIME_WAIT   CLOSED~    | X.until 62
                               .. late data-after-fin effect timer-restarted reply ack
    FIN with data            | TIME_WAIT   CLOSED~    | X.until 62
                               .. late data-after-fin effect timer-restarted reply ack
    FIN, old ACK             | TIME_WAIT   CLOSED~    | X.until 62
                               .. late data-after-fin effect timer-restarted reply ack
    FIN behind a gap         | TIME_WAIT   CLOSED~    | X.until 62
                               .. late data-after-fin effect timer-restarted reply ack
    FIN beyond the window    | TIME_WAIT   CLOSED~    | X.until 62
                               .. late data-after-fin effect timer-restarted reply ack
    FIN, again               | TIME_WAIT   LAST_ACK~  | X.until 62 Y.resent 1
                               .. late retransmitted-fin effect timer-restarted reply ack
    FIN, again, old ACK      | TIME_WAIT   -          | X.until 62
                               .. late retransmitted-fin effect timer-restarted reply ack
    FIN without ACK          | TIME_WAIT   CLOSED~    | X.until 61.02
                               .. late data-after-fin effect none reply ack
    data without ACK         | TIME_WAIT   CLOSED~    | X.until 61.02
                               .. late data-after-fin effect none reply ack
    RST                      | CLOSED?     CLOSED     | X.until none X.since 2
                               .. late reset-in-time-wait effect killed reply none
    RST/ACK                  | CLOSED?     CLOSED     | X.until none X.since 2
                               .. late reset-in-time-wait effect killed reply none
    RST in the window        | TIME_WAIT   CLOSED     | X.until 61.02
                               .. late reset-in-time-wait effect none reply none
    RST beyond the window    | TIME_WAIT   CLOSED~    | X.until 61.02
                               .. late reset-in-time-wait effect none reply none
    RST, old                 | TIME_WAIT   CLOSED     | X.until 61.02
                               .. late reset-in-time-wait effect none reply none
    RST one before           | TIME_WAIT   CLOSED     | X.until 61.02
                               .. late reset-in-time-wait effect none reply none
    keep-alive               | TIME_WAIT   CLOSED~    | X.until 62
                               .. late keep-alive effect timer-restarted reply ack
    keep-alive, octet        | TIME_WAIT   CLOSED~    | X.until 62
                               .. late keep-alive effect timer-restarted reply ack
    """

  /// X has reset the connection (3.10.7.1: a CLOSED host answers what has ACK with RST). A Y that goes
  /// on has not had that RST.
  static let closedRows = """
    # segment                | X                  Y
    SYN                      | CLOSED?            SYN_SENT    | conn 2
                             | CLOSED             CLOSED      | of 1
    SYN, again               | CLOSED?{CLOSED,SYN_RECEIVED}  CLOSED?  | conn 1
                               .. late duplicate-syn effect none reply syn-ack
    SYN/ACK, again           | CLOSED             CLOSED?     | conn 1
                               .. late duplicate-syn-ack effect none reply rst
    SYN/ACK of nothing       | -                  SYN_RECEIVED?  | conn 2
                               .. late duplicate-syn-ack effect none reply rst
                             | CLOSED             CLOSED      | of 1
    ACK                      | CLOSED             -
                               .. late duplicate-ack effect none reply rst
    ACK, old                 | CLOSED             CLOSED?
                               .. late duplicate-ack effect none reply rst
    ACK of unsent data       | CLOSED~            -
                               .. late duplicate-ack effect none reply rst
    ACK beyond the window    | CLOSED             -
                               .. late duplicate-ack effect none reply rst
    data                     | CLOSED             -
                               .. late data-after-close effect none reply rst
    data, old                | CLOSED             -
                               .. late duplicate-data effect none reply rst
    data, partly old         | CLOSED             -
                               .. late data-after-close effect none reply rst
    data behind a gap        | CLOSED             -
                               .. late data-after-close effect none reply rst
    data beyond the window   | CLOSED             -
                               .. late data-after-close effect none reply rst
    FIN                      | CLOSED             -
                               .. late data-after-close effect none reply rst
    FIN with data            | CLOSED             -
                               .. late data-after-close effect none reply rst
    FIN, old ACK             | CLOSED             -
                               .. late data-after-close effect none reply rst
    FIN behind a gap         | CLOSED             -
                               .. late data-after-close effect none reply rst
    FIN beyond the window    | CLOSED             -
                               .. late data-after-close effect none reply rst
    FIN, again               | CLOSED             -
                               .. late data-after-close effect none reply rst
    FIN, again, old ACK      | CLOSED             -
                               .. late data-after-close effect none reply rst
    FIN without ACK          | CLOSED             -
                               .. late data-after-close effect none reply rst-ack
    data without ACK         | CLOSED             -
                               .. late data-after-close effect none reply rst-ack
    RST                      | CLOSED             CLOSED      | late after-reset reply none
    RST/ACK                  | CLOSED             CLOSED      | late after-reset reply none
    RST in the window        | CLOSED             CLOSED      | late after-reset reply none
    RST beyond the window    | CLOSED             CLOSED~     | late after-reset reply none
    RST, old                 | CLOSED             CLOSED      | late after-reset reply none
    RST one before           | CLOSED             CLOSED      | late after-reset reply none
    keep-alive               | CLOSED             -
                               .. late keep-alive effect none reply rst
    keep-alive, octet        | CLOSED             -
                               .. late keep-alive effect none reply rst
    """
}

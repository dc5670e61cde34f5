/// The tables of the states in which X has taken Y's FIN and its own close is not over.
///
/// Text at or beyond RCV.NXT is ignored without an answer in these states (3.10.7.4, seventh check);
/// what lies outside the window is answered by ACK (first check).
extension StateFixture {
  static let closingRows = """
    # segment                | X                    Y
    SYN                      | CLOSED?              SYN_SENT    | conn 2
                             | CLOSING              CLOSED      | of 1
    SYN, again               | CLOSING              TIME_WAIT~  | conn 1
                               .. late duplicate-syn effect none reply ack
    SYN/ACK, again           | CLOSING              TIME_WAIT~  | conn 1
                               .. late duplicate-syn-ack effect none reply ack
    SYN/ACK of nothing       | -                    SYN_RECEIVED?  | conn 2 late?
                             | CLOSING              CLOSED      | of 1
    ACK                      | TIME_WAIT?{TIME_WAIT,CLOSING}  TIME_WAIT?  | X.until 62
    ACK, old                 | CLOSING              FIN_WAIT_2?
    ACK of unsent data       | CLOSING~             -
    ACK beyond the window    | CLOSING              TIME_WAIT?
    data                     | TIME_WAIT?           TIME_WAIT?  | late data-after-fin
    data, old                | CLOSING              CLOSING?
                               .. late duplicate-data effect none reply ack
    data, partly old         | TIME_WAIT?           TIME_WAIT?  | late data-after-fin
    data behind a gap        | TIME_WAIT?           TIME_WAIT?  | late data-after-fin
    data beyond the window   | CLOSING              TIME_WAIT?
                               .. late data-after-fin effect none reply ack
    FIN                      | TIME_WAIT?           -           | late data-after-fin
    FIN with data            | TIME_WAIT?           -           | late data-after-fin
    FIN, old ACK             | CLOSING              -
                               .. late data-after-fin effect none reply none
    FIN behind a gap         | TIME_WAIT?           -           | late data-after-fin
    FIN beyond the window    | CLOSING              -
                               .. late data-after-fin effect none reply ack
    # Linux takes the ACK of what ends at RCV.NXT (tcp_sequence), RFC 9293 drops it.
    FIN, again               | TIME_WAIT?           CLOSING~    | Y.resent 1
    FIN, again, old ACK      | CLOSING              FIN_WAIT_1~
                               .. late retransmitted-fin effect none reply ack Y.resent 1
    FIN without ACK          | CLOSING              TIME_WAIT~
                               .. late data-after-fin effect none reply none
    data without ACK         | CLOSING              TIME_WAIT~
                               .. late data-after-fin effect none reply none
    RST                      | CLOSED?              CLOSED
    RST/ACK                  | CLOSED?              CLOSED
    RST in the window        | CLOSING              CLOSED
    RST beyond the window    | CLOSING              CLOSED~
    RST, old                 | CLOSING              CLOSED
    RST one before           | CLOSED?              CLOSED
    keep-alive               | CLOSING              TIME_WAIT?
    keep-alive, octet        | TIME_WAIT?           TIME_WAIT~
    """

  static let closeWaitRows = """
    # segment                | X                    Y
    SYN                      | CLOSED?              SYN_SENT      | conn 2
                             | CLOSE_WAIT           CLOSED        | of 1
    SYN, again               | CLOSE_WAIT           FIN_WAIT_2~   | conn 1
                               .. late duplicate-syn effect none reply ack
    SYN/ACK, again           | CLOSE_WAIT           FIN_WAIT_2~   | conn 1
                               .. late duplicate-syn-ack effect none reply ack
    SYN/ACK of nothing       | -                    SYN_RECEIVED? | conn 2 late?
                             | CLOSE_WAIT           CLOSED        | of 1
    ACK                      | CLOSE_WAIT           FIN_WAIT_2~
    ACK, old                 | CLOSE_WAIT           FIN_WAIT_2~
    ACK of unsent data       | CLOSE_WAIT?          FIN_WAIT_2?   | gap
    ACK beyond the window    | CLOSE_WAIT           FIN_WAIT_2~
    data                     | CLOSE_WAIT           FIN_WAIT_2~
                               .. late data-after-fin effect none reply none
    data, old                | CLOSE_WAIT           FIN_WAIT_1?
                               .. late duplicate-data effect none reply ack
    data, partly old         | CLOSE_WAIT~          FIN_WAIT_2~   | late data-after-fin effect none
    data behind a gap        | CLOSE_WAIT           FIN_WAIT_2~
                               .. late data-after-fin effect none reply none
    data beyond the window   | CLOSE_WAIT           FIN_WAIT_2~
                               .. late data-after-fin effect none reply ack
    FIN                      | CLOSE_WAIT           -
                               .. late data-after-fin effect none reply none
    FIN with data            | CLOSE_WAIT           -
                               .. late data-after-fin effect none reply none
    FIN, old ACK             | CLOSE_WAIT           -
                               .. late data-after-fin effect none reply none
    FIN behind a gap         | CLOSE_WAIT           -
                               .. late data-after-fin effect none reply none
    FIN beyond the window    | CLOSE_WAIT           -
                               .. late data-after-fin effect none reply ack
    FIN, again               | CLOSE_WAIT           FIN_WAIT_1~   | close half-closed
                               .. late retransmitted-fin effect none reply ack Y.resent 1
    FIN, again, old ACK      | CLOSE_WAIT           -
                               .. late retransmitted-fin effect none reply ack
    FIN without ACK          | CLOSE_WAIT           FIN_WAIT_2~
                               .. late data-after-fin effect none reply none
    data without ACK         | CLOSE_WAIT           FIN_WAIT_2~
                               .. late data-after-fin effect none reply none
    RST                      | CLOSED?              CLOSED        | close reset
    RST/ACK                  | CLOSED?              CLOSED        | close reset
    RST in the window        | CLOSE_WAIT           CLOSED
    RST beyond the window    | CLOSE_WAIT           CLOSED~
    RST, old                 | CLOSE_WAIT           CLOSED
    # Sent before its sender knew that its FIN was taken (tcp_reset_check).
    RST one before           | CLOSED?              CLOSED        | close reset
    keep-alive               | CLOSE_WAIT           FIN_WAIT_2~
    keep-alive, octet        | CLOSE_WAIT           FIN_WAIT_2~
    """

  static let lastAckRows = """
    # segment                | X                          Y
    SYN                      | CLOSED?                    SYN_SENT     | conn 2 late?
                             | LAST_ACK                   CLOSED       | of 1
    SYN, again               | LAST_ACK                   TIME_WAIT~   | conn 1
                               .. late duplicate-syn effect none reply ack
    SYN/ACK, again           | LAST_ACK                   TIME_WAIT~   | conn 1
                               .. late duplicate-syn-ack effect none reply ack
    SYN/ACK of nothing       | -                          SYN_RECEIVED?  | conn 2 late?
                             | LAST_ACK                   CLOSED       | of 1
    ACK                      | CLOSED?{CLOSED,LAST_ACK}   TIME_WAIT    | close graceful Y.until 61.1
    ACK, old                 | LAST_ACK                   FIN_WAIT_2?
    ACK of unsent data       | LAST_ACK~                  -
    ACK beyond the window    | LAST_ACK                   TIME_WAIT
    data                     | CLOSED?                    TIME_WAIT    | late data-after-fin
    data, old                | LAST_ACK                   TIME_WAIT
                               .. late duplicate-data effect none reply ack
    data, partly old         | CLOSED?                    TIME_WAIT    | late data-after-fin
    data behind a gap        | CLOSED?                    TIME_WAIT    | late data-after-fin
    data beyond the window   | LAST_ACK                   TIME_WAIT
                               .. late data-after-fin effect none reply ack
    FIN                      | CLOSED?                    -            | late data-after-fin
    FIN with data            | CLOSED?                    -            | late data-after-fin
    FIN, old ACK             | LAST_ACK                   -
                               .. late data-after-fin effect none reply none
    FIN behind a gap         | CLOSED?                    -            | late data-after-fin
    FIN beyond the window    | LAST_ACK                   -
                               .. late data-after-fin effect none reply ack
    # Linux takes the ACK of what ends at RCV.NXT (tcp_sequence), RFC 9293 drops it.
    FIN, again               | CLOSED?                    -
    FIN, again, old ACK      | LAST_ACK                   FIN_WAIT_1~
                               .. late retransmitted-fin effect none reply ack Y.resent 1
    FIN without ACK          | LAST_ACK                   TIME_WAIT~
                               .. late data-after-fin effect none reply none
    data without ACK         | LAST_ACK                   TIME_WAIT~
                               .. late data-after-fin effect none reply none
    RST                      | CLOSED?                    CLOSED
    RST/ACK                  | CLOSED?                    CLOSED
    RST in the window        | LAST_ACK                   CLOSED
    RST beyond the window    | LAST_ACK                   CLOSED~
    RST, old                 | LAST_ACK                   CLOSED
    RST one before           | CLOSED?                    CLOSED
    keep-alive               | LAST_ACK                   TIME_WAIT
    keep-alive, octet        | CLOSED?                    TIME_WAIT~
    """
}

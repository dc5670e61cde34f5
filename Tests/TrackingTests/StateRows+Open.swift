/// The tables of the states before any close, in the order of RFC 9293 section 3.10.7.
extension StateFixture {
  var rows: [StateRow] {
    switch self {
    case .listen: StateRow.table(Self.listenRows)
    case .synSent: StateRow.table(Self.synSentRows)
    case .synReceived: StateRow.table(Self.synReceivedRows)
    case .established: StateRow.table(Self.establishedRows)
    case .finWait1: StateRow.table(Self.finWait1Rows)
    case .finWait2: StateRow.table(Self.finWait2Rows)
    case .timeWait: StateRow.table(Self.timeWaitRows)
    case .closing: StateRow.table(Self.closingRows)
    case .closeWait: StateRow.table(Self.closeWaitRows)
    case .lastAck: StateRow.table(Self.lastAckRows)
    case .closed: StateRow.table(Self.closedRows)
    }
  }

  /// Nothing was seen before (3.10.7.1, 3.10.7.2): LISTEN is never claimed of an endpoint, and what
  /// is not a SYN belongs to a connection older than the capture.
  private static let listenRows = """
    # segment                | X                              Y
    SYN                      | CLOSED?{CLOSED,SYN_RECEIVED}   SYN_SENT       | close attempt
    SYN, again               | CLOSED?{CLOSED,SYN_RECEIVED}   SYN_SENT       | close attempt
    SYN/ACK, again           | ESTABLISHED?{ESTABLISHED,CLOSED,SYN_SENT}  SYN_RECEIVED?  | one-sided
    SYN/ACK of nothing       | ESTABLISHED?{ESTABLISHED,CLOSED,SYN_SENT}  SYN_RECEIVED?  | one-sided
    ACK                      | ESTABLISHED?                   ESTABLISHED?   | one-sided
    ACK, old                 | ESTABLISHED?                   ESTABLISHED?   | one-sided
    ACK of unsent data       | ESTABLISHED?                   ESTABLISHED?   | one-sided
    ACK beyond the window    | ESTABLISHED?                   ESTABLISHED?   | one-sided
    data                     | ESTABLISHED?                   ESTABLISHED?   | one-sided
    data, old                | ESTABLISHED?                   ESTABLISHED?   | one-sided
    data, partly old         | ESTABLISHED?                   ESTABLISHED?   | one-sided
    data behind a gap        | ESTABLISHED?                   ESTABLISHED?   | one-sided
    data beyond the window   | ESTABLISHED?                   ESTABLISHED?   | one-sided
    FIN                      | CLOSE_WAIT?                    FIN_WAIT_1?    | one-sided
    FIN with data            | CLOSE_WAIT?                    FIN_WAIT_1?    | one-sided
    FIN, old ACK             | CLOSE_WAIT?                    FIN_WAIT_1?    | one-sided
    FIN behind a gap         | CLOSE_WAIT?                    FIN_WAIT_1?    | one-sided
    FIN beyond the window    | CLOSE_WAIT?                    FIN_WAIT_1?    | one-sided
    FIN, again               | CLOSE_WAIT?                    FIN_WAIT_1?    | one-sided
    FIN, again, old ACK      | CLOSE_WAIT?                    FIN_WAIT_1?    | one-sided
    FIN without ACK          | ESTABLISHED?                   ESTABLISHED?
    data without ACK         | ESTABLISHED?                   ESTABLISHED?
    RST                      | CLOSED?                        CLOSED~
    RST/ACK                  | CLOSED?                        CLOSED~
    RST in the window        | CLOSED?                        CLOSED~
    RST beyond the window    | CLOSED?                        CLOSED~
    RST, old                 | CLOSED?                        CLOSED~
    RST one before           | CLOSED?                        CLOSED~
    keep-alive               | ESTABLISHED?                   ESTABLISHED?   | one-sided
    keep-alive, octet        | ESTABLISHED?                   ESTABLISHED?   | one-sided
    """

  /// 3.10.7.3: ACK, then RST, then SYN; whatever has neither SYN nor RST is dropped, and a RST
  /// counts only with an acceptable ACK. What is no answer comes from a connection that stood
  /// before the capture began: of Y it tells nothing.
  private static let synSentRows = """
    # segment                | X                               Y
    SYN                      | SYN_RECEIVED?{SYN_RECEIVED,SYN_SENT}  SYN_SENT?{SYN_SENT,SYN_RECEIVED}
    SYN, again               | SYN_RECEIVED?{SYN_RECEIVED,SYN_SENT}  SYN_SENT?{SYN_SENT,SYN_RECEIVED}
    SYN/ACK, again           | ESTABLISHED?{ESTABLISHED,SYN_SENT}    SYN_RECEIVED?
    SYN/ACK of nothing       | SYN_SENT                        SYN_RECEIVED?
    ACK                      | SYN_SENT                        -
    ACK, old                 | SYN_SENT                        -
    # Or the capture misses what X sent since.
    ACK of unsent data       | SYN_SENT?                       -              | gap
    ACK beyond the window    | SYN_SENT                        -
    data                     | SYN_SENT                        -
    data, old                | SYN_SENT                        -
    data, partly old         | SYN_SENT                        -
    data behind a gap        | SYN_SENT                        -
    data beyond the window   | SYN_SENT                        -
    FIN                      | SYN_SENT                        -
    FIN with data            | SYN_SENT                        -
    FIN, old ACK             | SYN_SENT                        -
    FIN behind a gap         | SYN_SENT                        -
    FIN beyond the window    | SYN_SENT                        -
    FIN, again               | SYN_SENT                        -
    FIN, again, old ACK      | SYN_SENT                        -
    FIN without ACK          | SYN_SENT                        -
    data without ACK         | SYN_SENT                        -
    RST                      | SYN_SENT                        CLOSED~
    RST/ACK                  | CLOSED?{CLOSED,SYN_SENT}        CLOSED~  | close refused
    RST in the window        | SYN_SENT                        CLOSED~
    RST beyond the window    | SYN_SENT                        CLOSED~
    RST, old                 | SYN_SENT                        CLOSED~
    RST one before           | SYN_SENT                        CLOSED~
    keep-alive               | SYN_SENT                        -
    keep-alive, octet        | SYN_SENT                        -
    """

  /// 3.10.7.4: what lies outside the window is dropped before anything else. A RST in the window is
  /// challenged (measured: Linux 6.18; before, any ended a request). Never proved: SYN cookies.
  private static let synReceivedRows = """
    # segment                | X                       Y
    SYN                      | CLOSED?                 SYN_SENT       | conn 2
                             | SYN_RECEIVED?           CLOSED         | of 1
    SYN, again               | SYN_RECEIVED?           SYN_SENT~
    # It ends a simultaneous open (figure 7), but X has not dialled (measured: Linux 6.18).
    SYN/ACK, again           | SYN_RECEIVED?           -
    SYN/ACK of nothing       | -                       -              | late?
    ACK                      | ESTABLISHED?            ESTABLISHED
    ACK, old                 | SYN_RECEIVED?           -
    ACK of unsent data       | -                       ESTABLISHED?   | gap
    ACK beyond the window    | SYN_RECEIVED?           ESTABLISHED~
    data                     | ESTABLISHED?            ESTABLISHED?{ESTABLISHED,FIN_WAIT_1}
    data, old                | SYN_RECEIVED?           -
    data, partly old         | ESTABLISHED?            ESTABLISHED?
    data behind a gap        | ESTABLISHED?            ESTABLISHED?
    data beyond the window   | SYN_RECEIVED?           ESTABLISHED?{ESTABLISHED,FIN_WAIT_1}
    FIN                      | CLOSE_WAIT?             FIN_WAIT_1
    FIN with data            | CLOSE_WAIT?             FIN_WAIT_1
    FIN, old ACK             | SYN_RECEIVED?           -
    FIN behind a gap         | ESTABLISHED?            FIN_WAIT_1
    FIN beyond the window    | SYN_RECEIVED?           FIN_WAIT_1
    FIN, again               | SYN_RECEIVED?           -
    FIN, again, old ACK      | SYN_RECEIVED?           -
    FIN without ACK          | SYN_RECEIVED?           ESTABLISHED?{ESTABLISHED,SYN_SENT}
    data without ACK         | SYN_RECEIVED?           ESTABLISHED?{ESTABLISHED,SYN_SENT,FIN_WAIT_1}
    RST                      | CLOSED?                 CLOSED~
    RST/ACK                  | CLOSED?                 CLOSED~
    RST in the window        | SYN_RECEIVED?           CLOSED~
    RST beyond the window    | SYN_RECEIVED?           CLOSED~
    RST, old                 | SYN_RECEIVED?           CLOSED~
    RST one before           | SYN_RECEIVED?           CLOSED~
    keep-alive               | SYN_RECEIVED?           ESTABLISHED
    keep-alive, octet        | SYN_RECEIVED?           ESTABLISHED~
    """

  /// 3.10.7.4, with RFC 5961: an inexact RST in the window and a SYN are answered by a challenge
  /// ACK and change nothing.
  private static let establishedRows = """
    # segment                | X                                 Y
    SYN                      | CLOSED?{CLOSED,SYN_RECEIVED}      SYN_SENT         | conn 2
                             | ESTABLISHED                       CLOSED           | of 1
    SYN, again               | ESTABLISHED                       ESTABLISHED~     | conn 1
    SYN/ACK, again           | ESTABLISHED                       ESTABLISHED~     | conn 1
    SYN/ACK of nothing       | -                                 SYN_RECEIVED?    | conn 2 late?
                             | ESTABLISHED                       CLOSED           | of 1
    ACK                      | ESTABLISHED                       ESTABLISHED~
    ACK, old                 | ESTABLISHED                       ESTABLISHED~
    ACK of unsent data       | ESTABLISHED?                      ESTABLISHED?     | gap
    ACK beyond the window    | ESTABLISHED                       ESTABLISHED~
    data                     | ESTABLISHED                       ESTABLISHED?{ESTABLISHED,FIN_WAIT_1}
    data, old                | ESTABLISHED                       ESTABLISHED~
    data, partly old         | ESTABLISHED                       ESTABLISHED?
    data behind a gap        | ESTABLISHED                       ESTABLISHED?
    data beyond the window   | ESTABLISHED                       ESTABLISHED?
    FIN                      | CLOSE_WAIT?{CLOSE_WAIT,ESTABLISHED}  FIN_WAIT_1    | close unanswered
    FIN with data            | CLOSE_WAIT?{CLOSE_WAIT,ESTABLISHED}  FIN_WAIT_1
    FIN, old ACK             | CLOSE_WAIT?{CLOSE_WAIT,ESTABLISHED}  FIN_WAIT_1
    FIN behind a gap         | ESTABLISHED                       FIN_WAIT_1       | whole
    FIN beyond the window    | ESTABLISHED                       FIN_WAIT_1
    FIN, again               | ESTABLISHED~                      -
    FIN, again, old ACK      | ESTABLISHED~                      -
    FIN without ACK          | ESTABLISHED                       ESTABLISHED~
    data without ACK         | ESTABLISHED                       ESTABLISHED~
    RST                      | CLOSED?{CLOSED,ESTABLISHED}       CLOSED           | close reset
    RST/ACK                  | CLOSED?{CLOSED,ESTABLISHED}       CLOSED           | close reset
    RST in the window        | ESTABLISHED                       CLOSED
    RST beyond the window    | ESTABLISHED                       CLOSED~
    RST, old                 | ESTABLISHED                       CLOSED
    RST one before           | ESTABLISHED                       CLOSED
    keep-alive               | ESTABLISHED                       ESTABLISHED~
    keep-alive, octet        | ESTABLISHED                       ESTABLISHED~
    """
}

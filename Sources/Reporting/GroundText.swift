import Tracking

/// How each reason behind a claim is told: a sentence that a person can check in Wireshark.
extension Ground {
  /// Follows the end's name and state: "10.0.0.5:80 is CLOSE_WAIT: …".
  public var sentence: String {
    switch self {
    case .nothingSeen:
      "the capture holds nothing from it that would tell"
    case .sentSYN:
      "it sent SYN, and no answer passed the tap"
    case .synArrived:
      "a SYN passed towards it, and it has not answered"
    case .sentSYNACK:
      "it sent SYN, ACK, and the last ACK of the handshake has not passed"
    case .handshakePassed:
      "the last packet of the handshake passed towards it"
    case .sentInEstablished:
      "it sent what only an open end sends, and neither side's FIN counts yet"
    case .midStream:
      "the capture begins in the middle of the connection, with no sign of a close"
    case .peerFINPassed:
      "the other side's FIN passed towards it with nothing missing before it"
    case .acknowledgedPeerFIN:
      "it acknowledged the other side's FIN and has sent no FIN itself"
    case .sentFIN:
      "it sent FIN, and no acknowledgment of it passed"
    case .ackOfFINPassed:
      "the acknowledgment of its FIN passed towards it"
    case .ackOfFINLost:
      "it sent its FIN again after an acknowledgment of it had passed, which thus did not arrive"
    case .ackOfFINConfirmed:
      "its own later packets show that it has the acknowledgment of its FIN"
    case .finsCrossed:
      "both sides sent FIN before they had the other's: its FIN does not acknowledge the peer's"
    case .lastACKPassed:
      "it closed second, and the last ACK passed towards it"
    case .timeWaitRuns:
      "it closed first, both FINs are acknowledged, and its 2MSL timer runs"
    case .timeWaitOver:
      "its 2MSL timer has run out"
    case .finWait2Over:
      "it has waited in FIN_WAIT_2 for longer than a closed socket is kept"
    case .orphanOver:
      "its FIN was never acknowledged, and it has been silent for longer than a closed socket "
        + "is kept"
    case .handshakeOver:
      "the handshake was never finished, and has been given up by now"
    case .sentRST:
      "it sent RST"
    case .acceptedRST:
      "a RST that it must accept passed towards it"
    case .icmpError:
      "an ICMP error about its part of the handshake passed towards it, which ends that"
    case .newIncarnation:
      "a new connection on the same addresses and ports took its place"
    }
  }

  /// A few words for a row between two segments.
  public var timerNote: String {
    switch self {
    case .timeWaitOver: "2MSL timer over"
    case .finWait2Over: "FIN_WAIT_2 timer over"
    case .orphanOver: "FIN given up"
    case .handshakeOver: "handshake given up"
    case .newIncarnation: "new connection on these ports"
    case .nothingSeen, .sentSYN, .synArrived, .sentSYNACK, .handshakePassed, .sentInEstablished,
      .midStream, .peerFINPassed, .acknowledgedPeerFIN, .sentFIN, .ackOfFINPassed,
      .ackOfFINLost, .ackOfFINConfirmed, .finsCrossed, .lastACKPassed, .timeWaitRuns, .sentRST,
      .acceptedRST, .icmpError:
      "time passes"
    }
  }

  /// What would make a presumed claim certain.
  public var whatWouldSettle: String {
    switch self {
    case .nothingSeen, .midStream:
      "a capture that begins before the connection does, and holds both directions"
    case .sentSYN, .synArrived, .handshakeOver, .icmpError:
      "an answer to the SYN, or another SYN"
    case .sentSYNACK, .handshakePassed:
      "anything that it sends after its SYN, ACK"
    case .sentInEstablished:
      "an acknowledgment of all that it sent: its program may have closed while data waits"
    case .peerFINPassed:
      "its acknowledgment of the FIN"
    case .acknowledgedPeerFIN:
      "an acknowledgment of all that it sent: its program may have closed while data waits"
    case .sentFIN, .ackOfFINLost:
      "an acknowledgment of its FIN, or another try"
    case .ackOfFINPassed, .ackOfFINConfirmed:
      "the answer to data sent to it now: ACK if its program only shut down its sending side, "
        + "RST if it is gone"
    case .finsCrossed:
      "the acknowledgments of both FINs"
    case .lastACKPassed, .timeWaitRuns:
      "silence: a FIN sent again would show that the last ACK was lost"
    case .timeWaitOver, .finWait2Over, .orphanOver:
      "a late packet to it: RST shows that it is gone, ACK that it is not"
    case .sentRST, .acceptedRST, .newIncarnation:
      "a packet of the old connection from it would speak against it"
    }
  }
}

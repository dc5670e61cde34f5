import TestSupport
import Tracking

/// The eleven states of RFC 9293 section 3.3.2, each with the packets that bring X there, built
/// from the state before it; Y goes along as its peer.
enum StateFixture: String, CaseIterable, Sendable {
  case listen, synSent, synReceived, established, finWait1, finWait2, timeWait, closing, closeWait,
    lastAck, closed

  /// The packets, with both states after the last of them.
  ///
  /// - Parameters:
  ///   - dialler: who sends the SYN, where the state leaves the choice.
  ///   - tap: FINs that cross pass in another order elsewhere.
  func script(dialler: CloseScript.Host = .x, tap: CloseScript.Tap = .atX) -> String {
    func after(_ fixture: StateFixture) -> String { fixture.script(dialler: dialler, tap: tap) }
    let finOfX = "+1.000  X > Y  FA  101 ack 201"
    let finOfY = "+1.004  Y > X  FA  201 ack 101"
    switch self {
    case .listen:
      return ""
    case .synSent:
      return "+0.00  X > Y  S  0  | SYN_SENT  CLOSED?\n"
    case .synReceived:
      return """
        +0.00  Y > X  S   0        | CLOSED?        SYN_SENT
        +0.00  X > Y  SA  0 ack 1  | SYN_RECEIVED?  ESTABLISHED?

        """
    case .established:
      let handshake =
        dialler == .x
        ? """
        +0.01  Y > X  SA  0 ack 1  | ESTABLISHED?  SYN_RECEIVED?
        +0.01  X > Y  A   1 ack 1  | ESTABLISHED   ESTABLISHED?

        """ : "+0.01  Y > X  A  1 ack 1  | ESTABLISHED?  ESTABLISHED\n"
      return after(dialler == .x ? .synSent : .synReceived) + handshake + """
        +0.02  X > Y  PA    1 ack   1 len 100  | -            -
        +0.03  Y > X  PA    1 ack 101 len 200  | -            -
        +0.03  X > Y  A   101 ack 201          | ESTABLISHED  ESTABLISHED?

        """
    case .finWait1:
      return after(.established) + "\(finOfX)  | FIN_WAIT_1  CLOSE_WAIT?\n"
    case .finWait2:
      return after(.finWait1) + "+1.010  Y > X  A  201 ack 102  | FIN_WAIT_2?  CLOSE_WAIT\n"
    case .timeWait:
      return after(.finWait2) + """
        +1.020  Y > X  FA  201 ack 102  | TIME_WAIT?  LAST_ACK
        +1.020  X > Y  A   102 ack 202  | TIME_WAIT   CLOSED?   | X.until 61.02

        """
    case .closing:
      let fins = tap == .atX ? [finOfX, finOfY] : [finOfY, finOfX]
      return after(.established) + fins.map { "\($0) | - -\n" }.joined() + """
        +1.004  X > Y  A   102 ack 202  | CLOSING  TIME_WAIT?

        """
    case .closeWait:
      return after(.established) + """
        +1.000  Y > X  FA  201 ack 101  | CLOSE_WAIT?  FIN_WAIT_1
        +1.000  X > Y  A   101 ack 202  | CLOSE_WAIT   FIN_WAIT_2?

        """
    case .lastAck:
      return after(.closeWait) + "+1.100  X > Y  FA  101 ack 202  | LAST_ACK  TIME_WAIT?\n"
    case .closed:
      return after(.established) + "+1.000  X > Y  RA  101 ack 201  | CLOSED  CLOSED?\n"
    }
  }

  /// When the next segment passes: before anything in the handshake is sent again.
  var nextTime: Double {
    switch self {
    case .listen, .synSent, .synReceived: 0.5
    case .established, .finWait1, .finWait2, .timeWait, .closing, .closeWait, .lastAck, .closed: 2
    }
  }

  /// RCV.NXT of X, counted from Y's initial sequence number.
  var receiveNext: Int {
    switch self {
    case .synSent, .synReceived: 1
    case .listen, .established, .finWait1, .finWait2, .closed: 201
    case .timeWait, .closing, .closeWait, .lastAck: 202
    }
  }

  /// SND.NXT of X, counted from its own initial sequence number.
  var sendNext: Int {
    switch self {
    case .synSent, .synReceived: 1
    case .listen, .established, .closeWait, .closed: 101
    case .finWait1, .finWait2, .timeWait, .closing, .lastAck: 102
    }
  }
}

/// What can come to an endpoint, by where it lies against its RCV.NXT (N) and its SND.NXT (U); the
/// receive window is 65535 octets.
enum SegmentKind: String, CaseIterable, Sendable {
  case syn = "SYN"
  case synAgain = "SYN, again"
  case synACKAgain = "SYN/ACK, again"
  case synACKOfNothing = "SYN/ACK of nothing"
  case ack = "ACK"
  case ackOld = "ACK, old"
  case ackUnsent = "ACK of unsent data"
  case ackBeyond = "ACK beyond the window"
  case data = "data"
  case dataOld = "data, old"
  case dataPartlyOld = "data, partly old"
  case dataBehindGap = "data behind a gap"
  case dataBeyond = "data beyond the window"
  case fin = "FIN"
  case finWithData = "FIN with data"
  case finOldACK = "FIN, old ACK"
  case finBehindGap = "FIN behind a gap"
  case finBeyond = "FIN beyond the window"
  case finAgain = "FIN, again"
  case finAgainOldACK = "FIN, again, old ACK"
  case finWithoutACK = "FIN without ACK"
  case dataWithoutACK = "data without ACK"
  case rst = "RST"
  case rstACK = "RST/ACK"
  case rstInWindow = "RST in the window"
  case rstBeyond = "RST beyond the window"
  case rstOld = "RST, old"
  case rstBefore = "RST one before"
  case keepAlive = "keep-alive"
  case keepAliveOctet = "keep-alive, octet"

  private var template: String {
    switch self {
    case .syn: "S N+70000"
    case .synAgain: "S 0"
    case .synACKAgain: "SA 0 ack 1"
    case .synACKOfNothing: "SA 5000 ack 9000"
    case .ack: "A N ack U"
    case .ackOld: "A N ack U-1"
    case .ackUnsent: "A N ack U+50"
    case .ackBeyond: "A N+70000 ack U"
    case .data: "PA N ack U len 10"
    case .dataOld: "PA N-100 ack U len 50"
    case .dataPartlyOld: "PA N-5 ack U len 15"
    case .dataBehindGap: "PA N+20 ack U len 10"
    case .dataBeyond: "PA N+70000 ack U len 10"
    case .fin: "FA N ack U"
    case .finWithData: "FPA N ack U len 10"
    case .finOldACK: "FA N ack U-1"
    case .finBehindGap: "FA N+20 ack U"
    case .finBeyond: "FA N+70000 ack U"
    case .finAgain: "FA N-1 ack U"
    case .finAgainOldACK: "FA N-1 ack U-1"
    case .finWithoutACK: "F N"
    case .dataWithoutACK: "P N len 10"
    case .rst: "R N"
    case .rstACK: "RA N ack U"
    case .rstInWindow: "R N+20"
    case .rstBeyond: "R N+70000"
    case .rstOld: "R N-100"
    case .rstBefore: "R N-1"
    case .keepAlive: "A N-1 ack U"
    case .keepAliveOctet: "A N-1 ack U len 1"
    }
  }

  /// The words of a script line for it.
  func words(_ fixture: StateFixture) -> String {
    func resolve(_ word: Substring) -> String {
      for (letter, base) in [("N", fixture.receiveNext), ("U", fixture.sendNext)]
      where word.hasPrefix(letter) {
        return String(base + (Int(word.dropFirst()) ?? 0))
      }
      return String(word)
    }
    return template.split(separator: " ").map(resolve).joined(separator: " ")
  }

  /// Only a dialler repeats its SYN, or dials once more.
  var dialler: CloseScript.Host {
    switch self {
    case .syn, .synAgain: .y
    case .synACKAgain, .synACKOfNothing, .ack, .ackOld, .ackUnsent, .ackBeyond, .data, .dataOld,
      .dataPartlyOld, .dataBehindGap, .dataBeyond, .fin, .finWithData, .finOldACK, .finBehindGap,
      .finBeyond, .finAgain, .finAgainOldACK, .finWithoutACK, .dataWithoutACK, .rst, .rstACK,
      .rstInWindow, .rstBeyond, .rstOld, .rstBefore, .keepAlive, .keepAliveOctet:
      .x
    }
  }
}

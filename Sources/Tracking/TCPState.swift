/// The state of one endpoint of a connection (RFC 9293 section 3.3.2).
///
/// The raw value is the one spelling used in text and JSON. LISTEN belongs to a port, not to a
/// connection, and is never claimed of an endpoint.
public enum TCPState: UInt8, CaseIterable, Hashable, Sendable {
  case closed, listen, synSent, synReceived, established, finWait1, finWait2, closeWait, closing
  case lastAck, timeWait

  public var name: String {
    switch self {
    case .closed: "CLOSED"
    case .listen: "LISTEN"
    case .synSent: "SYN_SENT"
    case .synReceived: "SYN_RECEIVED"
    case .established: "ESTABLISHED"
    case .finWait1: "FIN_WAIT_1"
    case .finWait2: "FIN_WAIT_2"
    case .closeWait: "CLOSE_WAIT"
    case .closing: "CLOSING"
    case .lastAck: "LAST_ACK"
    case .timeWait: "TIME_WAIT"
    }
  }
}

/// A set of states, for what an endpoint can be in.
public struct StateSet: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  public init(_ state: TCPState) { rawValue = 1 << UInt16(state.rawValue) }

  public func contains(_ state: TCPState) -> Bool { contains(StateSet(state)) }
  public mutating func insert(_ state: TCPState) { formUnion(StateSet(state)) }

  /// Calls `body` with each member, `first` in front if it is one, the others in RFC order.
  public func forEach(first: TCPState, _ body: (TCPState) -> Void) {
    if contains(first) { body(first) }
    var rest = subtracting(StateSet(first)).rawValue
    while let state = TCPState(rawValue: UInt8(rest.trailingZeroBitCount)) {
      body(state)
      rest &= rest - 1
    }
  }

  /// The members, `first` in front if it is one, the others in RFC order.
  public func ordered(first: TCPState) -> [TCPState] {
    var states: [TCPState] = []
    forEach(first: first) { states.append($0) }
    return states
  }
}

/// Which end of a connection.
///
/// The initiator sent the SYN, the responder answered it. Where the capture began mid-stream the
/// roles are not known, and the initiator is by convention the sender of the first frame.
public enum Role: UInt8, CaseIterable, Hashable, Sendable {
  case initiator, responder

  public var peer: Role { self == .initiator ? .responder : .initiator }
}

/// A value for each end of a connection.
public struct Pair<Value> {
  public var initiator: Value
  public var responder: Value

  public init(initiator: Value, responder: Value) {
    self.initiator = initiator
    self.responder = responder
  }

  public subscript(role: Role) -> Value {
    get { role == .initiator ? initiator : responder }
    // In place: a pair of endpoints is too large to be copied out and back for every segment.
    _modify {
      if role == .initiator { yield &initiator } else { yield &responder }
    }
  }
}

extension Pair: Sendable where Value: Sendable {}
extension Pair: Equatable where Value: Equatable {}

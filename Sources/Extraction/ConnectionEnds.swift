import Dissection
import Tracking

/// Two ends that speak with each other, in no order: what all incarnations of a connection share.
public struct ConnectionEnds: Hashable, Sendable {
  private let low: SocketAddress
  private let high: SocketAddress

  public init(_ one: SocketAddress, _ other: SocketAddress) {
    (low, high) = one < other ? (one, other) : (other, one)
  }

  public init(_ connection: ConnectionReport) {
    self.init(connection.endpoints.initiator.local, connection.endpoints.responder.local)
  }
}

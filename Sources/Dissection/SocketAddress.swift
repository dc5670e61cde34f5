/// An address and a TCP port: one end of a connection.
public struct SocketAddress: Hashable, Comparable, Sendable {
  public let address: IPAddress
  public let port: UInt16

  @inlinable
  public init(address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }

  @inlinable
  public static func < (left: SocketAddress, right: SocketAddress) -> Bool {
    left.address == right.address ? left.port < right.port : left.address < right.address
  }
}

import Dissection

/// The layout of struct inet_diag_msg and of what follows it (include/uapi/linux/inet_diag.h).
private enum Layout {
  static let family = 0
  static let state = 1
  static let timer = 2
  static let retransmissions = 3
  // struct inet_diag_sockid
  static let sourcePort = 4
  static let destinationPort = 6
  static let source = 8
  static let destination = 24
  static let interface = 40
  static let cookie = 44
  // behind it
  static let expires = 52
  static let receiveQueue = 56
  static let sendQueue = 60
  static let user = 64
  static let inode = 68
  static let length = 72
}

/// Attributes: a length that includes these four octets, a type, the value.
private enum Attribute {
  static let headerLength = 4
  static let information: UInt16 = 2
  static let shutdown: UInt16 = 8
  static let controlGroup: UInt16 = 21

  /// tcpi_last_ack_recv in struct tcp_info (include/uapi/linux/tcp.h).
  static let lastACKReceived = 56
}

extension KernelSocket {
  /// Reads one message of a dump.
  ///
  /// - Returns: nil when it is cut, of another family, or of a state that is not known here. What
  ///   is wrong in an attribute ends the attributes alone.
  init?(_ message: Span<UInt8>) {
    guard message.count >= Layout.length, let state = State(rawValue: message[Layout.state])
    else { return nil }
    switch Int32(message[Layout.family]) {
    case AddressFamily.version4:
      local = message.version4(Layout.source, port: Layout.sourcePort)
      remote = message.version4(Layout.destination, port: Layout.destinationPort)
    case AddressFamily.version6:
      local = message.version6(Layout.source, port: Layout.sourcePort)
      remote = message.version6(Layout.destination, port: Layout.destinationPort)
    default: return nil
    }
    self.state = state
    // A later kernel's timer is none that we know.
    timer = Timer(rawValue: message[Layout.timer]) ?? .none
    retransmissions = message[Layout.retransmissions]
    expiresMilliseconds = message.native32(Layout.expires)
    receiveQueue = message.native32(Layout.receiveQueue)
    sendQueue = message.native32(Layout.sendQueue)
    user = message.native32(Layout.user)
    inode = message.native32(Layout.inode)
    cookie =
      UInt64(message.native32(Layout.cookie))
      | UInt64(message.native32(Layout.cookie + 4)) << 32
    interface = message.native32(Layout.interface)
    readAttributes(message.extracting(Layout.length...))
  }

  private mutating func readAttributes(_ attributes: Span<UInt8>) {
    var rest = attributes
    while rest.count >= Attribute.headerLength {
      let length = Int(rest.native16(0))
      guard length >= Attribute.headerLength, length <= rest.count else { return }
      let value = rest.extracting(Attribute.headerLength..<length)
      switch rest.native16(2) {
      case Attribute.information where value.count >= Attribute.lastACKReceived + 4:
        lastACKMilliseconds = value.native32(Attribute.lastACKReceived)
      case Attribute.shutdown where value.count >= 1:
        shutdown = Shutdown(rawValue: value[0])
      case Attribute.controlGroup where value.count >= 8:
        controlGroup = value.native64(0)
      default: break
      }
      rest = rest.extracting(min(NetlinkReply.aligned(length), rest.count)...)
    }
  }
}

/// As Linux numbers them.
enum AddressFamily {
  static let version4: Int32 = 2
  static let version6: Int32 = 10
}

extension Span where Element == UInt8 {
  fileprivate func version4(_ offset: Int, port: Int) -> SocketAddress {
    let address = UInt32(network16(offset)) << 16 | UInt32(network16(offset + 2))
    return SocketAddress(address: IPAddress(version4: address), port: network16(port))
  }

  /// An IPv4 connection of an IPv6 socket (RFC 4291 section 2.5.5.2) is on the wire what it is.
  fileprivate func version6(_ offset: Int, port: Int) -> SocketAddress {
    let (high, low) = (network64(offset), network64(offset + 8))
    let isMapped = high == 0 && low >> 32 == 0xFFFF
    let address =
      isMapped
      ? IPAddress(version4: UInt32(truncatingIfNeeded: low))
      : IPAddress(version6High: high, low: low)
    return SocketAddress(address: address, port: network16(port))
  }
}

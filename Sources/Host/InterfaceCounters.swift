#if os(Linux)
  /// What the interfaces of one network namespace count.
  ///
  /// What stands below /sys is of the namespace in which that was mounted, which can be another.
  public struct InterfaceCounters: ~Copyable {
    private static let nameAttribute: UInt16 = 3
    private static let statisticsAttribute: UInt16 = 23
    private static let getLink: UInt16 = 18
    private static let newLink: UInt16 = 16
    private static let request: UInt16 = 1
    /// struct ifinfomsg.
    private static let linkLength = 16
    // Octets into struct rtnl_link_stats64 (include/uapi/linux/if_link.h).
    private static let fifoErrors = 14 * 8
    private static let missedErrors = 15 * 8
    /// IFNAMSIZ, with the octet behind the name.
    private static let longestName = 15

    private var socket: NetlinkSocket
    private var sequence: UInt32 = 0

    /// In the calling thread's network namespace.
    public init() throws(HostError) { socket = try NetlinkSocket(.route) }

    /// Packets that an interface had no room for, since it is there; nil where it does not tell, or
    /// is gone.
    public mutating func missedPackets(of name: String) throws(HostError) -> UInt64? {
      guard name.utf8.count <= Self.longestName else { return nil }
      sequence &+= 1
      try socket.ask(Self.question(name, sequence).span)
      var missed: UInt64?
      _ = try socket.receive { datagram in
        var wasInterrupted = false
        return NetlinkReply.scan(datagram, wasInterrupted: &wasInterrupted) { type, message in
          if type == Self.newLink { missed = Self.missedPackets(message) }
        }
      }
      return missed
    }

    private static func question(_ name: String, _ sequence: UInt32) -> [UInt8] {
      let attribute = 4 + name.utf8.count + 1
      let length = NetlinkReply.headerLength + linkLength + NetlinkReply.aligned(attribute)
      var octets: [UInt8] = []
      octets.append(native: UInt32(length))
      octets.append(native: getLink)
      octets.append(native: request)
      octets.append(native: sequence)
      // The port, which the kernel fills in; and no interface by number.
      octets += repeatElement(0, count: 4 + linkLength)
      octets.append(native: UInt16(attribute))
      octets.append(native: nameAttribute)
      octets += name.utf8
      octets += repeatElement(0, count: length - octets.count)
      return octets
    }

    private static func missedPackets(_ message: Span<UInt8>) -> UInt64? {
      guard message.count > linkLength else { return nil }
      var rest = message.extracting(linkLength...)
      while rest.count >= 4 {
        let length = Int(rest.native16(0))
        guard length >= 4, length <= rest.count else { return nil }
        if rest.native16(2) == statisticsAttribute, length >= 4 + missedErrors + 8 {
          return rest.native64(4 + missedErrors) &+ rest.native64(4 + fifoErrors)
        }
        rest = rest.extracting(min(NetlinkReply.aligned(length), rest.count)...)
      }
      return nil
    }
  }
#endif

/// The header that a frame continues with.
enum NextHeader {
  case ethernet
  case linuxCooked
  case linuxCooked2
  /// BSD's address family, in the byte order of whoever captured.
  case null
  /// The same in network order.
  case loop
  /// IEEE 802.2, as in an Ethernet frame that has a length where others have an EtherType.
  case llc
  /// IPv4 or IPv6, as the first four bits say.
  case anyIP
  /// What an EtherType names.
  case etherType(UInt16)
  case ipv4
  case ipv6
  /// What an IP protocol number names; IPv6 extension headers have such numbers too.
  case ipProtocol(UInt8)
  /// Nothing that leads to TCP.
  case none(SkipReason)
}

/// How far the dissection of one frame has come, and what the segment will need of the headers
/// already passed.
struct HeaderWalk {
  /// Tunnels below this many are not followed: a limit for hostile frames.
  static let maximumTunnels = 8

  /// Of the next header, in the captured bytes.
  var offset = 0
  /// Octets on the wire from there to the end of what the last header announced; they need not be
  /// captured. Padding and frame check sequences are outside once an IP header was read.
  var wireLength: Int
  var tunnels = 0

  var vlan: UInt16 = 0
  var source = IPAddress(version4: 0)
  var destination = IPAddress(version4: 0)
  var identification: UInt16 = 0
  var hopLimit: UInt8 = 0

  init(wireLength: Int) { self.wireLength = wireLength }

  @inline(__always)
  mutating func skip(_ count: Int) {
    offset &+= count
    wireLength &-= count
  }

  /// Counts one more tunnel.
  ///
  /// - Returns: `next`, or the end of the walk when it has gone through too many.
  mutating func enterTunnel(_ next: NextHeader) -> NextHeader {
    tunnels += 1
    return tunnels <= Self.maximumTunnels ? next : .none(.notTCP)
  }

  /// What to say of a frame that holds something else than IP: within a tunnel it is IP after all.
  var otherThanIP: NextHeader { .none(tunnels == 0 ? .notIP : .notTCP) }
}

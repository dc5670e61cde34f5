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
  /// PPP as on a serial line: behind HDLC's address and control, or without them.
  case ppp
  /// PPP's own header: the protocol number.
  case pppProtocol
  case ciscoHDLC
  case pppoe
  case mpls
  case fddi
  case arcnetLinux
  case ipoib
  /// IEEE 802.11; what follows its header begins at a multiple of `alignment`.
  case ieee80211(alignment: Int)
  case radiotap
  case prism
  case avs
  case ppi
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

  /// Where a walk ends: at TCP's header, or where nothing leads to one.
  var isEnd: Bool {
    switch self {
    case .ipProtocol(IPProtocol.tcp), .none: true
    case .ethernet, .linuxCooked, .linuxCooked2, .null, .loop, .llc, .ppp, .pppProtocol,
      .ciscoHDLC, .pppoe, .mpls, .fddi, .arcnetLinux, .ipoib, .ieee80211, .radiotap, .prism,
      .avs, .ppi, .anyIP, .etherType, .ipv4, .ipv6, .ipProtocol:
      false
    }
  }
}

/// How far the dissection of one frame has come.
///
/// A few words that stay in registers: addresses kept here would go through memory each time.
struct HeaderWalk {
  /// Tunnels below this many are not followed: a limit for hostile frames.
  static let maximumTunnels = 8

  /// Of the next header, in the captured bytes.
  var offset = 0
  /// Octets on the wire from there to the end of what the last header announced; they need not be
  /// captured. Padding and frame check sequences are outside once an IP header was read.
  var wireLength: Int
  var tunnels = 0
  /// Of the innermost IP header so far: read when a segment was found behind it, and not before.
  var internetOffset = 0
  /// The outermost VLAN id, 0 without one.
  var vlan: UInt16 = 0
  /// See `Segment.linkFingerprint`.
  var linkFingerprint: UInt16 = 0
  /// The walk has ended at an ICMP message, of IPv4 or of IPv6.
  var icmp: ICMPVersion?

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

extension HeaderWalk {
  /// Goes from header to header until TCP's is next.
  ///
  /// - Returns: why there is none to be had.
  @inline(never)
  mutating func toTCP(_ bytes: Span<UInt8>, from first: NextHeader) -> SkipReason? {
    var next = first
    while !next.isEnd { next = read(next, bytes) }
    if case .none(let reason) = next { return reason }
    return nil
  }

  /// Passes one header.
  ///
  /// - Returns: the one behind it.
  @inline(__always)
  mutating func read(_ next: NextHeader, _ bytes: Span<UInt8>) -> NextHeader {
    let header = bytes.extracting(droppingFirst: offset)
    switch next {
    case .ethernet: return readEthernet(header)
    case .etherType(let type): return readEtherType(type, header)
    case .ipv4: return readIPv4(header)
    case .ipv6: return readIPv6(header)
    case .ipProtocol(let number): return readIPProtocol(number, header)
    case .linuxCooked: return readLinuxCooked(header)
    case .linuxCooked2: return readLinuxCooked2(header)
    case .null: return readNull(header)
    case .loop: return readLoop(header)
    case .llc: return readLLC(header)
    case .ppp: return readPPP(header)
    case .pppProtocol: return readPPPProtocol(header)
    case .ciscoHDLC: return readCiscoHDLC(header)
    case .pppoe: return readPPPoE(header)
    case .mpls: return readMPLS(header)
    case .fddi: return readFDDI(header)
    case .arcnetLinux: return readARCnet(header)
    case .ipoib: return readIPoIB(header)
    case .ieee80211(let alignment): return readIEEE80211(header, alignment: alignment)
    case .radiotap: return readRadiotap(header)
    case .prism: return readPrism(header)
    case .avs: return readAVS(header)
    case .ppi: return readPPI(header)
    case .anyIP: return readAnyIP(header)
    case .none: return next
    }
  }
}

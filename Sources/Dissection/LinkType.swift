/// A link-layer header type: the LINKTYPE_ value that a savefile carries.
public struct LinkType: Hashable, Sendable {
  public let value: UInt16
  @inlinable
  public init(_ value: UInt16) { self.value = value }

  public static let null = LinkType(0)
  @inlinable public static var ethernet: LinkType { LinkType(1) }
  public static let ppp = LinkType(9)
  public static let fddi = LinkType(10)
  public static let rawBSD = LinkType(12)
  public static let rawOpenBSD = LinkType(14)
  public static let pppHDLC = LinkType(50)
  public static let pppoe = LinkType(51)
  public static let raw = LinkType(101)
  public static let ciscoHDLC = LinkType(104)
  public static let ieee80211 = LinkType(105)
  public static let loop = LinkType(108)
  public static let linuxCooked = LinkType(113)
  public static let prism = LinkType(119)
  public static let radiotap = LinkType(127)
  public static let arcnetLinux = LinkType(129)
  public static let avs = LinkType(163)
  public static let ppi = LinkType(192)
  public static let ipv4 = LinkType(228)
  public static let ipv6 = LinkType(229)
  public static let ipoib = LinkType(242)
  public static let linuxCooked2 = LinkType(276)
}

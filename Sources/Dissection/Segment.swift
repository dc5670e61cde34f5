/// The control bits of a TCP header (RFC 9293 section 3.1), as on the wire.
public struct TCPFlags: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  // Computed: a constant of another module is a call where it is used.

  @inlinable public static var fin: TCPFlags { TCPFlags(rawValue: 0x01) }
  @inlinable public static var syn: TCPFlags { TCPFlags(rawValue: 0x02) }
  @inlinable public static var rst: TCPFlags { TCPFlags(rawValue: 0x04) }
  @inlinable public static var psh: TCPFlags { TCPFlags(rawValue: 0x08) }
  @inlinable public static var ack: TCPFlags { TCPFlags(rawValue: 0x10) }
  @inlinable public static var urg: TCPFlags { TCPFlags(rawValue: 0x20) }
  @inlinable public static var ece: TCPFlags { TCPFlags(rawValue: 0x40) }
  @inlinable public static var cwr: TCPFlags { TCPFlags(rawValue: 0x80) }
}

/// One TCP segment as one frame of a capture shows it: all that the upper floors see of a packet.
public struct Segment: Sendable {
  // In an order that leaves no gaps: a segment is written once for every packet.

  /// Numbered from 1 over the whole capture, as Wireshark's frame.number.
  public var frame: Int
  public var time: Timestamp
  public var source: SocketAddress
  /// The IPv4 identification field; 0 for IPv6.
  public var ipIdentification: UInt16
  /// The outermost VLAN id, 0 without one.
  public var vlan: UInt16
  /// Index of the capturing interface over the whole capture.
  public var interface: UInt16
  public var destination: SocketAddress
  /// A digest of the link-layer addresses and packet type: two captures of one packet on different
  /// links differ here, two deliveries over one link do not.
  /// 0 where the link has neither.
  public var linkFingerprint: UInt16
  public var sequenceNumber: SequenceNumber
  /// Meaningful when `flags` contains `.ack`.
  public var acknowledgmentNumber: SequenceNumber
  public var flags: TCPFlags
  /// IPv4 time to live, IPv6 hop limit.
  public var hopLimit: UInt8
  /// The window field, unscaled.
  public var window: UInt16
  /// Octets of payload on the wire, whatever the capture kept of them.
  public var payloadLength: UInt32
  public var options: TCPOptions

  @inlinable
  public init(
    frame: Int, time: Timestamp, source: SocketAddress, destination: SocketAddress,
    sequenceNumber: SequenceNumber, acknowledgmentNumber: SequenceNumber, flags: TCPFlags,
    window: UInt16, payloadLength: UInt32, options: TCPOptions = TCPOptions(),
    ipIdentification: UInt16 = 0, hopLimit: UInt8 = 64, vlan: UInt16 = 0, interface: UInt16 = 0,
    linkFingerprint: UInt16 = 0
  ) {
    self.frame = frame
    self.time = time
    self.source = source
    self.destination = destination
    self.sequenceNumber = sequenceNumber
    self.acknowledgmentNumber = acknowledgmentNumber
    self.flags = flags
    self.window = window
    self.payloadLength = payloadLength
    self.options = options
    self.ipIdentification = ipIdentification
    self.hopLimit = hopLimit
    self.vlan = vlan
    self.interface = interface
    self.linkFingerprint = linkFingerprint
  }

  /// SEG.LEN: the octets of sequence space occupied, SYN and FIN included (RFC 9293 section 3.4).
  @inlinable public var sequenceLength: UInt32 {
    payloadLength &+ (flags.contains(.syn) ? 1 : 0) &+ (flags.contains(.fin) ? 1 : 0)
  }

  /// The sequence number just past the segment.
  @inlinable public var sequenceEnd: SequenceNumber { sequenceNumber + sequenceLength }
}

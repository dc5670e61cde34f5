/// What nearly every frame is: Ethernet with at most one VLAN tag, IPv4 without options or IPv6
/// without extension headers, TCP.
///
/// Such a frame is dissected in one pass: every offset is a constant, and nothing goes through
/// memory but the segment. What is not quite so, or not sound, goes the long way (`HeaderWalk`),
/// which tells the same of all frames that are told of here.
extension Segment {
  /// The segment of an Ethernet frame with plain IPv4 and TCP; nil for any other, which says
  /// nothing of it yet: `Dissector` is to be asked.
  ///
  /// Inlined where frames are read in a loop, so that the segment is written once, in its place.
  @inlinable
  @inline(__always)
  public init?(
    plainEthernet bytes: Span<UInt8>, frame: Int, time: Timestamp, interface: UInt16
  ) {
    guard bytes.count >= 54, bytes.bigEndian16(12) == EtherType.ipv4 else { return nil }
    self.init(
      plain: bytes, version: .four, at: 14, vlan: 0, frame: frame, time: time,
      interface: interface)
  }

  /// The same where there may be a VLAN tag, and version 6.
  init?(taggedEthernet bytes: Span<UInt8>, frame: Int, time: Timestamp, interface: UInt16) {
    guard bytes.count >= 58 else { return nil }
    let tag = bytes.bigEndian16(14) & 0x0FFF
    switch (bytes.bigEndian16(12), bytes.bigEndian16(16)) {
    case (EtherType.ipv6, _):
      self.init(
        plain: bytes, version: .six, at: 14, vlan: 0, frame: frame, time: time,
        interface: interface)
    case (EtherType.vlan, EtherType.ipv4):
      self.init(
        plain: bytes, version: .four, at: 18, vlan: tag, frame: frame, time: time,
        interface: interface)
    case (EtherType.vlan, EtherType.ipv6):
      self.init(
        plain: bytes, version: .six, at: 18, vlan: tag, frame: frame, time: time,
        interface: interface)
    default: return nil
    }
  }

  @usableFromInline
  enum InternetVersion {
    case four, six
  }

  /// - Parameters:
  ///   - version: a constant, so that nothing of the other one is left in the code.
  ///   - ip: where its header begins, a constant as well.
  @inlinable
  @inline(__always)
  init?(
    plain bytes: Span<UInt8>, version: InternetVersion, at ip: Int, vlan: UInt16,
    frame: Int, time: Timestamp, interface: UInt16
  ) {
    let tcp: Int
    let wireLength: Int
    switch version {
    case .four:
      tcp = ip &+ IPv4.minimumLength
      guard bytes.count >= tcp &+ TCPHeader.minimumLength, bytes[ip] == 0x45,
        bytes[ip &+ 9] == IPProtocol.tcp, bytes.bigEndian16(ip &+ 6) & IPv4.fragmentMask == 0
      else { return nil }
      wireLength = Int(bytes.bigEndian16(ip &+ 2)) &- IPv4.minimumLength
    case .six:
      tcp = ip &+ IPv6.length
      guard bytes.count >= tcp &+ TCPHeader.minimumLength, bytes[ip] >> 4 == 6,
        bytes[ip &+ 6] == IPProtocol.tcp
      else { return nil }
      wireLength = Int(bytes.bigEndian16(ip &+ 4))
    }
    let headerLength = Int(bytes[tcp &+ 12] >> 4) &* 4
    guard headerLength >= TCPHeader.minimumLength, headerLength <= wireLength else { return nil }
    // Before all else: what is read in front of a branch is kept aside until after it.
    options = TCPOptions(usual: bytes, at: tcp, headerLength: headerLength)

    let (source, destination): (IPAddress, IPAddress)
    switch version {
    case .four:
      source = IPAddress(version4: bytes.bigEndian32(ip &+ 12))
      destination = IPAddress(version4: bytes.bigEndian32(ip &+ 16))
      ipIdentification = bytes.bigEndian16(ip &+ 4)
      hopLimit = bytes[ip &+ 8]
    case .six:
      source = IPAddress(
        version6High: bytes.bigEndian64(ip &+ 8), low: bytes.bigEndian64(ip &+ 16))
      destination = IPAddress(
        version6High: bytes.bigEndian64(ip &+ 24), low: bytes.bigEndian64(ip &+ 32))
      ipIdentification = 0
      hopLimit = bytes[ip &+ 7]
    }
    self.frame = frame
    self.time = time
    self.source = SocketAddress(address: source, port: bytes.bigEndian16(tcp))
    self.vlan = vlan
    self.interface = interface
    self.destination = SocketAddress(address: destination, port: bytes.bigEndian16(tcp &+ 2))
    linkFingerprint = Self.fingerprint(bytes.bigEndian64(0), bytes.bigEndian32(8))
    sequenceNumber = SequenceNumber(bytes.bigEndian32(tcp &+ 4))
    acknowledgmentNumber = SequenceNumber(bytes.bigEndian32(tcp &+ 8))
    flags = TCPFlags(rawValue: bytes[tcp &+ 13])
    window = bytes.bigEndian16(tcp &+ 14)
    payloadLength = UInt32(truncatingIfNeeded: wireLength &- headerLength)
  }
}

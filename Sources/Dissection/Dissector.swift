/// Why a frame yielded no segment.
public enum SkipReason: String, CaseIterable, Hashable, Sendable {
  /// IP, but another protocol than TCP.
  case notTCP = "not_tcp"
  /// Neither IPv4 nor IPv6.
  case notIP = "not_ip"
  /// A part of a datagram that no other frame completes here.
  case fragment = "fragment"
  /// The frame ends before the TCP flags and window do, or a header is cut.
  case truncated = "truncated"
  /// A header contradicts itself: a length, a version, a data offset.
  case malformed = "malformed"
  /// The link-layer header type is not one we read.
  case unknownLinkType = "unknown_link_type"
}

/// What one frame turned out to be.
public enum Dissected: Sendable {
  case segment(Segment)
  /// No TCP packet, but news of one.
  case icmpError(ICMPError)
  case skipped(SkipReason)
}

/// From the bytes of a frame to the TCP segment in it.
///
/// Headers are followed from the link layer inwards, through VLAN tags, IPv6 extension headers and
/// tunnels; in a tunnel the innermost segment is the one. Nothing is kept from frame to frame.
public struct Dissector: Sendable {
  public init() {}

  /// Dissects one frame.
  ///
  /// - Parameters:
  ///   - bytes: the frame as far as it was captured.
  ///   - originalLength: octets of the frame on the wire. Counts only where an IP header leaves
  ///     its length open: a frame's own end is blurred by padding and frame check sequences.
  ///   - frame: see `Segment.frame`; `time` and `interface` are handed on likewise.
  public func dissect(
    _ bytes: Span<UInt8>, linkType: LinkType, originalLength: UInt32, frame: Int, time: Timestamp,
    interface: UInt16
  ) -> Dissected {
    if linkType == .ethernet,
      let segment =
        Segment(plainEthernet: bytes, frame: frame, time: time, interface: interface)
        ?? Segment(taggedEthernet: bytes, frame: frame, time: time, interface: interface)
    {
      return .segment(segment)
    }
    return follow(
      bytes, linkType: linkType, originalLength: originalLength, frame: frame, time: time,
      interface: interface)
  }

  /// The long way, for any frame.
  @inline(never)
  func follow(
    _ bytes: Span<UInt8>, linkType: LinkType, originalLength: UInt32, frame: Int, time: Timestamp,
    interface: UInt16
  ) -> Dissected {
    var walk = HeaderWalk(wireLength: max(Int(originalLength), bytes.count))
    if let reason = walk.toTCP(bytes, from: NextHeader(linkType: linkType)) {
      let error = ICMPError(bytes, walk, frame: frame, time: time)
      return error.map { .icmpError($0) } ?? .skipped(reason)
    }
    guard walk.wireLength >= TCPHeader.minimumLength else { return .skipped(.malformed) }
    let tcpBytes = bytes.extracting(droppingFirst: walk.offset)
    guard tcpBytes.count >= TCPHeader.neededLength else { return .skipped(.truncated) }
    let tcp = TCPHeader(tcpBytes)
    guard tcp.length >= TCPHeader.minimumLength, tcp.length <= walk.wireLength else {
      return .skipped(.malformed)
    }
    let options = TCPOptions(
      tcpBytes.extracting(first: tcp.length).extracting(droppingFirst: TCPHeader.minimumLength),
      isSYN: tcp.flags.contains(.syn))
    return .segment(
      Segment(bytes, walk, tcp, options, frame: frame, time: time, interface: interface))
  }
}

extension Segment {
  /// - Parameter bytes: the frame, in which `walk` has led to the header `tcp`.
  fileprivate init(
    _ bytes: Span<UInt8>, _ walk: HeaderWalk, _ tcp: TCPHeader, _ options: TCPOptions,
    frame: Int, time: Timestamp, interface: UInt16
  ) {
    let ip = InternetHeader(bytes.extracting(droppingFirst: walk.internetOffset))
    self.init(
      frame: frame, time: time,
      source: SocketAddress(address: ip.source, port: tcp.sourcePort),
      destination: SocketAddress(address: ip.destination, port: tcp.destinationPort),
      sequenceNumber: SequenceNumber(tcp.sequenceNumber),
      acknowledgmentNumber: SequenceNumber(tcp.acknowledgmentNumber),
      flags: tcp.flags, window: tcp.window,
      payloadLength: UInt32(truncatingIfNeeded: walk.wireLength &- tcp.length),
      options: options, ipIdentification: ip.identification, hopLimit: ip.hopLimit,
      vlan: walk.vlan, interface: interface, linkFingerprint: walk.linkFingerprint)
  }
}

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
    var walk = HeaderWalk(wireLength: max(Int(originalLength), bytes.count))
    var next = NextHeader(linkType: linkType)
    while true {
      let header = bytes.extracting(droppingFirst: walk.offset)
      switch next {
      case .ethernet: next = walk.readEthernet(header)
      case .etherType(let type): next = walk.readEtherType(type, header)
      case .ipv4: next = walk.readIPv4(header)
      case .ipv6: next = walk.readIPv6(header)
      case .ipProtocol(IPProtocol.tcp):
        return segment(header, walk, frame: frame, time: time, interface: interface)
      case .ipProtocol(let number): next = walk.readIPProtocol(number, header)
      case .linuxCooked: next = walk.readLinuxCooked(header)
      case .linuxCooked2: next = walk.readLinuxCooked2(header)
      case .null: next = walk.readNull(header)
      case .loop: next = walk.readLoop(header)
      case .llc: next = walk.readLLC(header)
      case .anyIP: next = walk.readAnyIP(header)
      case .none(let reason): return .skipped(reason)
      }
    }
  }

  @inline(__always)
  private func segment(
    _ bytes: Span<UInt8>, _ walk: HeaderWalk, frame: Int, time: Timestamp, interface: UInt16
  ) -> Dissected {
    guard walk.wireLength >= TCPHeader.minimumLength else { return .skipped(.malformed) }
    guard bytes.count >= TCPHeader.neededLength else { return .skipped(.truncated) }
    let header = TCPHeader(bytes)
    guard header.length >= TCPHeader.minimumLength, header.length <= walk.wireLength else {
      return .skipped(.malformed)
    }
    let options = bytes.extracting(first: header.length)
      .extracting(droppingFirst: TCPHeader.minimumLength)
    return .segment(
      Segment(
        frame: frame, time: time,
        source: SocketAddress(address: walk.source, port: header.sourcePort),
        destination: SocketAddress(address: walk.destination, port: header.destinationPort),
        sequenceNumber: SequenceNumber(header.sequenceNumber),
        acknowledgmentNumber: SequenceNumber(header.acknowledgmentNumber),
        flags: header.flags, window: header.window,
        payloadLength: UInt32(truncatingIfNeeded: walk.wireLength &- header.length),
        options: TCPOptions(options, isSYN: header.flags.contains(.syn)),
        ipIdentification: walk.identification, hopLimit: walk.hopLimit, vlan: walk.vlan,
        interface: interface))
  }
}

/// An ICMP error that quotes a TCP segment: that segment did not reach its destination's TCP.
public struct ICMPError: Equatable, Sendable {
  /// Of the ICMP message, as `Segment.frame`.
  public var frame: Int
  public var time: Timestamp
  /// The quoted segment's sender, to whom the error goes.
  public var source: SocketAddress
  /// Where the quoted segment was going; a router on the way may have sent the error.
  public var destination: SocketAddress
  /// The quoted segment's.
  public var sequenceNumber: SequenceNumber
  /// As on the wire; what they mean differs between ICMPv4 (RFC 792) and ICMPv6 (RFC 4443).
  public var type: UInt8
  public var code: UInt8

  public init(
    frame: Int, time: Timestamp, source: SocketAddress, destination: SocketAddress,
    sequenceNumber: SequenceNumber, type: UInt8, code: UInt8
  ) {
    self.frame = frame
    self.time = time
    self.source = source
    self.destination = destination
    self.sequenceNumber = sequenceNumber
    self.type = type
    self.code = code
  }
}

enum ICMPVersion {
  case version4, version6

  /// In front of what an error quotes (RFC 792, RFC 4443 section 2.1).
  static let headerLength = 8
  /// Of the quoted TCP header, RFC 792 promises this much: the ports and the sequence number.
  static let quotedLength = 8

  /// Whether a message of this type says that what it quotes was lost. Version 4: destination
  /// unreachable, time exceeded, parameter problem, but neither source quench nor a redirect;
  /// version 6: destination unreachable, packet too big, time exceeded, parameter problem.
  func isError(type: UInt8) -> Bool {
    switch self {
    case .version4: type == 3 || type == 11 || type == 12
    case .version6: (1...4).contains(type)
    }
  }

  var quoted: NextHeader {
    switch self {
    case .version4: .ipv4
    case .version6: .ipv6
    }
  }
}

extension ICMPError {
  /// Reads the message to which `walk` has led; nil when it is no error, or quotes no TCP.
  ///
  /// A quote in fragments, or of another packet's tunnel, tells nothing of a TCP endpoint.
  init?(_ bytes: Span<UInt8>, _ walk: HeaderWalk, frame: Int, time: Timestamp) {
    guard let version = walk.icmp else { return nil }
    let message = bytes.extracting(droppingFirst: walk.offset)
    guard message.count >= ICMPVersion.headerLength, version.isError(type: message[0]) else {
      return nil
    }
    let quote = message.extracting(droppingFirst: ICMPVersion.headerLength)
    var quoted = HeaderWalk(wireLength: quote.count)
    guard quoted.toTCP(quote, from: version.quoted) == nil, quoted.tunnels == 0 else {
      return nil
    }
    let header = quote.extracting(droppingFirst: quoted.offset)
    guard header.count >= ICMPVersion.quotedLength else { return nil }
    let ip = InternetHeader(quote.extracting(droppingFirst: quoted.internetOffset))
    self.init(
      frame: frame, time: time,
      source: SocketAddress(address: ip.source, port: header.bigEndian16(0)),
      destination: SocketAddress(address: ip.destination, port: header.bigEndian16(2)),
      sequenceNumber: SequenceNumber(header.bigEndian32(4)), type: message[0], code: message[1])
  }
}

/// IPv6 and its extension headers (RFC 8200).
@usableFromInline
enum IPv6 {
  @inlinable static var length: Int { 40 }
  static let jumboPayloadOption: UInt8 = 0xC2
  static let paddingOption: UInt8 = 0
}

extension HeaderWalk {

  @inline(__always)
  mutating func readIPv6(_ header: Span<UInt8>) -> NextHeader {
    guard header.count >= IPv6.length else { return .none(.truncated) }
    guard header[0] >> 4 == 6 else { return .none(.malformed) }
    let payloadLength = Int(header.bigEndian16(4))
    let next = header[6]
    internetOffset = offset
    skip(IPv6.length)
    if payloadLength != 0 {
      wireLength = payloadLength
    } else if next == IPProtocol.hopByHopOptions,
      let jumbo = jumboLength(header.extracting(droppingFirst: IPv6.length))
    {
      wireLength = jumbo
    }
    // Else segmentation offload: the rest of the frame is payload.
    guard wireLength >= 0 else { return .none(.malformed) }
    return .ipProtocol(next)
  }

  /// The jumbo payload option of a hop-by-hop options header (RFC 2675 section 2).
  private func jumboLength(_ header: Span<UInt8>) -> Int? {
    guard header.count >= 2 else { return nil }
    let options = header.extracting(first: 8 &+ Int(header[1]) &* 8)
    var offset = 2
    while offset < options.count {
      let kind = options[offset]
      if kind == IPv6.paddingOption {
        offset += 1
        continue
      }
      guard offset + 1 < options.count else { return nil }
      if kind == IPv6.jumboPayloadOption {
        guard options[offset + 1] == 4, offset + 6 <= options.count else { return nil }
        return Int(options.bigEndian32(offset + 2))
      }
      offset += 2 + Int(options[offset + 1])
    }
    return nil
  }

  /// Hop-by-hop options, routing, destination options, mobility, HIP, shim6: the next header, then
  /// the length in units of 8 octets, the first not counted (RFC 6564).
  mutating func readExtension(_ header: Span<UInt8>) -> NextHeader {
    readLinked(header) { 8 &+ Int($0) &* 8 }
  }

  /// The IP authentication header counts in units of 4 octets, the first two not counted
  /// (RFC 4302 section 2.2).
  mutating func readAuthentication(_ header: Span<UInt8>) -> NextHeader {
    readLinked(header) { 8 &+ Int($0) &* 4 }
  }

  @inline(__always)
  private mutating func readLinked(
    _ header: Span<UInt8>, _ length: (UInt8) -> Int
  ) -> NextHeader {
    guard header.count >= 2 else { return .none(wireLength < 2 ? .malformed : .truncated) }
    let length = length(header[1])
    guard length <= wireLength else { return .none(.malformed) }
    skip(length)
    return .ipProtocol(header[0])
  }

  /// A fragment header that says "whole datagram" (an atomic fragment, RFC 6946) is passed by.
  mutating func readFragment(_ header: Span<UInt8>) -> NextHeader {
    guard wireLength >= 8 else { return .none(.malformed) }
    guard header.count >= 4 else { return .none(.truncated) }
    skip(8)
    let offsetAndMoreFragments = header.bigEndian16(2) & 0xFFF9
    return offsetAndMoreFragments == 0 ? .ipProtocol(header[0]) : .none(.fragment)
  }
}

/// What IP headers and those between them and TCP tell of hosts.
extension FrameAnatomy {
  mutating func takeIPv4(_ octets: Span<UInt8>, at start: Int) {
    checksums.append(Checksum(offset: start + 10, covered: [start..<start + octets.count]))
    fields += [.version4(start + 12), .version4(start + 16)]
    takeOptions(octets, from: IPv4.minimumLength, at: start) { $0.takeOption($1, $2, at: $3) }
  }

  /// Options of IPv4 and of TCP: a kind and a length, but for the end of the list (0) and for padding
  /// (1). Behind the end, or what was captured of the list, stands anything.
  ///
  /// - Parameters:
  ///   - octets: of the header.
  ///   - start: where it begins in the frame.
  ///   - take: is given each option's kind, octets, and place in the frame.
  mutating func takeOptions(
    _ octets: Span<UInt8>, from first: Int, at start: Int,
    _ take: (inout FrameAnatomy, UInt8, Span<UInt8>, Int) -> Void
  ) {
    var at = first
    while at < octets.count {
      let kind = octets[at]
      if kind == 1 {
        at += 1
        continue
      }
      guard kind != 0, at + 1 < octets.count, octets[at + 1] >= 2,
        at + Int(octets[at + 1]) <= octets.count
      else { return takeOpaque(start + at + 1..<start + octets.count) }
      let end = at + Int(octets[at + 1])
      take(&self, kind, octets.extracting(at..<end), start + at)
      at = end
    }
  }

  /// RFC 791 section 3.1: record route, the two source routes, and time stamps with addresses.
  private mutating func takeOption(_ kind: UInt8, _ option: Span<UInt8>, at start: Int) {
    let end = start + option.count
    var slot = start + 3
    switch kind {
    case 7, 131, 137:
      while slot + 4 <= end {
        fields.append(.version4(slot))
        slot += 4
      }
    case 68 where option.count >= 4:
      slot = start + 4
      let hasAddresses = option[3] & 0x0F != 0
      while hasAddresses, slot + 8 <= end {
        fields.append(.version4(slot))
        takeOpaque(slot + 4..<slot + 8)
        slot += 8
      }
    default: slot = start + 2
    }
    takeOpaque(min(slot, end)..<end)
  }

  mutating func takeIPProtocol(_ number: UInt8, _ octets: Span<UInt8>, at start: Int) {
    let end = start + octets.count
    switch number {
    case IPProtocol.hopByHopOptions, IPProtocol.destinationOptions:
      takeIPv6Options(octets, at: start)
    case IPProtocol.routing: takeRoute(octets, at: start)
    case IPProtocol.authentication: takeOpaque(min(start + 12, end)..<end)
    case IPProtocol.mobility, IPProtocol.hostIdentity, IPProtocol.shim6:
      takeOpaque(min(start + 2, end)..<end)
    case IPProtocol.udp: takeUDP(octets, at: start)
    default:
      // Fragment and GRE headers hold no addresses.
      break
    }
  }

  /// RFC 8200 section 4.2; the home address is RFC 6275's.
  private mutating func takeIPv6Options(_ octets: Span<UInt8>, at start: Int) {
    var at = 2
    while at < octets.count {
      let kind = octets[at]
      if kind == IPv6.paddingOption {
        at += 1
        continue
      }
      guard at + 1 < octets.count, at + 2 + Int(octets[at + 1]) <= octets.count else {
        return takeOpaque(start + at + 1..<start + octets.count)
      }
      let value = at + 2
      let length = Int(octets[at + 1])
      let homeAddress: UInt8 = 0xC9
      switch (kind, length) {
      case (homeAddress, 16): fields.append(.version6(start + value))
      case (IPv6.jumboPayloadOption, 4): break
      case (_, _): takeOpaque(start + value..<start + value + length)
      }
      at = value + length
    }
  }

  /// RFC 8200 section 4.4: of the types with addresses as they are, source route (0), mobility (2)
  /// and segment routing (4, RFC 8754).
  private mutating func takeRoute(_ octets: Span<UInt8>, at start: Int) {
    guard octets.count >= 8 else { return }
    let type = octets[2]
    let room = (octets.count - 8) / 16
    let count: Int
    switch type {
    case 0, 2: count = room
    case 4: count = min(Int(octets[4]) + 1, room)
    default: count = 0
    }
    for index in 0..<count { fields.append(.version6(start + 8 + 16 * index)) }
    let rest = count == 0 ? 4 : 8 + 16 * count
    takeOpaque(start + rest..<start + octets.count)
  }

  /// A tunnel in UDP: the source port is a digest of what is within.
  private mutating func takeUDP(_ octets: Span<UInt8>, at start: Int) {
    guard octets.count >= 8 else { return }
    fields.append(.port(start))
    // The checksum covers what is cut, and may be left out (RFC 768).
    takeOpaque(start + 6..<start + 8)
    let geneve = 8
    takeOpaque(start + min(8 + geneve, octets.count)..<start + octets.count)
  }
}

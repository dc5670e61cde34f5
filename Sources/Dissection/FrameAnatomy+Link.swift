/// What link-layer headers tell of hosts.
extension FrameAnatomy {
  /// - Parameters:
  ///   - octets: of the header.
  ///   - start: where it begins in the frame.
  mutating func takeLink(_ header: NextHeader, _ octets: Span<UInt8>, at start: Int) {
    switch header {
    case .ethernet:
      fields += [.linkAddress(start), .linkAddress(start + 6)]
    case .fddi: fields += [.linkAddress(start + 1), .linkAddress(start + 7)]
    case .linuxCooked: takeCookedAddress(octets, length: 4, at: 6, in: start)
    case .linuxCooked2: takeCookedAddress(octets, length: 11, at: 12, in: start)
    case .ieee80211: takeIEEE80211(octets, at: start)
    // One octet for each of two stations.
    case .arcnetLinux: takeOpaque(start..<start + 2)
    // The global routing header: addresses like IPv6's, or whatever stands there.
    case .ipoib: takeOpaque(start..<start + 40)
    case .radiotap: takeRadiotap(octets, at: start)
    // A name and values of the radio's; their length says what they are.
    case .prism, .avs, .ppi: takeOpaque(start + 8..<start + max(octets.count, 8))
    case .null, .loop, .llc, .ppp, .pppProtocol, .ciscoHDLC, .pppoe, .mpls, .anyIP, .etherType,
      .ipv4, .ipv6, .ipProtocol, .none:
      // Families, protocols, tags, labels and sessions.
      break
    }
  }

  /// Eight octets, of which the address takes as many as a length says; tunnels have IP addresses.
  private mutating func takeCookedAddress(
    _ octets: Span<UInt8>, length: Int, at offset: Int, in start: Int
  ) {
    // Two octets in the first version, the higher one 0; one in the second.
    let (place, count) = (start + offset, length == 4 ? octets[5] : octets[length])
    switch count {
    case 6:
      fields.append(.linkAddress(place))
      takeOpaque(place + 6..<place + 8)
    case 4:
      fields.append(.version4(place))
      takeOpaque(place + 4..<place + 8)
    default:
      takeOpaque(place..<place + 8)
    }
  }

  /// Three addresses, a fourth between access points, two in front of a part of an A-MSDU.
  private mutating func takeIEEE80211(_ octets: Span<UInt8>, at start: Int) {
    fields += [4, 10, 16].map { .linkAddress(start + $0) }
    let hasFourth = octets[1] & 0x03 == 0x03
    if hasFourth { fields.append(.linkAddress(start + 24)) }
    let isQoS = octets[0] & 0x80 != 0
    let control = hasFourth ? 30 : 24
    guard isQoS, octets.count > control, octets[control] & 0x80 != 0 else { return }
    let part = start + octets.count - 14
    fields += [.linkAddress(part), .linkAddress(part + 6)]
  }

  /// The length, the words that say which fields there are, and the flags are needed to read on.
  private mutating func takeRadiotap(_ octets: Span<UInt8>, at start: Int) {
    let another: UInt8 = 0x80
    var end = 8
    while end < octets.count, octets[end - 1] & another != 0 { end += 4 }
    guard end <= octets.count else { return }
    let timer: UInt8 = 0x01
    let flags: UInt8 = 0x02
    var place = end
    if octets[4] & timer != 0 { place = (place + 7) / 8 * 8 + 8 }
    if octets[4] & flags != 0, place < octets.count {
      takeOpaque(start + end..<start + place)
      takeOpaque(start + place + 1..<start + octets.count)
    } else {
      takeOpaque(start + end..<start + octets.count)
    }
  }
}

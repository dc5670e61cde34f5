import Dissection

/// The headers of a frame without what they carry, and if asked with other addresses.
public enum HeaderCopy {
  /// Cuts a frame behind its TCP header, or behind the one that an ICMP error quotes.
  ///
  /// - Parameter pseudonyms: for the addresses; nil: they stay.
  /// - Returns: nil when the frame holds neither.
  public static func make(
    of frame: Span<UInt8>, linkType: LinkType, originalLength: UInt32,
    _ pseudonyms: inout Pseudonyms?
  ) -> [UInt8]? {
    guard
      let anatomy = FrameAnatomy(frame, linkType: linkType, originalLength: originalLength)
    else { return nil }
    var octets = (0..<anatomy.headerLength).map { frame[$0] }
    guard pseudonyms != nil else { return octets }
    let before = anatomy.checksums.map { octets.sum($0.covered) }
    for field in anatomy.fields { pseudonyms?.replace(field, in: &octets) }
    // In order: that of an ICMP error covers those of what it quotes, and stands behind them.
    for (checksum, before) in zip(anatomy.checksums, before) {
      octets.adapt(checksum, before: before)
    }
    return octets
  }
}

extension Pseudonyms {
  fileprivate mutating func replace(_ field: FrameAnatomy.Field, in octets: inout [UInt8]) {
    switch field {
    case .linkAddress(let place):
      guard place + 6 <= octets.count else { return octets.erase(place..<octets.count) }
      octets.put(pseudonym(ofLink: octets.number(place, 6)), place, 6)
    case .version4(let place):
      guard place + 4 <= octets.count else { return octets.erase(place..<octets.count) }
      let address = UInt32(truncatingIfNeeded: octets.number(place, 4))
      octets.put(UInt64(pseudonym(ofVersion4: address)), place, 4)
    case .version6(let place):
      guard place + 16 <= octets.count else { return octets.erase(place..<octets.count) }
      let (high, low) = pseudonym(
        ofVersion6: octets.number(place, 8), octets.number(place + 8, 8))
      octets.put(high, place, 8)
      octets.put(low, place + 8, 8)
    case .port(let place):
      guard place + 2 <= octets.count else { return octets.erase(place..<octets.count) }
      let port = UInt16(truncatingIfNeeded: octets.number(place, 2))
      octets.put(UInt64(pseudonym(ofPort: port)), place, 2)
    case .opaque(let range): octets.erase(range)
    }
  }
}

extension [UInt8] {
  fileprivate func number(_ place: Int, _ count: Int) -> UInt64 {
    self[place..<place + count].reduce(0) { $0 << 8 | UInt64($1) }
  }

  fileprivate mutating func put(_ number: UInt64, _ place: Int, _ count: Int) {
    for index in 0..<count {
      self[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * (count - 1 - index)))
    }
  }

  /// As far as the headers go.
  fileprivate mutating func erase(_ range: Range<Int>) {
    for index in range.clamped(to: indices) { self[index] = 0 }
  }

  /// The sum of 16-bit words in one's complement.
  fileprivate func sum(_ ranges: [Range<Int>]) -> UInt64 {
    var sum: UInt64 = 0
    for range in ranges {
      for index in range {
        sum += (index - range.lowerBound) & 1 == 0 ? UInt64(self[index]) << 8 : UInt64(self[index])
      }
    }
    return sum
  }

  /// Keeps a checksum as right or wrong as it was (RFC 1624).
  ///
  /// - Parameter before: the sum of what it covers, with its own value, before that changed.
  fileprivate mutating func adapt(_ checksum: FrameAnatomy.Checksum, before: UInt64) {
    let place = checksum.offset
    guard place + 2 <= count else { return }
    let old = number(place, 2)
    // Not computed, as in front of hardware that does it.
    if old == 0 { return }
    // The value itself is in both sums.
    var sum = (~old & 0xFFFF) + self.sum(checksum.covered) + 0xFFFF * (before / 0xFFFF + 1) - before
    while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
    put(~sum & 0xFFFF, place, 2)
  }
}

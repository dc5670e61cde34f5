/// Ports for ports: all that are not kept change places among themselves.
struct PortPseudonyms {
  let hash: SipHash
  /// Those that stay, 0 among them.
  let kept: Set<UInt16>

  init(hash: SipHash, kept: Set<UInt16>) {
    self.hash = hash
    self.kept = kept.union([0])
  }

  func pseudonym(of port: UInt16) -> UInt16 {
    if kept.contains(port) { return port }
    var next = port
    // Each step is a permutation of all ports, so that one comes back to a port that is not kept.
    repeat { next = mixed(next) } while kept.contains(next)
    return next
  }

  /// A Feistel network of four rounds on two octets (Luby and Rackoff, 1988).
  private func mixed(_ port: UInt16) -> UInt16 {
    var (left, right) = (UInt8(port >> 8), UInt8(truncatingIfNeeded: port))
    for round: UInt8 in 0..<4 {
      let digest = UInt8(truncatingIfNeeded: hash.digest([16, round, right]))
      (left, right) = (right, left ^ digest)
    }
    return UInt16(left) << 8 | UInt16(right)
  }
}

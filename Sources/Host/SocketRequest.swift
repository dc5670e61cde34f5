/// The question for a dump of TCP sockets: struct nlmsghdr and, behind it, struct inet_diag_req_v2.
struct SocketRequest {
  static let sockDiagByFamily: UInt16 = 20
  /// ENOENT: no module of the kernel knows the family.
  static let noSuchFamily: Int32 = 2

  private static let length = NetlinkReply.headerLength + 56
  /// NLM_F_REQUEST | NLM_F_DUMP.
  private static let dump: UInt16 = 0x301
  private static let tcp: UInt8 = 6
  // A bit for each attribute wanted, from 1 (INET_DIAG_INFO, INET_DIAG_SHUTDOWN).
  private static let information: UInt8 = 1 << 1
  private static let shutdown: UInt8 = 1 << 7

  let octets: [UInt8]

  init(family: Int32, states: KernelSocketStates, withLastACK: Bool, sequence: UInt32) {
    var octets: [UInt8] = []
    octets.reserveCapacity(Self.length)
    octets.append(native: UInt32(Self.length))
    octets.append(native: Self.sockDiagByFamily)
    octets.append(native: Self.dump)
    octets.append(native: sequence)
    // The port, which the kernel fills in.
    octets.append(native: UInt32(0))
    octets += [
      UInt8(truncatingIfNeeded: family), Self.tcp,
      withLastACK ? Self.shutdown | Self.information : Self.shutdown, 0,
    ]
    octets.append(native: states.rawValue)
    // No socket is named: all of them are meant.
    octets += repeatElement(0, count: Self.length - octets.count)
    self.octets = octets
  }
}

extension [UInt8] {
  mutating func append(native number: some FixedWidthInteger) {
    let number = number.littleEndian
    for place in 0..<(number.bitWidth / 8) {
      append(UInt8(truncatingIfNeeded: number >> (8 * place)))
    }
  }
}

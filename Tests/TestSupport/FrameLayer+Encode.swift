import Dissection

/// What the header outside calls the header inside.
extension FrameLayer {
  fileprivate var etherType: UInt16 {
    switch self {
    case .ipv4: 0x0800
    case .ipv6: 0x86DD
    case .vlan(_, let tag): tag
    case .ethernet, .ethernetSNAP: 0x6558
    case .linuxCooked, .linuxCooked2, .null, .ipv6Extension, .ipv6Fragment, .authentication, .gre,
      .udp, .vxlan, .geneve, .icmp, .icmpVersion6, .tcp, .payload:
      0x0806
    }
  }

  fileprivate var ipProtocol: UInt8 {
    switch self {
    case .ipv4: 4
    case .ipv6: 41
    case .ipv6Extension(let number, _): number
    case .ipv6Fragment: 44
    case .authentication: 51
    case .gre: 47
    case .udp: 17
    case .icmp: 1
    case .icmpVersion6: 58
    case .tcp: 6
    case .ethernet, .ethernetSNAP, .vlan, .linuxCooked, .linuxCooked2, .null, .vxlan, .geneve,
      .payload:
      59
    }
  }

  fileprivate var udpPort: UInt16 {
    switch self {
    case .vxlan: 4789
    case .geneve: 6081
    case .ethernet, .ethernetSNAP, .vlan, .linuxCooked, .linuxCooked2, .null, .ipv4, .ipv6,
      .ipv6Extension, .ipv6Fragment, .authentication, .gre, .udp, .icmp, .icmpVersion6, .tcp,
      .payload:
      9
    }
  }
}

extension FrameLayer {
  func encode(within inner: [UInt8], followedBy next: FrameLayer?) -> [UInt8] {
    typealias Build = FrameBuilder
    let type = Build.octets(next?.etherType ?? 0x0806)
    let number = next?.ipProtocol ?? 59
    let macAddresses: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]
    switch self {
    case .ethernet:
      return macAddresses + type + inner
    case .ethernetSNAP:
      let snap: [UInt8] = [0xAA, 0xAA, 0x03, 0, 0, 0] + type
      return macAddresses + Build.octets(UInt16(snap.count + inner.count)) + snap + inner
    case .vlan(let id, _):
      return Build.octets(id | 0x2000) + type + inner
    case .linuxCooked:
      return [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0] + type + inner
    case .linuxCooked2:
      return type + [0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0] + inner
    case .null(let family, let bigEndian):
      return Build.octets(bigEndian ? family : family.byteSwapped) + inner
    case .ipv4, .ipv6, .ipv6Extension, .ipv6Fragment, .authentication:
      return encodeIP(inner, next: number)
    case .gre, .udp, .vxlan, .geneve, .icmp, .icmpVersion6:
      return encodeTunnel(inner, type: type, port: next?.udpPort ?? 9)
    case .tcp(
      let source, let destination, let flags, let seq, let ack, let win, let options,
      let
        dataOffset):
      let offset = dataOffset ?? UInt8(5 + options.count / 4)
      let bits = TCPFlags(flags).rawValue
      return Build.octets(source) + Build.octets(destination) + Build.octets(seq)
        + Build.octets(ack) + [offset << 4, bits] + Build.octets(win) + [0, 0, 0, 0] + options
        + inner
    case .payload(let bytes):
      return bytes + inner
    }
  }

  private func encodeIP(_ inner: [UInt8], next: UInt8) -> [UInt8] {
    typealias Build = FrameBuilder
    switch self {
    case .ipv4(let source, let destination, let ttl, let id, let options, let fragment, let total):
      let headerLength = 20 + options.count
      let total = total ?? UInt16(headerLength + inner.count)
      return [0x40 | UInt8(headerLength / 4), 0] + Build.octets(total) + Build.octets(id)
        + Build.octets(fragment) + [ttl, next, 0, 0]
        + Build.octets(UInt32(truncatingIfNeeded: source.low))
        + Build.octets(UInt32(truncatingIfNeeded: destination.low)) + options + inner
    case .ipv6(let source, let destination, let hopLimit, let length):
      return [0x60, 0, 0, 0] + Build.octets(length ?? UInt16(inner.count)) + [next, hopLimit]
        + Build.octets(source.high) + Build.octets(source.low) + Build.octets(destination.high)
        + Build.octets(destination.low) + inner
    case .ipv6Extension(_, let body):
      return [next, UInt8((body.count + 2) / 8 - 1)] + body + inner
    case .ipv6Fragment(let offsetAndMore):
      return [next, 0] + Build.octets(offsetAndMore) + [0, 0, 0, 7] + inner
    case .authentication:
      return [next, 4] + Array(repeating: 0, count: 22) + inner
    case .ethernet, .ethernetSNAP, .vlan, .linuxCooked, .linuxCooked2, .null, .gre, .udp, .vxlan,
      .geneve, .icmp, .icmpVersion6, .tcp, .payload:
      preconditionFailure("not a header of IP")
    }
  }

  private func encodeTunnel(_ inner: [UInt8], type: [UInt8], port: UInt16) -> [UInt8] {
    typealias Build = FrameBuilder
    switch self {
    case .gre(let checksum, let key, let sequence):
      let flags: UInt16 = (checksum ? 0x8000 : 0) | (key ? 0x2000 : 0) | (sequence ? 0x1000 : 0)
      let fields = [checksum, key, sequence].filter { $0 }.count * 4
      return Build.octets(flags) + type + Array(repeating: 0xAB, count: fields) + inner
    case .udp(let destination):
      return Build.octets(UInt16(50000)) + Build.octets(destination ?? port)
        + Build.octets(UInt16(8 + inner.count)) + [0, 0] + inner
    case .vxlan:
      return [0x08, 0, 0, 0, 0, 0, 42, 0] + inner
    case .geneve(let options):
      return [UInt8(options.count / 4), 0] + type + [0, 0, 42, 0] + options + inner
    case .icmp(let type, let code), .icmpVersion6(let type, let code):
      return [type, code, 0, 0, 0, 0, 0, 0] + inner
    case .ethernet, .ethernetSNAP, .vlan, .linuxCooked, .linuxCooked2, .null, .ipv4, .ipv6,
      .ipv6Extension, .ipv6Fragment, .authentication, .tcp, .payload:
      preconditionFailure("not a header of a tunnel")
    }
  }
}

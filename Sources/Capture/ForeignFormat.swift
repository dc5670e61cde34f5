/// Says what a file looks like that is neither pcap nor pcapng.
enum ForeignFormat {
  /// The first bytes of formats that are mistaken for captures, or that Wireshark reads and this
  /// reader does not. More specific ones first.
  private static let known: [(prefix: [UInt8], name: String)] = [
    (Array("snoop\0\0\0".utf8), "a snoop capture"),
    (Array("btsnoop\0".utf8), "a btsnoop capture"),
    (Array("GMBU".utf8), "a Microsoft Network Monitor 2 capture"),
    (Array("RTSS".utf8), "a Microsoft Network Monitor 1 capture"),
    (Array("XCP\0".utf8), "a NetXRay or Sniffer capture"),
    (Array("TRSNIFF data    \u{1a}".utf8), "a Sniffer capture"),
    (Array("ObserverPktBuffe".utf8), "a Network Instruments Observer capture"),
    (Array("NCFX".utf8), "a CommView capture"),
    ([0x00, 0x00, 0x02, 0x00, 0x12, 0x05, 0x00, 0x10], "a Tektronix K12 capture"),
    ([0xaa, 0xaa, 0xaa, 0xaa], "an Accellent 5Views capture"),
    ([0xa1, 0xb2, 0x34, 0xcd], "a pcap variant that no tool reads"),
    ([0xcd, 0x34, 0xb2, 0xa1], "a pcap variant that no tool reads"),
    ([0x1c, 0x00, 0x01, 0xac], "an Ixia capture"),
    ([0x1c, 0x00, 0x01, 0xab], "an Ixia capture"),
    (Array("BZh".utf8), "bzip2 data"),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a], "xz data"),
    ([0x04, 0x22, 0x4d, 0x18], "lz4 data"),
    (Array("PK\u{3}\u{4}".utf8), "a zip archive"),
    (Array("7z".utf8) + [0xbc, 0xaf], "a 7-Zip archive"),
    ([0x7f] + Array("ELF".utf8), "an ELF binary"),
    (Array("<?xml".utf8), "XML"),
    (Array("{".utf8), "JSON"),
    (Array("<".utf8), "XML or HTML"),
  ]

  /// A sentence for the start of a file that is no capture.
  static func describe(_ start: Span<UInt8>) -> String {
    let expected = "not a capture: expected the magic number of pcap or pcapng, found "
    for format in known where matches(start, format.prefix) {
      return expected + "what looks like \(format.name)"
    }
    if looksLikeERF(start) { return expected + "what looks like an ERF capture" }
    if start.count < 4 {
      return expected + "only \(start.count) bytes (\(start.hexadecimal(limit: 4)))"
    }
    return expected + start.hexadecimal(limit: 8)
  }

  private static func matches(_ start: Span<UInt8>, _ prefix: [UInt8]) -> Bool {
    guard start.count >= prefix.count else { return false }
    return prefix.indices.allSatisfy { start[$0] == prefix[$0] }
  }

  /// ERF has no magic number: type 2 (Ethernet), a record length that holds the 18 bytes of its
  /// headers and the frame's length on the wire.
  private static func looksLikeERF(_ start: Span<UInt8>) -> Bool {
    guard start.count >= 16, start[8] & 0x7f == 2 else { return false }
    let recordLength = start.uint16(at: 10, .bigEndian)
    let wireLength = start.uint16(at: 14, .bigEndian)
    return recordLength >= 18 && wireLength >= 14 && wireLength <= recordLength
  }
}

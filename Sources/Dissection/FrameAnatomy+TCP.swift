/// What a TCP header tells of hosts.
extension FrameAnatomy {
  /// Takes the header at which `walk` has ended.
  ///
  /// - Parameter base: where `bytes` begins in the frame.
  mutating func takeTCP(_ bytes: Span<UInt8>, _ walk: HeaderWalk, base: Int) {
    let header = bytes.extracting(droppingFirst: walk.offset)
    let start = base + walk.offset
    fields += [.port(start), .port(start + 2)]
    guard header.count > 12 else {
      headerLength = start + header.count
      return
    }
    let length = Int(header[12] >> 4) &* 4
    headerLength = start + min(max(length, TCPHeader.minimumLength), header.count)
    takeOptions(
      header.extracting(first: headerLength - start), from: TCPHeader.minimumLength, at: start
    ) { $0.takeOption($1, $2, at: $3) }
    // With nothing behind the header, all that the checksum is over is here.
    guard walk.wireLength == length, headerLength == start + length else { return }
    let internet = bytes.extracting(droppingFirst: walk.internetOffset)
    let ip = base + walk.internetOffset
    let addresses = internet[0] >> 4 == 6 ? ip + 8..<ip + 40 : ip + 12..<ip + 20
    checksums.append(
      Checksum(offset: start + 16, covered: [addresses, start..<headerLength]))
  }

  /// Options that neither name a host nor are a digest of one stay: of segment size, scale, times
  /// and selective acknowledgment.
  private mutating func takeOption(_ kind: UInt8, _ option: Span<UInt8>, at start: Int) {
    let multipath: UInt8 = 30
    let experiments: ClosedRange<UInt8> = 253...254
    let end = start + option.count
    switch kind {
    case 2, 3, 4, 5, 8: break
    case multipath where option.count >= 4: takeMultipath(option, at: start)
    case experiments: takeOpaque(min(start + 4, end)..<end)
    default: takeOpaque(start + 2..<end)
    }
  }

  /// MPTCP's ADD_ADDR (RFC 8684 section 3.4.1) holds an address.
  private mutating func takeMultipath(_ option: Span<UInt8>, at start: Int) {
    let addAddress: UInt8 = 3
    var rest = 3
    if option[2] >> 4 == addAddress {
      // Four octets and eight of a digest, or sixteen; a port may stand behind.
      switch option.count {
      case 8, 10, 16, 18:
        fields.append(.version4(start + 4))
        rest = 8
      case 20, 22, 28, 30:
        fields.append(.version6(start + 4))
        rest = 20
      default: break
      }
      if rest > 3, [10, 18, 22, 30].contains(option.count) {
        fields.append(.port(start + rest))
        rest += 2
      }
    }
    takeOpaque(start + rest..<start + option.count)
  }
}

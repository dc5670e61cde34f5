import CPcap
import Dissection

/// A pcap-filter(7) expression, compiled by libpcap for each link type that turns up.
@safe final class PcapFilter {
  private let expression: String
  private var programs: [LinkType: Program] = [:]
  /// Link types that the expression could not be compiled for, with libpcap's words, since the
  /// last time they were taken.
  private(set) var refusals: [(linkType: LinkType, message: String)] = []

  /// - Throws: `badFilter` with libpcap's words.
  init(_ expression: String) throws(CaptureError) {
    self.expression = expression
    guard let words = Program(expression, linkType: .ethernet).failure else { return }
    // An expression may make sense on one kind of link alone: Wi-Fi, a firewall's log, ATM.
    let others: [UInt16] = [127, 117, 11, 113, 101]
    for other in others where Program(expression, linkType: LinkType(other)).failure == nil {
      return
    }
    throw .badFilter(words)
  }

  /// Appends to `kept` the frames of which the expression is true: none whose link type it cannot
  /// be compiled for.
  func select(
    from records: [FrameRecord], in bytes: Span<UInt8>, into kept: inout [FrameRecord]
  ) {
    guard let first = records.first else { return }
    // Nearly always one link type follows another of its kind.
    var (linkType, program) = (first.linkType, program(for: first.linkType))
    for record in records {
      if record.linkType != linkType {
        (linkType, program) = (record.linkType, self.program(for: record.linkType))
      }
      if program.matches(record, in: bytes) { kept.append(record) }
    }
  }

  /// Hands over what was refused since the last call.
  func takeRefusals() -> [(linkType: LinkType, message: String)] {
    defer { refusals.removeAll() }
    return refusals
  }

  private func program(for linkType: LinkType) -> Program {
    if let known = programs[linkType] { return known }
    let program = Program(expression, linkType: linkType)
    programs[linkType] = program
    if let words = program.failure { refusals.append((linkType, words)) }
    return program
  }
}

/// One compiled program of libpcap's.
@safe private final class Program {
  /// Why there is none.
  let failure: String?

  private var code = unsafe bpf_program()

  init(_ expression: String, linkType: LinkType) {
    // A handle for compiling alone: it is closed before this returns.
    guard let handle = unsafe pcap_open_dead(Program.dataLinkType(linkType), 262_144) else {
      failure = "libpcap is out of memory"
      return
    }
    defer { unsafe pcap_close(handle) }
    // PCAP_NETMASK_UNKNOWN, a macro that Swift does not import.
    let unknownNetmask: UInt32 = 0xffff_ffff
    if unsafe pcap_compile(handle, &code, expression, 1, unknownNetmask) == 0 {
      failure = nil
    } else {
      // A C string inside the handle, copied before the handle goes.
      failure = unsafe String(cString: pcap_geterr(handle))
    }
  }

  deinit {
    // Frees nothing when nothing was compiled.
    unsafe pcap_freecode(&code)
  }

  func matches(_ record: FrameRecord, in bytes: Span<UInt8>) -> Bool {
    guard failure == nil else { return false }
    let frame = bytes.extracting(record.offset..<(record.offset + Int(record.capturedLength)))
    var header = pcap_pkthdr()
    header.caplen = record.capturedLength
    header.len = record.originalLength
    // libpcap reads at most `caplen` bytes, which is the length of `frame`; it keeps no pointer.
    return unsafe frame.withUnsafeBufferPointer { pointer in
      guard let base = pointer.baseAddress else {
        var none: UInt8 = 0
        return unsafe pcap_offline_filter(&code, &header, &none) != 0
      }
      return unsafe pcap_offline_filter(&code, &header, base) != 0
    }
  }

  /// What libpcap calls a link type inside a program: a few differ from what savefiles carry
  /// (libpcap's pcap-common.c).
  private static func dataLinkType(_ linkType: LinkType) -> Int32 {
    switch linkType.value {
    case 14: 12  // OpenBSD's raw IP
    case 100: 11
    case 101: 12
    case 102: 15
    case 103: 16
    case 106: 19
    default: Int32(linkType.value)
    }
  }
}

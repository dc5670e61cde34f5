@testable import Capture

/// Bytes of a capture being put together, in either byte order.
struct CaptureBytes {
  var bytes: [UInt8] = []
  let order: ByteOrder

  init(_ order: ByteOrder) { self.order = order }

  mutating func append16(_ value: UInt16) { append(UInt64(value), count: 2) }
  mutating func append32(_ value: UInt32) { append(UInt64(value), count: 4) }
  mutating func append64(_ value: UInt64) { append(value, count: 8) }

  private mutating func append(_ value: UInt64, count: Int) {
    for index in 0..<count {
      let shift =
        switch order {
        case .littleEndian: 8 * index
        case .bigEndian: 8 * (count - 1 - index)
        }
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }

  mutating func pad() {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }
}

/// A pcap savefile being put together.
struct SavefileBytes {
  var contents: CaptureBytes

  var bytes: [UInt8] { contents.bytes }

  init(
    _ order: ByteOrder = .littleEndian, magic: UInt32 = 0xa1b2_c3d4,
    version: (UInt16, UInt16) = (2, 4), snapshotLength: UInt32 = 65535, network: UInt32 = 1
  ) {
    contents = CaptureBytes(order)
    contents.append32(magic)
    contents.append16(version.0)
    contents.append16(version.1)
    contents.append64(0)
    contents.append32(snapshotLength)
    contents.append32(network)
  }

  /// - Parameter extra: bytes of a longer record header.
  mutating func record(
    _ seconds: UInt32, _ fraction: UInt32, _ data: [UInt8], original: UInt32? = nil,
    captured: UInt32? = nil, extra: Int = 0
  ) {
    contents.append32(seconds)
    contents.append32(fraction)
    contents.append32(captured ?? UInt32(data.count))
    contents.append32(original ?? UInt32(data.count))
    contents.bytes += [UInt8](repeating: 0xee, count: extra) + data
  }

  /// Frames at the given seconds, each with its own bytes.
  static func at(_ seconds: [UInt32], _ order: ByteOrder = .littleEndian) -> [UInt8] {
    var file = SavefileBytes(order)
    for (index, second) in seconds.enumerated() {
      file.record(second, 0, [UInt8(truncatingIfNeeded: index), 1, 2, 3])
    }
    return file.bytes
  }
}

/// A pcapng file being put together.
struct PcapngBytes {
  var bytes: [UInt8] = []
  let order: ByteOrder

  /// - Parameter order: of the sections that follow.
  init(_ order: ByteOrder = .littleEndian) { self.order = order }

  struct Option {
    var code: UInt16
    var value: [UInt8]

    static func comment(_ text: String) -> Option { Option(code: 1, value: Array(text.utf8)) }
    static func resolution(_ value: UInt8) -> Option { Option(code: 9, value: [value]) }

    static func offset(_ seconds: Int64, _ order: ByteOrder) -> Option {
      var value = CaptureBytes(order)
      value.append64(UInt64(bitPattern: seconds))
      return Option(code: 14, value: value.bytes)
    }
  }

  mutating func block(
    _ type: UInt32, options: [Option] = [], _ fill: (inout CaptureBytes) -> Void
  ) {
    var body = CaptureBytes(order)
    fill(&body)
    body.pad()
    for option in options {
      body.append16(option.code)
      body.append16(UInt16(option.value.count))
      body.bytes += option.value
      body.pad()
    }
    if !options.isEmpty { body.append32(0) }
    let length = UInt32(body.bytes.count + 12)
    var whole = CaptureBytes(order)
    whole.append32(type)
    whole.append32(length)
    whole.bytes += body.bytes
    whole.append32(length)
    bytes += whole.bytes
  }

  mutating func section(version: (UInt16, UInt16) = (1, 0), options: [Option] = []) {
    block(0x0a0d_0d0a, options: options) { body in
      body.append32(0x1a2b_3c4d)
      body.append16(version.0)
      body.append16(version.1)
      body.append64(.max)
    }
  }

  mutating func interface(
    _ linkType: UInt16 = 1, snapshotLength: UInt32 = 0, options: [Option] = []
  ) {
    block(1, options: options) { body in
      body.append16(linkType)
      body.append16(0)
      body.append32(snapshotLength)
    }
  }

  mutating func enhanced(
    _ interface: UInt32 = 0, ticks: UInt64, _ data: [UInt8], original: UInt32? = nil,
    captured: UInt32? = nil, options: [Option] = []
  ) {
    block(6, options: options) { body in
      body.append32(interface)
      body.append32(UInt32(truncatingIfNeeded: ticks >> 32))
      body.append32(UInt32(truncatingIfNeeded: ticks))
      body.append32(captured ?? UInt32(data.count))
      body.append32(original ?? UInt32(data.count))
      body.bytes += data
    }
  }

  mutating func obsolete(
    _ interface: UInt16 = 0, ticks: UInt64, _ data: [UInt8], options: [Option] = []
  ) {
    block(2, options: options) { body in
      body.append16(interface)
      body.append16(0xffff)
      body.append32(UInt32(truncatingIfNeeded: ticks >> 32))
      body.append32(UInt32(truncatingIfNeeded: ticks))
      body.append32(UInt32(data.count))
      body.append32(UInt32(data.count))
      body.bytes += data
    }
  }

  mutating func simple(_ data: [UInt8], original: UInt32? = nil) {
    block(3) { body in
      body.append32(original ?? UInt32(data.count))
      body.bytes += data
    }
  }
}

/// Small reproducible randomness (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

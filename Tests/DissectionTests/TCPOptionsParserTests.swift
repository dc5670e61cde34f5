import Dissection
import TestSupport
import Testing

struct TCPOptionsParserTests {
  private func options(_ bytes: [UInt8], _ flags: String = "S") throws -> TCPOptions {
    let padded = bytes + Array(repeating: 0, count: (4 - bytes.count % 4) % 4)
    let result = dissect([.ethernet, .ipv4(), .tcp(flags, options: padded)])
    return try #require(result.segment).options
  }

  @Test
  func everyOption() throws {
    #expect(try options([2, 4, 0x05, 0xB4]) == .make(mss: 1460))
    #expect(try options([3, 3, 9]) == .make(scale: 9))
    #expect(try options([4, 2]) == .make(sack: true))
    #expect(try options([8, 10, 0, 0, 0, 1, 0xFF, 0, 0, 2]) == .make(ts: (1, 0xFF00_0002)))
    #expect(try options([34, 2]) == .make(fastOpen: true))
    #expect(try options([34, 10, 1, 2, 3, 4, 5, 6, 7, 8]) == .make(fastOpen: true))
    #expect(try options([254, 4, 0xF9, 0x89]) == .make(fastOpen: true))
    #expect(try options([254, 4, 0xF9, 0x88]) == TCPOptions())
    #expect(try options([253, 4, 0xF9, 0x89]) == TCPOptions())
  }

  @Test
  func together() throws {
    let bytes = FrameBuilder.synOptions(mss: 9000, scale: 14, ts: (5, 6)) + [254, 4, 0xF9, 0x89]
    #expect(
      try options(bytes) == .make(mss: 9000, scale: 14, sack: true, ts: (5, 6), fastOpen: true))
  }

  /// RFC 7323 section 2.3.
  @Test(arguments: 0...255 as ClosedRange<UInt8>)
  func windowScale(_ shift: UInt8) throws {
    #expect(try options([3, 3, shift]).windowScale == min(shift, 14))
  }

  /// What belongs on a SYN says nothing elsewhere; timestamps do.
  @Test(arguments: ["A", "PA", "FA", "R", ""])
  func withoutSYN(_ flags: String) throws {
    let bytes = FrameBuilder.synOptions(ts: (5, 6)) + [34, 2]
    #expect(try options(bytes, flags) == .make(ts: (5, 6)))
    #expect(try options([254, 4, 0xF9, 0x89], flags) == TCPOptions())
  }

  @Test(arguments: ["A", "S", "SA", "FA"])
  func alignedTimestamps(_ flags: String) throws {
    #expect(
      try options(FrameBuilder.timestamps(0x0102_0304, 0x0506_0708), flags)
        == .make(ts: (0x0102_0304, 0x0506_0708)))
  }

  /// Timestamps are found wherever they lie.
  @Test
  func timestampsBehindOthers() throws {
    let timestamps: [UInt8] = [8, 10, 0, 0, 0, 3, 0, 0, 0, 4]
    let sack: [UInt8] = [1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 9]
    for bytes in [timestamps, timestamps + [1, 1], [1] + timestamps + [1], sack + timestamps] {
      #expect(try options(bytes, "A") == .make(ts: (3, 4)))
    }
  }

  @Test
  func endOfList() throws {
    #expect(try options([0, 2, 4, 5, 0xB4]) == TCPOptions())
    #expect(try options([4, 2, 0, 3, 3, 9]) == .make(sack: true))
  }

  /// Lengths that cannot be end the list; the segment and what was read before stay.
  @Test
  func impossibleLength() throws {
    for length in [0, 1, 9, 40, 255] as [UInt8] {
      #expect(try options([4, 2, 77, length, 0, 0, 2, 4]) == .make(sack: true), "\(length)")
    }
    #expect(try options([4, 2, 1, 2]) == .make(sack: true))
    #expect(try options([1, 1, 1, 8]) == TCPOptions())
  }

  /// A known kind of a length not its own is passed by; so is an unknown kind.
  @Test(arguments: [2, 3, 4, 8, 77, 30] as [UInt8])
  func otherLength(_ kind: UInt8) throws {
    #expect(try options([kind, 6, 0, 0, 0, 0, 4, 2]) == .make(sack: true))
  }

  @Test
  func everyKindAndLength() throws {
    let list = Array(repeating: UInt8(9), count: 40)
    var bytes = FrameBuilder.bytes([.ipv4(), .tcp("S", options: list)])
    for kind in 0...255 as ClosedRange<UInt8> {
      for length in 0...255 as ClosedRange<UInt8> {
        bytes[40] = kind
        bytes[41] = length
        guard let options = dissect(bytes, as: .raw).segment?.options else {
          Issue.record("kind \(kind), length \(length)")
          return
        }
        if options.hasTimestamps != (kind == 8 && length == 10)
          || (options.maximumSegmentSize != nil) != (kind == 2 && length == 4)
        {
          Issue.record("kind \(kind), length \(length): \(options)")
        }
      }
    }
  }

  /// Options are read as far as captured: an option that is cut is not there.
  @Test
  func cutOptions() throws {
    let bytes = FrameBuilder.bytes([
      .ipv4(), .tcp("S", options: FrameBuilder.synOptions(mss: 1400, scale: 9, ts: (5, 6))),
    ])
    for captured in 0...20 {
      let result = dissect(
        Array(bytes[..<(40 + captured)]), as: .raw, originalLength: bytes.count)
      let segment = try #require(result.segment)
      #expect((segment.options.maximumSegmentSize != nil) == (captured >= 4))
      #expect(segment.options.sackPermitted == (captured >= 6))
      #expect(segment.options.hasTimestamps == (captured >= 16))
      #expect((segment.options.windowScale != nil) == (captured >= 20))
      #expect(segment.payloadLength == 0)
    }
  }
}

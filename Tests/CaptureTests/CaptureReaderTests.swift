import Dissection
import Foundation
import Testing

@testable import Capture

@Suite struct CaptureReaderTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func theEarliestHeadComesFirstAndTiesKeepCommandLineOrder() throws {
    let paths = [
      try scratch.file("a", SavefileBytes.at([10, 20, 20, 40])),
      try scratch.file("b", SavefileBytes.at([5, 20, 30])),
      try scratch.file("c", SavefileBytes.at([20, 41])),
    ]
    let capture = try ReadCapture(paths)
    let seconds = capture.frames.map { $0.time / 1_000_000_000 }
    #expect(seconds == [5, 10, 20, 20, 20, 20, 30, 40, 41])
    #expect(capture.sources == [1, 0, 0, 0, 1, 2, 1, 0, 2])
    #expect(capture.frames.map(\.frame) == Array(1...9))
    #expect(capture.files.map(\.packets) == [4, 3, 2])
    #expect(capture.files.map(\.file) == paths)
  }

  @Test func nothingIsSortedWithinAFile() throws {
    // The head of the first file holds back the earlier frame behind it.
    let paths = [
      try scratch.file("a", SavefileBytes.at([50, 1, 60])),
      try scratch.file("b", SavefileBytes.at([10, 55, 2])),
    ]
    let capture = try ReadCapture(paths)
    #expect(capture.frames.map { $0.time / 1_000_000_000 } == [10, 50, 1, 55, 2, 60])
    #expect(capture.files[0].firstTime == Timestamp(nanoseconds: 1_000_000_000))
    #expect(capture.files[0].lastTime == Timestamp(nanoseconds: 60_000_000_000))
  }

  @Test func rotatedFilesComeInRuns() throws {
    let paths = try (0..<200).map { (index: UInt32) in
      let seconds = [index * 2, index * 2 + 1]
      return try scratch.file("part\(index)", SavefileBytes.at(seconds))
    }
    let capture = try ReadCapture(paths.reversed())
    #expect(capture.frames.map { $0.time / 1_000_000_000 } == Array(0..<400))
    #expect(capture.batches == 200)
  }

  /// Against a model: take the earliest head, again and again.
  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func mergesAsTheModelDoes(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let times = (0..<4).map { _ in
      (0..<Int.random(in: 0...300, using: &random)).map { _ in
        UInt32.random(in: 0...50, using: &random)
      }
    }
    let paths = try times.enumerated().map { index, seconds in
      try scratch.file("\(index)", SavefileBytes.at(seconds, byteOrders[index % 2]))
    }
    var rest = times.map { $0[...] }
    var expected: [(file: Int, second: UInt32)] = []
    while let file = rest.indices.filter({ !rest[$0].isEmpty }).min(by: {
      (rest[$0].first ?? 0) < (rest[$1].first ?? 0)
    }) {
      expected.append((file, rest[file].removeFirst()))
    }
    let capture = try ReadCapture(paths)
    #expect(capture.sources == expected.map(\.file), "seed \(seed)")
    #expect(
      capture.frames.map { UInt32($0.time / 1_000_000_000) } == expected.map(\.second),
      "seed \(seed)")
    #expect(capture.frames.map(\.frame) == Array(1...capture.frames.count), "seed \(seed)")
  }

  @Test func interfacesAreNumberedOverTheWholeCapture() throws {
    var file = PcapngBytes()
    file.section()
    file.interface()
    file.interface()
    file.enhanced(1, ticks: 1_000_000, [1])
    let paths = [
      try scratch.file("a", file.bytes), try scratch.file("b", SavefileBytes.at([2])),
      try scratch.file("c", file.bytes),
    ]
    #expect(try ReadCapture(paths).interfaces == [1, 4, 2])
  }

  /// One Ethernet frame that carries IPv4 and TCP or UDP.
  private func ethernet(ipProtocol: UInt8) -> [UInt8] {
    var frame = [UInt8](repeating: 0, count: 60)
    frame[12] = 8
    frame.replaceSubrange(14..<18, with: [0x45, 0, 0, 46])
    frame[23] = ipProtocol
    return frame
  }

  @Test func aFilterLeavesHolesInTheNumbers() throws {
    var file = SavefileBytes()
    let protocols: [UInt8] = [6, 17, 17, 6, 17]
    for (index, ipProtocol) in protocols.enumerated() {
      file.record(UInt32(index), 0, ethernet(ipProtocol: ipProtocol))
    }
    let path = try scratch.file("a", file.bytes)
    let tcp = try ReadCapture([path], filter: "tcp")
    #expect(tcp.frames.map(\.frame) == [1, 4])
    #expect(tcp.files[0].packets == 2)
    #expect(tcp.files[0].lastTime == Timestamp(nanoseconds: 3_000_000_000))
    #expect(try ReadCapture([path], filter: "greater 61").frames == [])
    #expect(try ReadCapture([path], filter: "").frames.count == 5)
    // Frames that a filter rejects still decide whose turn it is.
    let other = try scratch.file("b", SavefileBytes.at([2]))
    let merged = try ReadCapture([other, path], filter: "udp")
    #expect(merged.frames.map(\.frame) == [2, 4, 6])
    #expect(merged.sources == [1, 1, 1])
  }

  @Test func filtersAreCompiledForEachLinkType() throws {
    var file = PcapngBytes()
    file.section()
    file.interface(1)
    file.interface(101)
    let frame = ethernet(ipProtocol: 6)
    file.enhanced(0, ticks: 1, frame)
    file.enhanced(1, ticks: 2, Array(frame.dropFirst(14)))
    file.enhanced(1, ticks: 3, frame)
    let path = try scratch.file("a", file.bytes)
    let capture = try ReadCapture([path], filter: "ip proto 6")
    #expect(capture.frames.map(\.frame) == [1, 2])
    #expect(capture.damage == [])
  }

  @Test func framesThatTheFilterIsNotForAreLeftOutAndNamed() throws {
    var file = PcapngBytes()
    file.section()
    file.interface(1)
    file.interface(101)
    file.enhanced(0, ticks: 1, ethernet(ipProtocol: 6))
    file.enhanced(1, ticks: 2, Array(ethernet(ipProtocol: 6).dropFirst(14)))
    file.enhanced(1, ticks: 3, Array(ethernet(ipProtocol: 6).dropFirst(14)))
    let path = try scratch.file("a", file.bytes)
    let capture = try ReadCapture([path], filter: "ether host 00:00:00:00:00:00")
    #expect(capture.frames.map(\.frame) == [1])
    #expect(capture.damage.count == 1)
    #expect(capture.damage.first?.message.contains("link type 101") == true)
  }

  @Test func aBadFilterIsRefusedInLibpcapsWords() throws {
    let path = try scratch.file("a", SavefileBytes.at([1]))
    #expect(throws: CaptureError.self) { try CaptureReader(paths: [path], filter: "tcp and and") }
    do throws(CaptureError) {
      _ = try CaptureReader(paths: [path], filter: "tcp and and")
    } catch {
      guard case .badFilter(let words) = error else { return #expect(Bool(false), "\(error)") }
      #expect(words.contains("syntax error"))
    }
    // Of use on Wi-Fi alone, but no mistake.
    _ = try CaptureReader(paths: [path], filter: "wlan type mgt")
  }

  @Test func inputsThatCannotBeOpenedAreNamed() throws {
    let good = try scratch.file("a", SavefileBytes.at([1]))
    let missing = scratch.path("missing.pcap")
    #expect(
      throws: CaptureError.unreadable("cannot open \(missing): No such file or directory")
    ) { try CaptureReader(paths: [good, missing]) }
    let directory = scratch.directory.path
    #expect(throws: CaptureError.unreadable("cannot read \(directory): it is a directory")) {
      try CaptureReader(paths: [directory])
    }
    #expect(throws: CaptureError.unreadable("cannot read standard input twice")) {
      try CaptureReader(paths: ["-", good, "-"])
    }
  }

  @Test func whatIsNoCaptureIsSaidToBe() throws {
    let cases: [([UInt8], String)] = [
      ([], "the file is empty: expected a capture"),
      ([0x61], "found only 1 bytes (61)"),
      (Array("hello, world".utf8), "found 68 65 6c 6c 6f 2c 20 77"),
      (Array("snoop\0\0\0\0\0\0\u{2}".utf8), "a snoop capture"),
      (Array("{\"type\":\"capture\"}".utf8), "JSON"),
      ([0xa1, 0xb2, 0xc3, 0xd5] + [UInt8](repeating: 0, count: 20), "found a1 b2 c3 d5"),
      ([0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 1, 2, 3, 4], "the byte-order magic"),
      ([0x0a, 0x0d, 0x0d, 0x0a], "the byte-order magic"),
      (
        [0, 0, 0, 0, 1, 2, 3, 4, 2, 4, 0, 82, 0, 0, 0, 64] + [UInt8](repeating: 0, count: 66),
        "an ERF capture"
      ),
    ]
    for (bytes, words) in cases {
      let capture = try ReadCapture([scratch.file("x", bytes)])
      #expect(capture.frames == [])
      #expect(capture.files[0].format == nil)
      #expect(capture.damage.count == 1)
      let message = capture.damage.first?.message ?? ""
      #expect(message.contains(words), "\(message)")
    }
  }

  @Test func otherFilesGoOnWhenOneIsDamaged() throws {
    let paths = [
      try scratch.file("a", Array(SavefileBytes.at([1, 3]).dropLast())),
      try scratch.file("b", SavefileBytes.at([2, 4])), try scratch.file("c", []),
    ]
    let capture = try ReadCapture(paths)
    #expect(capture.sources == [0, 1, 1])
    #expect(capture.files.map(\.damage.count) == [1, 0, 1])
    #expect(capture.damage.map(\.file) == [paths[0], paths[2]])
  }

  @Test func progressEndsAtTheSizeOfTheInputs() throws {
    let first = SavefileBytes.at([1, 2])
    let second = CompressedBytes.gzip(SavefileBytes.at([3]))
    let reader = try CaptureReader(paths: [
      scratch.file("a", first), scratch.file("b", second),
    ])
    #expect(reader.bytesRead == 0)
    #expect(reader.bytesTotal == UInt64(first.count + second.count))
    while reader.readBatch({ _, _, _ in }) {}
    #expect(reader.bytesRead == UInt64(first.count + second.count))
  }

  @Test func pipesAreReadAsTheyCome() throws {
    let bytes = CompressedBytes.gzip(SavefileBytes.at([1, 2, 3]))
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data(bytes))
    try pipe.fileHandleForWriting.close()
    let path = "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)"
    let reader = try CaptureReader(paths: [path])
    #expect(reader.bytesTotal == nil)
    var count = 0
    while reader.readBatch({ _, records, _ in count += records.count }) {}
    #expect(count == 3)
    #expect(reader.bytesRead == UInt64(bytes.count))
  }

  @Test func errorsOfTheCallerPassThrough() throws {
    struct Stop: Error {}
    let reader = try CaptureReader(paths: [scratch.file("a", SavefileBytes.at([1, 2]))])
    #expect(throws: Stop.self) { try reader.readBatch { _, _, _ in throw Stop() } }
    #expect(!reader.readBatch { _, _, _ in })
  }
}

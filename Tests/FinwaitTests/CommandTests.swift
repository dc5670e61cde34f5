import Foundation
import Testing

/// What the program answers to good and bad input: exit status, and which stream says what.
@Suite struct CommandTests {
  /// A pcap header (RFC-to-be draft-ietf-opsawg-pcap section 4), little endian, microseconds.
  static func header(linkType: UInt8 = 1) -> [UInt8] {
    [
      0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, linkType, 0, 0,
      0,
    ]
  }

  /// One record of 40 octets: an ARP frame cut there, which is no IP.
  static let record: [UInt8] =
    [1, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0, 40, 0, 0, 0]
    + Array(repeating: 0xFF, count: 12) + [0x08, 0x06] + Array(repeating: 0, count: 26)

  static func withFile<Value>(
    _ bytes: [UInt8], name: String = "input.pcap", _ body: (String) throws -> Value
  ) throws -> Value {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { _ = Result { try FileManager.default.removeItem(at: directory) } }
    let file = directory.appendingPathComponent(name)
    try Data(bytes).write(to: file)
    return try body(file.path)
  }

  @Test(
    arguments: [
      [], ["--format", "xml", "x.pcap"], ["--threads", "0", "x.pcap"],
      ["--max-connections", "0", "x.pcap"], ["--min-age", "-1", "x.pcap"],
      ["--min-age", "soon", "x.pcap"], ["--host", "nowhere", "x.pcap"],
      ["--profile", "vms", "x.pcap"], ["--tap", "left", "x.pcap"], ["--nonsense", "x.pcap"],
      ["netstat", "x.pcap", "--at", "yesterday"], ["netstat"], ["explain"], ["explain", "x.pcap"],
      ["explain", "x.pcap", "zero"], ["explain", "x.pcap", "0"],
    ])
  func wrongUsageIs64(arguments: [String]) throws {
    let run = try FinwaitProcess(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(!run.errors.isEmpty)
  }

  @Test func aMissingInputIs66() throws {
    let run = try FinwaitProcess(["/nonexistent/x.pcap"])
    #expect(run.status == 66)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("/nonexistent/x.pcap"))
  }

  @Test func aDirectoryIs66() throws {
    let run = try FinwaitProcess([FileManager.default.temporaryDirectory.path])
    #expect(run.status == 66)
    #expect(run.errors.contains("directory"))
  }

  @Test func aBadFilterIs64() throws {
    try Self.withFile(Self.header() + Self.record) { file in
      let run = try FinwaitProcess([file, "--filter", "prt 80"])
      #expect(run.status == 64)
      #expect(run.errors.contains("filter"))
    }
  }

  @Test(
    arguments: [
      ([], "empty"), (Array("no capture at all".utf8), "not a capture"),
      (header() + record.dropLast(), "byte 24"), (header() + record + [1, 2, 3], "byte 80"),
      (header(linkType: 147) + record, "link type"),
    ] as [([UInt8], String)])
  func aDamagedInputIs2AndIsNamed(bytes: [UInt8], words: String) throws {
    try Self.withFile(bytes) { file in
      let run = try FinwaitProcess([file])
      #expect(run.status == 2)
      #expect(run.errors.contains(file))
      #expect(run.errors.contains(words))
      #expect(!run.output.isEmpty)
    }
  }

  @Test func whatWasReadBeforeDamageIsReported() throws {
    try Self.withFile(Self.header() + Self.record + [1, 2, 3]) { file in
      let run = try FinwaitProcess([file, "--format", "jsonl"])
      #expect(run.status == 2)
      #expect(run.output.contains(#""packets":1,"tcp_packets":0,"skipped":{"not_ip":1}"#))
      #expect(run.output.contains(#""offset":80"#))
    }
  }

  @Test func aCaptureWithoutTCPIsFine() throws {
    try Self.withFile(Self.header() + Self.record) { file in
      for command in [[file], ["netstat", file], ["read", file, "--format", "json"]] {
        let run = try FinwaitProcess(command)
        #expect(run.status == 0)
        #expect(run.errors.isEmpty)
        #expect(!run.output.isEmpty)
      }
      #expect(try FinwaitProcess([file]).output.contains("No TCP packet"))
    }
  }

  @Test func anUnknownConnectionIs64() throws {
    try Self.withFile(Self.header() + Self.record) { file in
      let run = try FinwaitProcess(["explain", file, "7"])
      #expect(run.status == 64)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains("no connection 7"))
    }
  }

  @Test func aDashIsStandardInput() throws {
    let input = Data(Self.header() + Self.record)
    let run = try FinwaitProcess(["-", "--format", "jsonl"], input: input)
    #expect(run.status == 0)
    #expect(run.output.contains(#""file":"-""#))
  }

  @Test func aReaderThatHasGoneEndsQuietly() throws {
    try Self.withFile(Self.header() + Self.record) { file in
      let run = try FinwaitProcess([file], isReaderGone: true)
      #expect(run.status == 0)
      #expect(run.errors.isEmpty)
    }
  }

  @Test func aHostileFileNameDoesNotReachTheTerminal() throws {
    try Self.withFile([], name: "a\u{1B}[31m.pcap") { file in
      let run = try FinwaitProcess([file])
      #expect(run.status == 2)
      #expect(!(run.output + run.errors).contains("\u{1B}"))
      #expect(run.errors.contains("a\\e[31m.pcap"))
    }
  }

  @Test func colorIsAskedFor() throws {
    try Self.withFile(Self.header() + Self.record) { file in
      #expect(try !FinwaitProcess([file]).output.contains("\u{1B}"))
      #expect(try FinwaitProcess([file, "--color", "always"]).output.contains("\u{1B}["))
      let run = try FinwaitProcess(
        [file, "--color", "always"], environment: ["NO_COLOR": "1"])
      #expect(run.output.contains("\u{1B}["))
    }
  }

  @Test func versionAndHelp() throws {
    for arguments in [["--version"], ["read", "--version"]] {
      let run = try FinwaitProcess(arguments)
      #expect(run.status == 0)
      #expect(run.output.first?.isNumber == true)
    }
    for arguments in [["--help"], ["netstat", "--help"], ["help", "explain"]] {
      let run = try FinwaitProcess(arguments)
      #expect(run.status == 0)
      #expect(run.output.contains("EXAMPLES"))
    }
  }

  /// The manual is written from the help; this finds one that was not written anew.
  @Test(arguments: ["read", "netstat", "explain", "live", "interfaces"])
  func theManualNamesEveryOption(command: String) throws {
    let help = try FinwaitProcess([command, "--help"]).output
    let options = help.matches(of: /(?m)^  (?:-\w, )?--([a-z0-9-]+)/).map(\.output.1)
    #expect(options.count > 3)
    let manual = try String(
      contentsOf: Repository.root.appendingPathComponent("Documentation/finwait.1"),
      encoding: .utf8)
    for option in options {
      // Behind its short name, if it has one.
      let isNamed = ["Fl", ","].contains { manual.contains("\($0) -\(option)") }
      #expect(isNamed, "--\(option)")
    }
  }
}

import Foundation
import TestSupport
import Testing

/// The documentation shows what the program prints.
///
/// A fenced block under `<!-- output: COMMAND -->` is compared with what COMMAND prints now, run by
/// bash in the repository's root; a line `[…]` in it stands for any number of lines.
/// `RECORD_GOLDEN=1` writes the blocks without such lines anew.
@Suite struct ReadmeTests {
  static let documents = Document.all
  static let blocks = documents.flatMap(\.blocks)
  static let commands = documents.flatMap(\.commands)
  /// Some blocks are cut to size with jq, which not every machine has.
  static let hasJQ = Shell.succeeds("command -v jq")

  @Test(.enabled(if: hasJQ, "jq is not installed"), arguments: blocks)
  func blocksShowWhatIsPrinted(block: Block) throws {
    let printed = try Shell(block.command)
    #expect(printed.status == 0, "\(block): \(printed.errors)")
    if Repository.isRecording { return }
    #expect(
      block.text.matches(printed.lines), "\(block): RECORD_GOLDEN=1 writes it anew, or by hand")
  }

  @Test(.enabled(if: hasJQ, "jq is not installed"), arguments: commands)
  func commandsShownSucceed(command: Command) throws {
    let run = try Shell(command.line)
    #expect(run.status == 0, "\(command): \(run.errors)")
  }

  @Test(.enabled(if: Repository.isRecording && hasJQ, "only with RECORD_GOLDEN=1"))
  func recordsBlocks() throws {
    for document in Self.documents { try document.writeBlocksAnew() }
  }

  /// A marker that no block follows would never be compared.
  @Test func everyMarkerHasABlock() {
    for document in Self.documents {
      let markers = document.lines.count { $0.hasPrefix(Block.marker) }
      #expect(markers == document.blocks.count, "\(document.name)")
    }
    for name in ["README.md", "Documentation/json.md"] {
      #expect(Self.blocks.contains { $0.document == name }, "\(name) shows no output")
      #expect(Self.commands.contains { $0.document == name }, "\(name) shows no command")
    }
  }

  /// Every field that is printed has its line under its object's heading, and the other way round.
  @Test(arguments: [
    "read Captures/15-busy-server.pcap", "explain Captures/08-lost-last-ack.pcap 1",
  ])
  func fieldsAreDocumented(command: String) throws {
    let document = try Document(name: "Documentation/json.md")
    let printed = try Shell("finwait \(command) --format jsonl").lines
    #expect(printed.count > 3)
    var checked: Set<String> = []
    for line in printed {
      let json = try JSONSerialization.jsonObject(with: Data(line.utf8))
      let object = try #require(json as? [String: Any])
      let type = try #require(object["type"] as? String)
      guard checked.insert(type).inserted else { continue }
      let fields = Set(object.keys).subtracting(["type"])
      #expect(document.fields(of: type) == fields, "\(type)")
    }
  }

  @Test(
    arguments: [
      (["a", "b"], ["a", "b"], true), (["a"], ["a", "b"], false), (["b"], ["a", "b"], false),
      (["a", "[…]"], ["a", "b", "c"], true), (["[…]", "c"], ["a", "b", "c"], true),
      (["a", "[…]", "c"], ["a", "c"], true), (["a", "[…]", "b"], ["a", "b", "c"], false),
      (["a", "[…]", "b", "[…]", "d"], ["a", "x", "b", "y", "d"], true),
      (["a", "[…]", "b", "[…]", "d"], ["a", "x", "y", "d"], false),
      (["a", "[…]", "a"], ["a"], false), (["[…]"], [], true), ([], ["a"], false),
    ] as [([String], [String], Bool)])
  func omissionsStandForAnyLines(pasted: [String], printed: [String], isMatch: Bool) {
    #expect(PastedText(lines: pasted).matches(printed) == isMatch)
  }
}

/// Output as pasted into a document.
struct PastedText: Sendable {
  static let omission = "[…]"

  let lines: [String]

  var hasOmissions: Bool { lines.contains(Self.omission) }

  /// The pieces between omissions stand in `printed` in this order, the first and the last at its
  /// ends.
  func matches(_ printed: [String]) -> Bool {
    guard hasOmissions else { return lines == printed }
    let pieces = lines.split(separator: Self.omission, omittingEmptySubsequences: false)
    guard let first = pieces.first, let last = pieces.last else { return false }
    guard printed.starts(with: first) else { return false }
    var rest = printed.dropFirst(first.count)
    for piece in pieces.dropFirst().dropLast() {
      guard let range = rest.firstRange(of: piece) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
  }
}

/// A fenced block and the command that prints it.
struct Block: Sendable, CustomTestStringConvertible {
  static let marker = "<!-- output: "

  let document: String
  let command: String
  let text: PastedText
  /// Of the text between the fences, in the document's lines.
  let range: Range<Int>

  var testDescription: String { "\(document):\(range.lowerBound + 1): \(command)" }
}

/// A line of a block of shell commands.
struct Command: Sendable, CustomTestStringConvertible {
  let document: String
  let line: String

  var testDescription: String { "\(document): \(line)" }
}

/// A page of the documentation.
struct Document: Sendable {
  /// Its path in the repository.
  let name: String
  let lines: [String]

  static var all: [Document] {
    var names = ["README.md"]
    do {
      let directory = Repository.root.appendingPathComponent("Documentation").path
      names += try FileManager.default.contentsOfDirectory(atPath: directory)
        .filter { $0.hasSuffix(".md") }.sorted().map { "Documentation/\($0)" }
      return try names.map(Document.init)
    } catch {
      // `everyMarkerHasABlock` fails on what is then missing.
      return []
    }
  }

  init(name: String) throws {
    self.name = name
    let file = Repository.root.appendingPathComponent(name)
    lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
  }

  var blocks: [Block] {
    lines.indices.compactMap { index in
      guard lines[index].hasPrefix(Block.marker), lines[index].hasSuffix(" -->"),
        let range = fencedRange(after: index + 1)
      else { return nil }
      let command = lines[index].dropFirst(Block.marker.count).dropLast(" -->".count)
      return Block(
        document: name, command: String(command), text: PastedText(lines: Array(lines[range])),
        range: range)
    }
  }

  /// What a reader can type here and now: `finwait` on a sample capture.
  var commands: [Command] {
    lines.indices.filter { lines[$0] == "```sh" }
      .compactMap { fencedRange(after: $0) }
      .flatMap { lines[$0] }
      .filter { $0.hasPrefix("finwait ") && $0.contains("Captures/") }
      .map { Command(document: name, line: $0) }
  }

  /// The names before the first bar of the table `| field | |` under the heading `## type`.
  func fields(of type: String) -> Set<String> {
    guard let heading = lines.firstIndex(of: "## \(type)"),
      let title = lines[heading...].firstIndex(of: "| field | |")
    else { return [] }
    return Set(
      lines[title...].prefix { $0.hasPrefix("|") }.flatMap { row in
        row.split(separator: "|")[0].matches(of: /`([a-z_]+)`/).map { String($0.output.1) }
      })
  }

  private func fencedRange(after fence: Int) -> Range<Int>? {
    guard fence < lines.count, lines[fence].hasPrefix("```"),
      let end = lines[(fence + 1)...].firstIndex(of: "```")
    else { return nil }
    return fence + 1..<end
  }

  /// Puts into every block without omissions what its command prints now.
  func writeBlocksAnew() throws {
    var renewed = lines
    // From the end, so that what comes before keeps its place.
    for block in blocks.reversed() where !block.text.hasOmissions {
      try renewed.replaceSubrange(block.range, with: Shell(block.command).lines)
    }
    try Data(renewed.joined(separator: "\n").utf8)
      .write(to: Repository.root.appendingPathComponent(name))
  }
}

/// A line as a user types it, with the built program first in the search path.
struct Shell {
  let status: Int32
  let output: String
  let errors: String

  /// Without the empty one after the last newline.
  var lines: [String] {
    let lines = output.components(separatedBy: "\n")
    return lines.last == "" ? lines.dropLast() : lines
  }

  /// A command in a pipe that fails makes the line fail.
  init(_ line: String) throws {
    let program = try BuiltProgram.url().deletingLastPathComponent().path
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { _ = Result { try FileManager.default.removeItem(at: directory) } }
    let (outputFile, errorFile) = (
      directory.appendingPathComponent("output"), directory.appendingPathComponent("errors")
    )
    try Data().write(to: outputFile)
    try Data().write(to: errorFile)

    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["bash", "-o", "pipefail", "-c", line]
    process.currentDirectoryURL = Repository.root
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    process.environment = ProcessInfo.processInfo.environment
      .merging(["PATH": "\(program):\(path)"]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    process.waitUntilExit()
    status = process.terminationReason == .exit ? process.terminationStatus : -1
    output = try String(decoding: Data(contentsOf: outputFile), as: UTF8.self)
    errors = try String(decoding: Data(contentsOf: errorFile), as: UTF8.self)
  }

  static func succeeds(_ line: String) -> Bool {
    do {
      return try Shell(line).status == 0
    } catch {
      return false
    }
  }
}

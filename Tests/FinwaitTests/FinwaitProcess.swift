import Foundation
import TestSupport

/// The built program, run as a user would.
struct FinwaitProcess {
  let status: Int32
  let output: String
  let errors: String

  /// Runs `finwait` with these arguments.
  ///
  /// - Parameters:
  ///   - wrapper: a command that runs the one it is given.
  ///   - isReaderGone: standard output is a pipe that nobody reads.
  init(
    _ arguments: [String], in directory: URL? = nil, input: Data? = nil,
    environment: [String: String] = [:], wrapper: [String] = [], isReaderGone: Bool = false
  ) throws {
    let files = FileManager.default
    let scratch = files.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try files.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { _ = Result { try files.removeItem(at: scratch) } }
    func file(_ name: String, _ contents: Data = Data()) throws -> URL {
      let url = scratch.appendingPathComponent(name)
      try contents.write(to: url)
      return url
    }
    let outputFile = try file("output")
    let errorFile = try file("errors")

    let process = Process()
    let command = wrapper + [try BuiltProgram.url().path] + arguments
    process.executableURL = URL(fileURLWithPath: command[0])
    process.arguments = Array(command.dropFirst())
    process.currentDirectoryURL = directory
    process.environment = ProcessInfo.processInfo.environment
      .filter { $0.key != "NO_COLOR" }.merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: file("input", input ?? Data()))
    process.standardError = try FileHandle(forWritingTo: errorFile)
    if isReaderGone {
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      process.standardOutput = pipe.fileHandleForWriting
    } else {
      process.standardOutput = try FileHandle(forWritingTo: outputFile)
    }
    try process.run()
    process.waitUntilExit()
    status = process.terminationReason == .exit ? process.terminationStatus : -1
    output = try String(decoding: Data(contentsOf: outputFile), as: UTF8.self)
    errors = try String(decoding: Data(contentsOf: errorFile), as: UTF8.self)
  }
}

/// Places in the repository.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static let captures = root.appendingPathComponent("Captures")
  static let goldens = captures.appendingPathComponent("golden")

  static let isRecording = ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1"
  static var hasGoldens: Bool {
    isRecording || FileManager.default.fileExists(atPath: goldens.path)
  }

  /// The sample captures, by name.
  static var captureNames: [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: captures.path)
    } catch {
      names = []
    }
    return
      names
      .filter { $0.contains(".pcap") && !$0.hasPrefix(".") }.sorted()
  }
}

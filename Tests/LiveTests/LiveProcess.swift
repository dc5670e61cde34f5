import Foundation
import TestSupport

/// `finwait live` on a host of the test's own, as it runs.
final class LiveProcess {
  struct TookTooLong: Error, CustomStringConvertible {
    let description: String
  }

  /// However a test ends, the program does not outlive it by more.
  private static let limitSeconds = 60

  private let process = Process()
  private let scratch = FileManager.default.temporaryDirectory
    .appendingPathComponent("finwait-live-\(UUID().uuidString)")

  /// Starts it, and waits until it captures or has ended.
  ///
  /// - Parameters:
  ///   - wrapper: a command that becomes the one it is given.
  ///   - standardOutput: in place of the file that `output` reads.
  init(
    _ arguments: [String], on host: NamespaceHost, wrapper: [String] = [],
    environment: [String: String] = [:], standardOutput: FileHandle? = nil
  ) throws {
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    for file in ["output", "errors"] { try Data().write(to: url(file)) }
    let limit = arguments.contains("--duration") ? [] : ["--duration", "\(Self.limitSeconds)"]
    let program = try BuiltProgram.url().path
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = host.inside(wrapper + [program, "live"] + arguments + limit)
    process.environment = ProcessInfo.processInfo.environment
      .filter { !$0.key.hasPrefix("SUDO_") }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try standardOutput ?? FileHandle(forWritingTo: url("output"))
    process.standardError = try FileHandle(forWritingTo: url("errors"))
    try process.run()
    try wait { try self.errors.contains("capturing on") || !self.process.isRunning }
  }

  deinit {
    if process.isRunning { kill(pid, SIGKILL) }
    _ = Result { try FileManager.default.removeItem(at: scratch) }
  }

  private func url(_ file: String) -> URL { scratch.appendingPathComponent(file) }

  /// All wrappers have become the program.
  var pid: Int32 { process.processIdentifier }

  var output: String {
    get throws { try String(decoding: Data(contentsOf: url("output")), as: UTF8.self) }
  }

  var errors: String {
    get throws { try String(decoding: Data(contentsOf: url("errors")), as: UTF8.self) }
  }

  /// A line of `/proc/PID/status`, without its name.
  func status(_ name: String) throws -> String? {
    let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
    return text.split(separator: "\n").first { $0.hasPrefix("\(name):") }
      .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
  }

  /// Waits until something is so.
  func wait(within seconds: Int = 10, until condition: () throws -> Bool) throws {
    for _ in 0..<(100 * seconds) {
      if try condition() { return }
      usleep(10_000)
    }
    throw TookTooLong(
      description: "waited too long; it wrote: \(try output), and complained: \(try errors)")
  }

  /// Waits for its end.
  func end(within seconds: Int = 10) throws -> Int32 {
    try wait(within: seconds) { !self.process.isRunning }
    return process.terminationReason == .exit ? process.terminationStatus : -1
  }

  func end(by signal: Int32) throws -> Int32 {
    kill(pid, signal)
    return try end()
  }

  /// The objects of JSON lines.
  func objects(_ type: String) throws -> [[String: Any]] {
    try output.split(separator: "\n").compactMap { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["type"] as? String == type ? object : nil
    }
  }
}

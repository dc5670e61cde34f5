import Foundation

@testable import KernelRecordings

/// The laboratory (`Tests/KernelTests/laboratory`): scenarios between two real kernels, recorded.
enum Laboratory {
  /// Set by `make kernel-test`.
  private static let switchName = "FINWAIT_KERNEL_TESTS"
  /// What the random parts are made from; `FINWAIT_KERNEL_SEED` sets it.
  static let seed = ProcessInfo.processInfo.environment["FINWAIT_KERNEL_SEED"] ?? "1"
  /// Names a directory to record into and to keep; a recording that is there is read instead.
  private static let keptName = "FINWAIT_KERNEL_RECORDING"
  private static let worlds = ["timestamps", "plain"]
  /// The laboratory ends itself before.
  private static let limitSeconds = 280.0

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  /// Why the kernel tests do not run here; nil if they do.
  static let obstacle: String? = {
    let isRoot = geteuid() == 0
    guard ProcessInfo.processInfo.environment[switchName] != nil else {
      return isRoot
        ? "the kernel tests take minutes and make network namespaces: run make kernel-test"
        : "the kernel tests need root, and make kernel-test"
    }
    do {
      let run = try Self.run(["--check"])
      return run.status == 0 ? nil : run.errors
    } catch {
      return "python3 does not run: \(error)"
    }
  }()

  /// The names of all scenarios, each in its variants.
  static let scenarios: [String] = {
    guard obstacle == nil else { return [] }
    do {
      return try run(["--list"]).output.split(separator: "\n").map(String.init)
    } catch {
      // A run without scenarios fails: `thereAreScenarios`.
      return []
    }
  }()

  /// What one run recorded, for all tests, by the scenario's name.
  static let recordings = Result { () throws -> [String: ScenarioRecording] in
    let files = FileManager.default
    let kept = ProcessInfo.processInfo.environment[keptName].map { URL(fileURLWithPath: $0) }
    let directory =
      kept
      ?? files.temporaryDirectory.appendingPathComponent(
        "finwait-kernel-\(ProcessInfo.processInfo.processIdentifier)")
    defer { if kept == nil { _ = Result { try files.removeItem(at: directory) } } }
    if !files.fileExists(atPath: directory.appendingPathComponent("complete").path) {
      let run = try Self.run(["--out", directory.path, "--seed", seed])
      guard run.status == 0 else {
        throw Failed(description: "the laboratory failed (seed \(seed)): \(run.errors)")
      }
    }
    var all: [String: ScenarioRecording] = [:]
    for world in worlds {
      let recording = try KernelRecording(world, in: directory.appendingPathComponent(world))
      all.merge(try ScenarioRecording.all(of: recording)) { first, _ in first }
    }
    return all
  }

  private static func run(
    _ arguments: [String]
  ) throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-m", "laboratory"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let watchdog = DispatchWorkItem { process.terminate() }
    DispatchQueue.global().asyncAfter(deadline: .now() + limitSeconds, execute: watchdog)
    defer { watchdog.cancel() }
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    let complained = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: said, as: UTF8.self),
      String(decoding: complained, as: UTF8.self)
    )
  }
}

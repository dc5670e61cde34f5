import Foundation

/// Wireshark's dissectors as the reference, where they are installed.
public enum Tshark {
  public static let missing = "tshark is not installed"

  public static let isInstalled: Bool = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/tshark")
    }
  }()

  /// Reads a capture.
  ///
  /// - Parameters:
  ///   - names: of display filter fields.
  ///   - filter: a display filter; nil: every frame. One that tshark refuses selects nothing.
  /// - Returns: a row a frame: of each field the last, that is the innermost, occurrence.
  public static func fields(
    _ names: [String], of path: String, filter: String? = nil
  ) throws -> [[String]] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["tshark", "-n", "-r", path, "-o", "tcp.relative_sequence_numbers:FALSE"]
      + ["-T", "fields", "-E", "occurrence=l"] + names.flatMap { ["-e", $0] }
      + (filter.map { ["-Y", $0] } ?? [])
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// What tshark writes, and what it complains of; that it runs as root is none of it.
  public static func run(_ arguments: [String]) throws -> (output: String, errors: [String]) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tshark", "-n"] + arguments
    let output = Pipe()
    let errors = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data().write(to: errors)
    defer { _ = Result { try FileManager.default.removeItem(at: errors) } }
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let lines = try String(contentsOf: errors, encoding: .utf8).split(separator: "\n")
    return (
      String(decoding: data, as: UTF8.self),
      lines.map(String.init).filter { !$0.hasPrefix("Running as user") }
    )
  }
}

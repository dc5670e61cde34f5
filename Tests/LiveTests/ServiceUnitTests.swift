#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// The systemd unit, as far as it can be judged without systemd running.
  @Suite struct ServiceUnitTests {
    private static let hasSystemd = FileManager.default.isExecutableFile(
      atPath: "/usr/bin/systemd-analyze")

    private let text: String

    init() throws {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
      text = try String(
        contentsOf: root.appendingPathComponent("Packaging/finwait-live.service"),
        encoding: .utf8)
    }

    private var command: [String] {
      let line = text.split(separator: "\n").first { $0.hasPrefix("ExecStart=") } ?? ""
      return line.dropFirst("ExecStart=".count).split(separator: " ").map(String.init)
    }

    /// With the rights that the unit gives, and no others.
    @Test(.withNamespaces) func theCommandRunsWithTheUnitsRights() throws {
      #expect(text.contains("\nCapabilityBoundingSet=CAP_NET_RAW\n"))
      let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("finwait-unit-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      defer { _ = Result { try FileManager.default.removeItem(at: folder) } }
      // The path becomes a C string for the call.
      #expect(unsafe chown(folder.path, 65534, 65534) == 0)
      let arguments = command.dropFirst(2).map {
        $0.replacing("/var/lib/finwait", with: folder.path)
      }
      #expect(command.prefix(2) == ["/usr/local/bin/finwait", "live"])
      let live = try LiveProcess(
        arguments, on: try NamespaceHost(),
        wrapper: [
          "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
          "--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw",
          "--bounding-set=-all,+net_raw",
          "--no-new-privs",
        ])
      #expect(try live.end(by: SIGINT) == 0)
      #expect(try live.errors == "finwait: capturing on any (linux-sll2)\n")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["evidence.pcapng"])
    }

    @Test(.enabled(if: hasSystemd, "systemd-analyze is not installed"))
    func systemdAcceptsIt() throws {
      let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("finwait-unit-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      defer { _ = Result { try FileManager.default.removeItem(at: folder) } }
      let unit = folder.appendingPathComponent("finwait-live.service")
      let installed = text.replacing(
        "/usr/local/bin/finwait", with: try BuiltProgram.url().path)
      try Data(installed.utf8).write(to: unit)
      for arguments in [
        ["verify", "--man=no", unit.path],
        // Exposure from 0 to 100.
        ["security", "--offline=true", "--no-pager", "--threshold=20", unit.path],
      ] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/systemd-analyze")
        process.arguments = arguments
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let table = try output.fileHandleForReading.readToEnd() ?? Data()
        let words = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let said = String(decoding: words, as: UTF8.self)
        #expect(process.terminationStatus == 0, "\(said) \(String(decoding: table, as: UTF8.self))")
        #expect(said == "")
      }
    }
  }
#endif

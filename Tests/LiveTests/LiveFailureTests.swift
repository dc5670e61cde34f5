#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// What `finwait live` makes of a world that goes wrong meanwhile.
  @Suite(.withNamespaces)
  final class LiveFailureTests: JoinedHosts {
    /// Events that cannot be written end it, and the evidence is whole.
    @Test func aFullDiskUnderItsResultsIsSaid() throws {
      let disk = path("disk")
      try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
      try server.run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk)
      defer { _ = Result { try server.run("umount", "-l", disk) } }
      #expect(FileManager.default.createFile(atPath: disk + "/events", contents: nil))
      let file = path("evidence.pcapng")
      let live = try LiveProcess(
        [
          "-i", "eth0", "--format", "jsonl", "--programs", "none", "--min-age", "0", "--write",
          file,
        ], on: server, standardOutput: FileHandle(forWritingAtPath: disk + "/events"))
      try Traffic.leak(100, from: client, to: server)
      #expect(try live.end() == 74)
      #expect(
        try live.errors.hasSuffix(
          "finwait: the results cannot be written: No space left on device\n"))
      let tool = try server.run(BuiltProgram.url().path, "read", file, "--min-age", "0")
      #expect(tool.contains("CLOSE_WAIT: "), "\(tool)")
    }

    /// As `| head` does: whoever reads has seen enough.
    @Test func aClosedPipeEndsItQuietly() throws {
      let pipe = Pipe()
      let live = try LiveProcess(
        ["-i", "eth0", "--format", "jsonl", "--programs", "none"], on: server,
        standardOutput: pipe.fileHandleForWriting)
      try pipe.fileHandleForWriting.close()
      try pipe.fileHandleForReading.close()
      try Traffic.converse(1, from: client, to: server)
      #expect(try live.end() == 0)
      #expect(try live.errors == "finwait: capturing on eth0 (ethernet)\n")
    }

    @Test func evidenceThatMayNotBeWrittenIsRefused() throws {
      let folder = path("closed")
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
      let file = folder + "/evidence.pcapng"
      let live = try LiveProcess(
        ["--write", file], on: server, environment: ["SUDO_UID": "65534", "SUDO_GID": "65534"])
      #expect(try live.end() == 74)
      #expect(try live.errors == "finwait: cannot create \(file): Permission denied\n")
    }

    @Test func withItsOnlyInterfaceItEnds() throws {
      let live = try LiveProcess(["-i", "eth0", "--programs", "none"], on: server)
      try Traffic.converse(1, from: client, to: server)
      usleep(300_000)
      try server.run("ip", "link", "delete", "eth0")
      #expect(try live.end() == 2)
      #expect(try live.errors.contains("no more packets come from eth0: "))
      #expect(try live.output.contains("in 1 connection,"))
    }

    // MARK: The clock

    private static let fakeClock = [
      "/usr/lib/\(machine)-linux-gnu/faketime/libfaketime.so.1"
    ].first { FileManager.default.fileExists(atPath: $0) }

    private static var machine: String {
      #if arch(arm64)
        "aarch64"
      #else
        "x86_64"
      #endif
    }

    /// The machine's own clock is not to be set for a test; what the program reads of it is.
    @Test(
      .enabled(if: fakeClock != nil, "libfaketime is not installed"), arguments: ["+3600", "-3600"])
    func aClockThatIsSetIsToldAndAgesStay(step: String) throws {
      let library = try #require(Self.fakeClock)
      let clock = scratch.appendingPathComponent("clock")
      try Data("+0\n".utf8).write(to: clock)
      let live = try LiveProcess(
        ["-i", "eth0", "--format", "jsonl", "--min-age", "0"], on: server,
        environment: [
          "LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": clock.path, "FAKETIME_NO_CACHE": "1",
          "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        ])
      let leak = try Traffic.Leak(from: client, to: server)
      usleep(500_000)
      try Data("\(step)\n".utf8).write(to: clock)
      let way = step.hasPrefix("+") ? "forward" : "back"
      try live.wait { try live.errors.contains("finwait: the clock was set \(way) by ") }
      try leak.close()
      func closed() throws -> [[String: Any]] {
        try live.objects("event").filter {
          $0["event"] as? String == "finding_closed" && $0["kind"] as? String == "close_wait"
        }
      }
      try live.wait { try !closed().isEmpty }
      let age = try #require(try closed().first?["age"] as? Double)
      #expect((0.4..<30).contains(age), "\(age)")
      #expect(try live.end(by: SIGINT) == 0)
    }
  }
#endif

#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// `finwait live --write`: what is in the file, whatever happens.
  @Suite(.withNamespaces)
  final class EvidenceTests: JoinedHosts {
    /// What `finwait read` says of files.
    private func read(
      _ paths: [String], _ arguments: [String] = []
    ) throws -> (objects: [[String: Any]], status: Int32) {
      let process = Process()
      process.executableURL = try BuiltProgram.url()
      process.arguments =
        ["read"] + paths + ["--format", "jsonl", "--all", "--min-age", "0"] + arguments
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      let data = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      let objects = try data.split(separator: UInt8(ascii: "\n")).compactMap {
        try JSONSerialization.jsonObject(with: $0) as? [String: Any]
      }
      return (objects, process.terminationStatus)
    }

    private func objects(_ type: String, in objects: [[String: Any]]) -> [[String: Any]] {
      objects.filter { $0["type"] as? String == type }
    }

    @Test func theLeaksPacketsAreKeptAndNoOthers() throws {
      let file = path("leak.pcapng")
      let live = try LiveProcess(["-i", "eth0", "--write", file, "--min-age", "0.5"], on: server)
      try Traffic.converse(5, from: client, to: server)
      let leak = try Traffic.Leak(from: client, to: server)
      try live.wait {
        try self.read([file]).objects.contains { $0["kind"] as? String == "close_wait" }
      }
      try leak.close()
      #expect(try live.end(by: SIGINT) == 0)
      let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
      #expect(mode as? Int == 0o600)
      let report = try read([file])
      #expect(report.status == 0)
      let connections = objects("connection", in: report.objects)
      #expect(connections.count == 1)
      // From the handshake to the FIN that came after the finding.
      #expect(connections.first?["close"] as? String == "graceful")
      #expect((connections.first?["packets"] as? Int ?? 0) >= 7)
      #expect(connections.first?["roles_known"] as? Bool == true)
    }

    /// A reset lasts no time, and the connection is gone.
    @Test func whatHasNoAgeIsKeptToo() throws {
      let file = path("reset.pcapng")
      let live = try LiveProcess(["-i", "eth0", "--write", file], on: server)
      try Traffic.abort(from: client, to: server)
      try Traffic.converse(2, from: client, to: server)
      #expect(try live.end(by: SIGINT) == 0)
      let connections = objects("connection", in: try read([file]).objects)
      #expect(connections.count == 1)
      #expect(connections.first?["close"] as? String == "reset")
    }

    @Test(arguments: 0..<6)
    func aKillLeavesAReadableFile(round: Int) throws {
      let file = path("killed.pcapng")
      let live = try LiveProcess(
        ["-i", "eth0", "--write", file, "--min-age", "0", "--immediate"], on: server)
      let done = DispatchGroup()
      let (client, server) = (client, server)
      DispatchQueue.global().async(group: done) {
        _ = Result { try Traffic.leak(300, from: client, to: server) }
      }
      var random = SplitMix64(seed: UInt64(round))
      usleep(UInt32.random(in: 2_000_000..<3_500_000, using: &random))
      #expect(try live.end(by: SIGKILL) == -1)
      done.wait()
      let report = try read([file])
      // At most the last block is cut, which is said.
      #expect([0, 2].contains(report.status))
      let capture = try #require(objects("capture", in: report.objects).first)
      let packets = try #require(capture["packets"] as? Int)
      #expect(packets > 0)
      if Tshark.isInstalled {
        #expect(try Tshark.fields(["frame.number"], of: file).count == packets)
      }
      for connection in objects("connection", in: report.objects) {
        #expect(connection["roles_known"] as? Bool == true, "each from its first packet")
      }
    }

    @Test func aFullDiskIsSaidOnceAndTheCaptureGoesOn() throws {
      let disk = path("disk")
      try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
      try server.run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk)
      defer { _ = Result { try server.run("umount", "-l", disk) } }
      let file = disk + "/full.pcapng"
      let live = try LiveProcess(
        ["-i", "eth0", "--write", file, "--min-age", "0", "--programs", "none"], on: server)
      try Traffic.leak(100, from: client, to: server)
      try live.wait { try live.errors.contains("No space left") }
      try Traffic.leak(100, from: client, to: server)
      #expect(try live.end(by: SIGINT) == 0)
      let said = try live.errors.split(separator: "\n").dropFirst()
      #expect(
        said == [
          "finwait: cannot write \(file): No space left on device; no more evidence is kept"
        ])
      #expect(try live.output.contains("in 200 connections"))
      let report = try read([file])
      #expect(report.status == 0, "what was written whole is left")
    }

    @Test func theFilesAreBounded() throws {
      let file = path("many.pcapng")
      let live = try LiveProcess(
        [
          "-i", "eth0", "--write", file, "--min-age", "0", "--write-size", "1", "--snaplen",
          "65535",
        ], on: server)
      for _ in 0..<3 { try Traffic.leak(500, from: client, to: server) }
      #expect(try live.end(by: SIGINT) == 0)
      let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
      #expect(names.sorted() == ["many.pcapng", "many.pcapng.1"])
      for name in names {
        let size = try FileManager.default.attributesOfItem(atPath: path(name))[.size] as? Int
        #expect((size ?? .max) <= 1 << 20)
      }
      let report = try read([file + ".1", file])
      #expect(report.status == 0)
      #expect(objects("connection", in: report.objects).count > 500)
    }

    /// As when a service is started anew.
    @Test func whatWasKeptOutlivesTheNextRun() throws {
      let file = path("kept.pcapng")
      for leaks in [1, 0, 2] {
        let live = try LiveProcess(["-i", "eth0", "--write", file, "--min-age", "0"], on: server)
        if leaks > 0 { try Traffic.leak(leaks, from: client, to: server) }
        #expect(try live.end(by: SIGINT) == 0)
      }
      #expect(objects("connection", in: try read([file + ".1"]).objects).count == 1)
      #expect(objects("connection", in: try read([file]).objects).count == 2)
      #expect(!FileManager.default.fileExists(atPath: file + ".2"), "nothing was kept there")
    }

    @Test func whereItMayNotBeWrittenItIsRefused() throws {
      try FileManager.default.createSymbolicLink(
        atPath: path("link"), withDestinationPath: path("elsewhere"))
      let live = try LiveProcess(["--write", path("link")], on: server)
      #expect(try live.end() == 74)
      #expect(
        try live.errors
          == "finwait: cannot create \(path("link")): it is a symbolic link\n")
      #expect(!FileManager.default.fileExists(atPath: path("elsewhere")))
    }

    /// It is created as the user who goes on, with that user's rights.
    @Test func theFileIsTheUsers() throws {
      // The path becomes a C string for the call.
      #expect(unsafe chown(scratch.path, 65534, 65534) == 0)
      let file = path("owned.pcapng")
      let live = try LiveProcess(
        ["--write", file], on: server, environment: ["SUDO_UID": "65534", "SUDO_GID": "65534"])
      #expect(try live.end(by: SIGINT) == 0)
      let owner = try FileManager.default.attributesOfItem(atPath: file)[.ownerAccountID]
      #expect(owner as? Int == 65534)
    }
  }
#endif

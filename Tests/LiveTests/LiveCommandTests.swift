#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// `finwait live` as a user runs it, on hosts of the tests' own.
  @Suite(.withNamespaces)
  struct LiveCommandTests {
    private let client: NamespaceHost
    private let server: NamespaceHost

    init() throws {
      client = try NamespaceHost()
      server = try NamespaceHost()
      try client.join(server)
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalEndsItWithTheReport(signal: Int32) throws {
      let live = try LiveProcess(["--utc"], on: server)
      #expect(try live.errors == "finwait: capturing on any (linux-sll2)\n")
      try Traffic.converse(4, from: client, to: server)
      #expect(try live.end(by: signal) == 0)
      let report = try live.output
      #expect(report.hasPrefix("any: live, linux-sll2, "), "\(report)")
      #expect(report.contains("in 4 connections"), "\(report)")
      #expect(report.contains("TIME_WAIT: 4"), "\(report)")
    }

    @Test func aLeakIsInTheReport() throws {
      let live = try LiveProcess(
        ["-i", "eth0", "--format", "jsonl", "--min-age", "0"], on: server)
      let leak = try Traffic.Leak(from: client, to: server)
      usleep(300_000)
      #expect(try live.end(by: SIGINT) == 0)
      let findings = try live.objects("finding").filter { $0["kind"] as? String == "close_wait" }
      let finding = try #require(findings.first)
      #expect(findings.count == 1)
      let end = try #require(finding["endpoint"] as? [String: Any])
      #expect(end["address"] as? String == "10.9.0.2" && end["port"] as? Int == 8080)
      let age = try #require(finding["age"] as? Double)
      #expect((0.25..<10).contains(age), "the time since the FIN, up to now: \(age)")
      let capture = try #require(try live.objects("capture").first)
      #expect(capture["format"] as? String == "live")
      #expect(capture["dropped"] as? Int == 0)
      withExtendedLifetime(leak) {}
    }

    @Test func aSnapshotIsAReportThatGoesOn() throws {
      let live = try LiveProcess([], on: server)
      try Traffic.converse(2, from: client, to: server)
      usleep(400_000)
      kill(live.pid, SIGUSR1)
      try live.wait { try live.output.contains("in 2 connections") }
      try Traffic.converse(1, from: client, to: server)
      #expect(try live.end(by: SIGINT) == 0)
      #expect(try live.output.contains("in 3 connections"))
    }

    @Test func itEndsByItself() throws {
      let start = Date()
      let timed = try LiveProcess(["--duration", "0.5"], on: server)
      #expect(try timed.end() == 0)
      #expect(Date().timeIntervalSince(start) > 0.5)
      let counted = try LiveProcess(
        ["--packets", "5", "--filter", "tcp", "--format", "jsonl"], on: server)
      try Traffic.converse(1, from: client, to: server)
      #expect(try counted.end() == 0)
      #expect(try counted.objects("capture").first?["packets"] as? Int == 5)
    }

    @Test func withoutPrivilegeItSaysSo() throws {
      let live = try LiveProcess(
        ["-i", "eth0"], on: server, wrapper: ["setpriv", "--bounding-set", "-net_raw"])
      #expect(try live.end() == 77)
      #expect(try live.output == "")
      #expect(
        try live.errors
          == "finwait: capturing on eth0 needs root or the capability CAP_NET_RAW\n")
    }

    @Test(arguments: [
      ("own", "0000000000000000"),
      // CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE, with which other users' programs are seen.
      ("all", "0000000000080004"),
    ])
    func rootIsGivenUp(programs: String, capabilities: String) throws {
      let sudo = ["SUDO_UID": "65534", "SUDO_GID": "65534"]
      let live = try LiveProcess(["--programs", programs], on: server, environment: sudo)
      #expect(try live.status("Uid") == "65534\t65534\t65534\t65534")
      #expect(try live.status("Gid") == "65534\t65534\t65534\t65534")
      #expect(try live.status("Groups") == "65534")
      for set in ["CapInh", "CapAmb"] {
        #expect(try live.status(set) == "0000000000000000")
      }
      for set in ["CapPrm", "CapEff"] { #expect(try live.status(set) == capabilities) }
      #expect(try live.status("NoNewPrivs") == "1")
      try Traffic.converse(1, from: client, to: server)
      #expect(try live.end(by: SIGINT) == 0)
      #expect(try live.output.contains("in 1 connection,"))
    }

    @Test func anotherNamespaceIsWatched() throws {
      let live = try LiveProcess(["--netns", server.path], on: client)
      try server.sendDatagram(to: "127.0.0.1")
      try Traffic.converse(1, from: client, to: server)
      #expect(try live.end(by: SIGINT) == 0)
      #expect(try live.output.contains("in 1 connection,"))
    }

    @Test func anInterfaceThatGoesIsTold() throws {
      let live = try LiveProcess(["-i", "eth0", "-i", "lo"], on: server)
      try Traffic.converse(1, from: client, to: server)
      usleep(300_000)
      try server.run("ip", "link", "delete", "eth0")
      try live.wait { try live.errors.contains("no more packets come from eth0") }
      #expect(try live.end(by: SIGINT) == 2)
      #expect(try live.output.contains("in 1 connection,"))
    }

    @Test func whatCannotBeIsRefused() throws {
      for (arguments, status, words) in [
        (["-i", "eth7"], Int32(66), "there is no interface eth7"),
        (["--filter", "nonsense"], 64, "the filter is not valid: "),
        (["--netns", "/nonexistent"], 64, "there is no network namespace /nonexistent"),
        (["--user", "no-such-user"], 64, "there is no user no-such-user"),
      ] {
        let live = try LiveProcess(arguments, on: server)
        #expect(try live.end() == status, "\(arguments)")
        let errors = try live.errors
        #expect(errors.hasPrefix("finwait: \(words)"), "\(errors)")
      }
    }
  }
#endif

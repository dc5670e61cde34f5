#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// What the kernel of the host tells `finwait live` beside packets.
  @Suite(.withNamespaces)
  struct LiveHostTests {
    private let client: NamespaceHost
    private let server: NamespaceHost

    init() throws {
      client = try NamespaceHost()
      server = try NamespaceHost()
      try client.join(server)
    }

    private func name(of leak: Traffic.Leak) throws -> String {
      try String(contentsOfFile: "/proc/\(leak.pid)/comm", encoding: .utf8)
        .trimmingCharacters(in: .newlines)
    }

    /// The objects of an endpoint in CLOSE_WAIT, or of a finding of it.
    private func closeWaits(_ live: LiveProcess, _ type: String) throws -> [[String: Any]] {
      try live.objects(type).filter {
        $0["state"] as? String == "CLOSE_WAIT" || $0["kind"] as? String == "close_wait"
      }
    }

    private func expect(
      _ object: [String: Any], names leak: Traffic.Leak, source: String
    ) throws {
      let process = try #require(object["process"] as? [String: Any], "\(object)")
      #expect(process["pid"] as? Int == Int(leak.pid))
      #expect(try process["name"] as? String == name(of: leak))
      #expect(process["user"] as? String == "root")
      #expect(object["source"] as? String == source)
      #expect(object["kernel_state"] is NSNull)
    }

    /// The privileges that are left are enough to name a program of root's.
    @Test func theProgramBehindALeakIsNamed() throws {
      let sudo = ["SUDO_UID": "65534", "SUDO_GID": "65534"]
      let live = try LiveProcess(["--format", "jsonl"], on: server, environment: sudo)
      let leak = try Traffic.Leak(from: client, to: server)
      usleep(1_200_000)
      #expect(try live.end(by: SIGINT) == 0)
      let end = try #require(try closeWaits(live, "endpoint").first)
      try expect(end, names: leak, source: "both")
      try expect(try #require(try closeWaits(live, "finding").first), names: leak, source: "both")
      let peer = try live.objects("endpoint").first { $0["state"] as? String != "CLOSE_WAIT" }
      #expect(try #require(peer)["source"] == nil, "it is not of this host")
    }

    @Test func theSentenceNamesTheProgram() throws {
      let live = try LiveProcess([], on: server)
      let leak = try Traffic.Leak(from: client, to: server)
      usleep(1_300_000)
      #expect(try live.end(by: SIGINT) == 0)
      let text = try live.output.split { $0.isWhitespace }.joined(separator: " ")
      #expect(
        text.contains("\(try name(of: leak)) (pid \(leak.pid), user root) doesn't close"), "\(text)"
      )
    }

    @Test(arguments: ["jsonl", "json"])
    func aLeakOlderThanTheCaptureIsInTheKernelsTable(format: String) throws {
      let leak = try Traffic.Leak(from: client, to: server)
      usleep(2_000_000)
      let live = try LiveProcess(["--format", format], on: server)
      usleep(500_000)
      #expect(try live.end(by: SIGINT) == 0)
      func rows(_ type: String, _ array: String) throws -> [[String: Any]] {
        if format == "jsonl" { return try closeWaits(live, type) }
        let document =
          try JSONSerialization.jsonObject(with: Data(live.output.utf8)) as? [String: Any]
        return document?[array] as? [[String: Any]] ?? []
      }
      let ends = try rows("endpoint", "endpoints")
      #expect(ends.count == 1)
      let end = try #require(ends.first)
      try expect(end, names: leak, source: "kernel")
      #expect(end["state"] as? String == "CLOSE_WAIT")
      #expect(end["connection"] is NSNull && end["stream"] is NSNull)
      #expect(end["packets"] as? Int == 0)
      let finding = try #require(try rows("finding", "findings").first)
      let age = try #require(finding["age"] as? Double)
      #expect((2.3..<15).contains(age), "the last ACK was the FIN's: \(age)")
      #expect(
        try #require(finding["wireshark_filter"] as? String)
          .hasPrefix("ip.addr == 10.9.0.2 && tcp.port == 8080 && ip.addr == 10.9.0.1 && "))
    }

    /// Of the close, packets show the second FIN alone; the kernel had told of the first.
    @Test func aLeakOlderThanTheCaptureCanClose() throws {
      let leak = try Traffic.Leak(from: client, to: server)
      let live = try LiveProcess(["--format", "jsonl", "--all"], on: server)
      usleep(1_500_000)
      try leak.close()
      usleep(2_500_000)
      #expect(try live.end(by: SIGINT) == 0)
      let told = try live.objects("event").filter {
        $0["event"] as? String == "state"
          && ($0["local"] as? [String: Any])?["address"] as? String == "10.9.0.2"
      }.compactMap { $0["state"] as? String }
      #expect(told.filter { $0 != "CLOSE_WAIT" } == ["LAST_ACK", "CLOSED"], "\(told)")
      let ends = try live.objects("endpoint").filter {
        ($0["local"] as? [String: Any])?["address"] as? String == "10.9.0.2"
      }
      #expect(ends.count == 1, "it is no longer reported as one that the kernel alone tells of")
      let end = try #require(ends.first)
      #expect(end["state"] as? String == "CLOSED")
      #expect(end["kernel_state"] is NSNull)
      #expect((end["process"] as? [String: Any])?["pid"] as? Int == Int(leak.pid))
      #expect(try live.objects("finding").allSatisfy { $0["kind"] as? String == "time_wait" })
    }

    /// Of some closes, the first FIN passes before the capture, or while it begins, and the second in
    /// it.
    @Test func closesUnderWayAtTheStartAreKnown() throws {
      let done = DispatchGroup()
      let (client, server) = (client, server)
      DispatchQueue.global().async(group: done) {
        #expect(throws: Never.self) {
          try Traffic.closeSlowly(seconds: 6, from: client, to: server)
        }
      }
      defer { done.wait() }
      sleep(2)
      let live = try LiveProcess(["--format", "jsonl", "--all", "--duration", "3"], on: server)
      #expect(try live.end() == 0)
      let ends = try live.objects("endpoint").filter { $0["source"] as? String != nil }
      let older = ends.filter {
        $0["source"] as? String == "both" && $0["role"] as? String == "unknown"
      }
      #expect(older.count > 20, "closes that began before the capture")
      for end in ends { #expect(end["kernel_state"] as? String == nil, "\(end)") }
    }

    /// The server's socket ends without a packet (TCP_REPAIR): no capture can tell.
    @Test func wherePacketsAndKernelDisagreeBothAreTold() throws {
      let live = try LiveProcess(["--format", "jsonl", "--all"], on: server)
      try Traffic.vanish(from: client, to: server)
      usleep(3_000_000)
      #expect(try live.end(by: SIGINT) == 0)
      let end = try #require(
        try live.objects("endpoint").first {
          ($0["local"] as? [String: Any])?["address"] as? String == "10.9.0.2"
        })
      #expect(end["state"] as? String == "ESTABLISHED")
      #expect(end["kernel_state"] as? String == "CLOSED")
      #expect(end["source"] as? String == "packets")
    }

    /// On a wire without delay the packets do not tell which end is near.
    @Test(arguments: ["initiator", "responder"])
    func theTapIsAtThisHost(side: String) throws {
      let live = try LiveProcess(
        ["-i", "eth0", "--format", "jsonl"], on: side == "initiator" ? client : server)
      try Traffic.converse(4, from: client, to: server)
      #expect(try live.end(by: SIGINT) == 0)
      #expect(try live.objects("capture").first?["tap"] as? String == side)
    }

    @Test func withAFilterPacketsAloneTell() throws {
      let leak = try Traffic.Leak(from: client, to: server)
      let live = try LiveProcess(
        ["--format", "jsonl", "--filter", "port 9"], on: server)
      usleep(1_500_000)
      #expect(try live.end(by: SIGINT) == 0)
      #expect(try closeWaits(live, "finding").isEmpty)
      withExtendedLifetime(leak) {}
    }

    @Test func textTellsOfALeakOlderThanTheCapture() throws {
      let leak = try Traffic.Leak(from: client, to: server)
      let live = try LiveProcess([], on: server)
      usleep(1_500_000)
      #expect(try live.end(by: SIGINT) == 0)
      let report = try live.output
      #expect(report.contains("CLOSE_WAIT: 1 end"), "\(report)")
      #expect(report.contains("at least "), "\(report)")
      #expect(report.contains("(pid \(leak.pid), user root)"), "\(report)")
    }
  }
#endif

#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// The events of `finwait live --format jsonl`, as they come.
  @Suite(.withNamespaces)
  struct LiveEventTests {
    private let client: NamespaceHost
    private let server: NamespaceHost

    init() throws {
      client = try NamespaceHost()
      server = try NamespaceHost()
      try client.join(server)
    }

    private func events(
      _ live: LiveProcess, _ name: String, _ key: String, _ value: String
    ) throws -> [[String: Any]] {
      try live.objects("event").filter {
        $0["event"] as? String == name && $0[key] as? String == value
      }
    }

    @Test func aLeakIsToldWithinASecondAndItsEndToo() throws {
      let live = try LiveProcess(["--format", "jsonl"], on: server)
      let leak = try Traffic.Leak(from: client, to: server)
      let start = Date()
      try live.wait { try !events(live, "finding_opened", "kind", "close_wait").isEmpty }
      #expect(Date().timeIntervalSince(start) < 1)
      let opened = try #require(try events(live, "finding_opened", "kind", "close_wait").first)
      let process = try #require(opened["process"] as? [String: Any], "\(opened)")
      #expect(process["pid"] as? Int == Int(leak.pid))
      #expect(opened["source"] as? String == "both")
      let age = try #require(opened["age"] as? Double)
      #expect((0.5..<1).contains(age))
      let entered = try #require(try events(live, "state", "state", "CLOSE_WAIT").first)
      #expect(entered["time"] as? String == entered["since"] as? String)

      try leak.close()
      try live.wait { try !events(live, "finding_closed", "kind", "close_wait").isEmpty }
      let closed = try #require(try events(live, "finding_closed", "kind", "close_wait").first)
      #expect(try #require(closed["age"] as? Double) > age)
      #expect(try events(live, "state", "state", "LAST_ACK").count == 1)
      #expect(try live.end(by: SIGINT) == 0)
      #expect(try live.objects("summary").count == 1)
    }

    @Test func everyStateIsToldOnceAndTimersToo() throws {
      let live = try LiveProcess(["--format", "jsonl", "--time-wait", "1"], on: client)
      try Traffic.converse(1, from: client, to: server)
      try live.wait { try !events(live, "finding_closed", "kind", "time_wait").isEmpty }
      let states = try live.objects("event").filter { $0["event"] as? String == "state" }
      func told(_ port: (Int) -> Bool) -> [String] {
        states.filter {
          port(($0["local"] as? [String: Any])?["port"] as? Int ?? 0)
        }.compactMap { $0["state"] as? String }
      }
      #expect(
        // FIN_WAIT_2 is passed over where the second FIN is what acknowledges the first.
        told { $0 != 8080 }.filter { $0 != "FIN_WAIT_2" } == [
          "SYN_SENT", "ESTABLISHED", "FIN_WAIT_1", "TIME_WAIT", "CLOSED",
        ])
      #expect(
        told { $0 == 8080 } == [
          "SYN_RECEIVED", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "CLOSED",
        ])
      #expect(try live.end(by: SIGINT) == 0)
    }

    @Test func aLeakOlderThanTheCaptureIsToldFromTheKernelsTable() throws {
      let leak = try Traffic.Leak(from: client, to: server)
      usleep(600_000)
      let live = try LiveProcess(["--format", "jsonl"], on: server)
      try live.wait { try !events(live, "finding_opened", "kind", "close_wait").isEmpty }
      let opened = try #require(try events(live, "finding_opened", "kind", "close_wait").first)
      #expect(opened["source"] as? String == "kernel")
      #expect((opened["process"] as? [String: Any])?["pid"] as? Int == Int(leak.pid))
      try leak.close()
      try live.wait { try !events(live, "finding_closed", "kind", "close_wait").isEmpty }
      #expect(try live.end(by: SIGINT) == 0)
    }
  }
#endif

#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// The memory of `finwait live` follows what is open, not for how long it has run.
  ///
  /// `make load-test` has it run for eight minutes. For fewer than six it says little: what was open
  /// is remembered for two minutes.
  @Suite(.withNamespaces)
  struct LiveMemoryTests {
    private static let seconds =
      ProcessInfo.processInfo.environment["FINWAIT_MEMORY_SECONDS"].flatMap { Int($0) } ?? 0
    private static let perSecond = 1_000

    /// After three of eight minutes, as many connections leave as come. The host is the client, whose
    /// kernel lists all its TIME_WAIT too.
    @Test(.enabled(if: seconds > 0, "FINWAIT_MEMORY_SECONDS is not set"))
    func itStaysWhenConnectionsComeAndGo() throws {
      let client = try NamespaceHost()
      let server = try NamespaceHost()
      try client.join(server)
      let live = try LiveProcess(
        ["-i", "eth0", "--format", "json", "--duration", "\(Self.seconds * 2 + 60)"], on: client)
      let done = DispatchGroup()
      DispatchQueue.global().async(group: done) {
        #expect(throws: Never.self) {
          try Traffic.converse(
            perSecond: Self.perSecond, seconds: Self.seconds, from: client, to: server)
        }
      }
      let start = Date()
      var samples: [(second: Int, kilobytes: Int)] = []
      // At no multiple of the second in which sockets are listed, or the same moment would be met for
      // minutes.
      while done.wait(timeout: .now() + 0.37) == .timedOut {
        let memory = try live.status("VmRSS").flatMap { Int($0.prefix { $0.isNumber }) }
        samples.append((Int(Date().timeIntervalSince(start)), try #require(memory)))
      }
      // What a list of sockets takes for a moment is not what is meant: the median of 20 s.
      func median(at second: Int) throws -> Double {
        let near = samples.filter { abs($0.second - second) <= 10 }.map(\.kilobytes).sorted()
        try #require(!near.isEmpty)
        return Double(near[near.count / 2])
      }
      let end = try #require(samples.last)
      let ratio = try median(at: end.second - 10) / median(at: Self.seconds * 3 / 8)
      let minutes = try stride(from: 60, to: end.second, by: 60).map {
        "\(Int(try median(at: $0)) / 1024)"
      }
      print(
        """
        Memory of live at \(Self.perSecond) connections a second, by the minute, MiB: \
        \(minutes.joined(separator: " ")); at the end \(end.kilobytes / 1024), \(ratio) of that at \(Self.seconds * 3 / 8) s
        """)
      #expect((0.95...1.05).contains(ratio), "\(samples)")
      kill(live.pid, SIGINT)
      #expect(try live.end(within: 60) == 0)
      let document =
        try JSONSerialization.jsonObject(with: Data(live.output.utf8)) as? [String: Any]
      let summary = try #require(document?["summary"] as? [String: Any])
      #expect(summary["connections"] as? Int == Self.perSecond * Self.seconds)
    }
  }
#endif

#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// How fast packets may come until `finwait live` loses some, beside `tcpdump -w /dev/null`.
  ///
  /// `make load-test`: the build for use is what counts, on a machine that does nothing else.
  @Suite(.withNamespaces)
  struct LiveLoadTests {
    private static let isWanted = ProcessInfo.processInfo.environment["FINWAIT_LOAD_TESTS"] != nil
    private static let hasTcpdump = ["/usr/bin/tcpdump", "/usr/sbin/tcpdump"].contains {
      FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Frames a second: to twice what two processors of today can bring through a wire of this kind.
    private static let rates = [100_000, 200_000, 300_000, 400_000, 500_000, 700_000, 1_000_000]
    private static let seconds = 2.0
    /// A machine that was busy for a moment has another chance.
    private static let tries = 2
    /// Not the sender's, and one for either program.
    private static let onItsProcessor = ["taskset", "-c", "\(Traffic.Flood.processor + 1)"]

    private let client: NamespaceHost
    private let server: NamespaceHost

    init() throws {
      client = try NamespaceHost()
      server = try NamespaceHost()
      try client.join(server)
    }

    /// What became of the frames of a flood.
    private struct Outcome {
      var flood: Traffic.Flood
      var captured: Int
      var dropped: Int

      var isWhole: Bool { dropped == 0 && captured >= flood.frames }

      func tell(of program: String) {
        print(
          """
          \(program): \(Int(flood.perSecond)) frames a second, \(captured) of \(flood.frames) \
          captured, \(dropped) dropped
          """)
      }
    }

    @Test(
      .enabled(if: isWanted, "FINWAIT_LOAD_TESTS is not set"),
      .enabled(if: hasTcpdump, "tcpdump is not installed"))
    func nothingIsLostWhereTcpdumpLosesNothing() throws {
      let reference = try highest(tcpdump)
      let own = try highest { try finwait($0) }
      print(
        """
        Highest rates without a loss, frames a second: tcpdump -w /dev/null \(Int(reference)), \
        finwait live \(Int(own))
        """)
      try #require(reference > 0)
      let evidence = FileManager.default.temporaryDirectory
        .appendingPathComponent("finwait-load-\(UUID().uuidString).pcapng")
      defer { _ = Result { try FileManager.default.removeItem(at: evidence) } }
      for options in [[], ["--metrics", "9464"], ["--write", evidence.path]] {
        var outcome = try finwait(Int(reference), options)
        for _ in 1..<Self.tries where !outcome.isWhole {
          outcome = try finwait(Int(reference), options)
        }
        #expect(outcome.isWhole, "\(options): \(outcome.dropped) dropped")
      }
    }

    /// - Returns: what was sent a second at the highest rate of which nothing was lost.
    private func highest(_ measure: (_ rate: Int) throws -> Outcome) throws -> Double {
      var highest = 0.0
      for rate in Self.rates {
        var outcome = try measure(rate)
        for _ in 1..<Self.tries where !outcome.isWhole { outcome = try measure(rate) }
        guard outcome.isWhole else { return highest }
        highest = max(highest, outcome.flood.perSecond)
        // The sender can do no more.
        if outcome.flood.perSecond < Double(rate) * 0.95 { return highest }
      }
      return highest
    }

    private func flood(_ rate: Int, begin: () throws -> Void) throws -> Traffic.Flood {
      try Traffic.Flood(
        perSecond: rate, seconds: Self.seconds, from: client, to: server, begin: begin)
    }

    private func finwait(_ rate: Int, _ options: [String] = []) throws -> Outcome {
      var live: LiveProcess?
      let flood = try flood(rate) {
        // No state lasts so long: what is read here is short.
        live = try LiveProcess(
          ["-i", "eth0", "--format", "json", "--min-age", "3600"] + options, on: server,
          wrapper: Self.onItsProcessor)
      }
      let process = try #require(live)
      kill(process.pid, SIGINT)
      #expect(try process.end(within: 60) == 0)
      let document =
        try JSONSerialization.jsonObject(with: Data(process.output.utf8)) as? [String: Any]
      let capture = try #require((document?["captures"] as? [[String: Any]])?.first)
      let outcome = Outcome(
        flood: flood, captured: try #require(capture["packets"] as? Int),
        dropped: try #require(capture["dropped"] as? Int))
      outcome.tell(of: "finwait live \(options.joined(separator: " "))")
      return outcome
    }

    /// With as large a buffer and as short frames as finwait's.
    private func tcpdump(_ rate: Int) throws -> Outcome {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = server.insideWithSignals(
        Self.onItsProcessor + [
          "timeout", "--signal=INT", "60", "tcpdump", "-i", "eth0", "-n", "-s", "256", "-B",
          "32768",
          "-w", "/dev/null",
        ])
      let errors = Pipe()
      process.standardError = errors
      var said = ""
      let flood = try flood(rate) {
        try process.run()
        while !said.contains("listening on") {
          let data = errors.fileHandleForReading.availableData
          if data.isEmpty { break }
          said += String(decoding: data, as: UTF8.self)
        }
      }
      // It reads what waits in the kernel once a second.
      usleep(1_500_000)
      // timeout(1) hands the signal on.
      kill(process.processIdentifier, SIGINT)
      said += String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      process.waitUntilExit()
      func count(_ words: String) -> Int? {
        said.split(separator: "\n").first { $0.hasSuffix(words) }
          .flatMap { Int($0.prefix { $0.isNumber }) }
      }
      let outcome = Outcome(
        flood: flood, captured: try #require(count(" packets captured"), "\(said)"),
        dropped: try #require(count(" packets dropped by kernel"), "\(said)"))
      outcome.tell(of: "tcpdump -w /dev/null")
      return outcome
    }
  }
#endif

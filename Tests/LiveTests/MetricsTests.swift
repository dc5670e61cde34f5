#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// `finwait live --metrics`, asked as monitoring systems ask.
  @Suite(.withNamespaces)
  final class MetricsTests: JoinedHosts {
    private func live(_ arguments: [String] = []) throws -> LiveProcess {
      // The loopback interface would show the tests' own requests.
      try LiveProcess(["-i", "eth0", "--metrics", "9464"] + arguments, on: server)
    }

    private func get(_ path: String, accept: String = "*/*", port: Int = 9464) throws -> String {
      let program = """
        import sys, urllib.request
        request = urllib.request.Request(sys.argv[1], headers={"Accept": sys.argv[2]})
        print(urllib.request.urlopen(request, timeout=5).read().decode(), end="")
        """
      return try server.run("python3", "-c", program, "http://127.0.0.1:\(port)\(path)", accept)
    }

    private func value(_ name: String) throws -> Double? {
      let line = try get("/metrics").split(separator: "\n").first { $0.hasPrefix(name + " ") }
      return line.flatMap { Double($0.dropFirst(name.count + 1)) }
    }

    @Test func aLeakIsMeasuredWhileItLasts() throws {
      let live = try live()
      let leak = try Traffic.Leak(from: client, to: server)
      let row = #"finwait_endpoints{service="8080",side="service",state="CLOSE_WAIT"}"#
      try live.wait { try self.value(row) == 1 }
      #expect(try value(#"finwait_close_wait_age_seconds_bucket{le="+Inf"}"#) == 1)
      #expect(try value("finwait_close_wait_age_seconds_count") == 1)
      try live.wait { try self.value(#"finwait_findings{kind="close_wait"}"#) == 1 }
      #expect(try value("finwait_time_wait_entered_total") == 0)
      try leak.close()
      try live.wait { try self.value(row) == 0 }
      #expect(try value("finwait_time_wait_entered_total") == 1)
      #expect(try value("finwait_close_wait_age_seconds_count") == 0)
      #expect(try live.end(by: SIGINT) == 0)
    }

    @Test func closesAreCounted() throws {
      let live = try live()
      try Traffic.converse(6, from: client, to: server)
      try Traffic.abort(from: client, to: server)
      try live.wait { try self.value(#"finwait_resets_total{cause="unread-data"}"#) == 1 }
      #expect(try value("finwait_time_wait_entered_total") == 6)
      #expect(try value("finwait_connections_seen_total") == 7)
      #expect(
        try value(#"finwait_endpoints{service="8080",side="client",state="TIME_WAIT"}"#) == 6)
      let packets = try #require(try value(#"finwait_packets_total{interface="eth0"}"#))
      #expect(packets >= 60)
      let start = try #require(try value("process_start_time_seconds"))
      #expect((0..<60).contains(Date().timeIntervalSince1970 - start))
      #expect(try live.end(by: SIGINT) == 0)
    }

    @Test func servicesBeyondTheLimitAreOther() throws {
      let live = try live(["--metrics-services", "0"])
      try Traffic.converse(1, from: client, to: server)
      let row = #"finwait_endpoints{service="other",side="client",state="TIME_WAIT"}"#
      try live.wait { try self.value(row) == 1 }
      #expect(try !get("/metrics").contains(#"service="8080""#))
      #expect(try live.end(by: SIGINT) == 0)
    }

    @Test func thereIsNothingElse() throws {
      let live = try live()
      #expect(throws: NamespaceHost.Failed.self) { try get("/") }
      #expect(throws: NamespaceHost.Failed.self) { try get("/metrics/../metrics2") }
      #expect(try live.end(by: SIGINT) == 0)
    }

    @Test func whatCannotBeServedIsSaid() throws {
      let first = try live()
      let second = try live()
      #expect(try second.end() == 74)
      #expect(
        try second.errors
          == "finwait: cannot serve metrics on 127.0.0.1:9464: Address already in use\n")
      for listener in ["", "x", "127.0.0.1", "::1:9464", "127.0.0.1:65536", "1.2.3:80"] {
        let refused = try LiveProcess(["--metrics", listener], on: server)
        #expect(try refused.end() == 64, "\(listener)")
      }
      let other = try LiveProcess(["--metrics", "[::1]:9465"], on: server)
      #expect(try other.end(by: SIGINT) == 0)
      #expect(try first.end(by: SIGINT) == 0)
    }

    // MARK: Prometheus

    private static func isInstalled(_ program: String) -> Bool {
      ["/usr/bin/", "/usr/local/bin/"].contains {
        FileManager.default.isExecutableFile(atPath: $0 + program)
      }
    }

    @Test(.enabled(if: isInstalled("promtool"), "promtool is not installed"))
    func promtoolHasNothingToSay() throws {
      let live = try live()
      let leak = try Traffic.Leak(from: client, to: server)
      try live.wait { try self.value("finwait_close_wait_age_seconds_count") == 1 }
      let file = scratch.appendingPathComponent("metrics")
      try Data(get("/metrics").utf8).write(to: file)
      let said = try server.run("sh", "-c", "promtool check metrics < \(file.path) 2>&1")
      #expect(said == "")
      #expect(try live.end(by: SIGINT) == 0)
      withExtendedLifetime(leak) {}
    }

    @Test(.enabled(if: isInstalled("prometheus"), "prometheus is not installed"))
    func prometheusScrapesIt() throws {
      let live = try live()
      let leak = try Traffic.Leak(from: client, to: server)
      let configuration = scratch.appendingPathComponent("prometheus.yml")
      try Data(
        """
        global: {scrape_interval: 1s}
        scrape_configs:
          - job_name: finwait
            static_configs: [{targets: ["127.0.0.1:9464"]}]

        """.utf8
      ).write(to: configuration)
      let prometheus = Process()
      prometheus.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      prometheus.arguments = server.insideWithSignals([
        "timeout", "60", "prometheus", "--config.file=\(configuration.path)",
        "--storage.tsdb.path=\(scratch.path)/data", "--web.listen-address=127.0.0.1:9090",
      ])
      prometheus.standardError = FileHandle.nullDevice
      try prometheus.run()
      defer {
        // timeout(1) hands the signal on.
        prometheus.terminate()
        prometheus.waitUntilExit()
      }
      try live.wait {
        self.answer("up") == "1"
          && self.answer(#"finwait_endpoints{state="CLOSE_WAIT",service="8080"}"#) == "1"
      }
      // The type that only OpenMetrics has.
      try live.wait { self.answer("finwait_close_wait_age_seconds_gcount") == "1" }
      #expect(answer(#"finwait_build_info{version!=""}"#) == "1")
      #expect(try live.end(by: SIGINT) == 0)
      withExtendedLifetime(leak) {}
    }

    /// What Prometheus answers to a query; nil: nothing yet.
    private func answer(_ query: String) -> String? {
      var allowed = CharacterSet.alphanumerics
      allowed.insert("_")
      guard let text = query.addingPercentEncoding(withAllowedCharacters: allowed),
        case .success(let said) = Result(catching: {
          try get("/api/v1/query?query=\(text)", port: 9090)
        }),
        case .success(let object) = Result(catching: {
          try JSONSerialization.jsonObject(with: Data(said.utf8)) as? [String: Any]
        }),
        let data = object?["data"] as? [String: Any],
        let results = data["result"] as? [[String: Any]],
        let pair = results.first?["value"] as? [Any]
      else { return nil }
      return pair.last as? String
    }
  }
#endif

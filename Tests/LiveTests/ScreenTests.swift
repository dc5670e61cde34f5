#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// The screen of `finwait live`, seen and used in a real terminal.
  @Suite(.enabled(if: TmuxTerminal.obstacle == nil, "\(TmuxTerminal.obstacle ?? "")"))
  struct ScreenTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Screens")

    private let client: NamespaceHost
    private let server: NamespaceHost

    init() throws {
      client = try NamespaceHost()
      server = try NamespaceHost()
      try client.join(server)
    }

    private func start(_ terminal: TmuxTerminal, _ options: String = "") throws {
      try terminal.enter("\(try BuiltProgram.url().path) live --utc --duration 60 \(options)")
      try terminal.wait(for: "[1] CLOSE_WAIT")
    }

    /// Sends a signal to the one that runs on the server.
    private func send(_ signal: String) throws {
      try server.run(
        "pkill", "--signal", signal, "--ns", "\(server.pid)", "--nslist", "net", "-f",
        "finwait live")
    }

    /// What differs from one run to the next, left out: numbers, graphs, and the room between them.
    private func masked(_ lines: [String]) -> String {
      lines.map { line in
        line.replacing(/[▁▂▃▄▅▆▇█▏▎▍▌▋▊▉]+/, with: "")
          .replacing(/─+/, with: "─")
          .replacing(/\/[-\w.\/…]+$/, with: "GROUP")
          .replacing(/\b[0-9]+([:.,][0-9]+)*\b/, with: "N")
          .replacing(/N min( N s)?/, with: "N s")
          .replacing(/[ ]+/, with: " ")
          .replacing(/[ ]$/, with: "") + "\n"
      }.joined()
    }

    private func expect(_ terminal: TmuxTerminal, isAsIn name: String) throws {
      let file = Self.folder.appendingPathComponent(name)
      let text = masked(try terminal.lines)
      if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] != nil {
        try Data(text.utf8).write(to: file)
      }
      let recorded = try String(contentsOf: file, encoding: .utf8)
      let seen = try terminal.lines.joined(separator: "\n")
      #expect(text == recorded, "\(name): \(seen)")
    }

    @Test(arguments: [(80, 24), (200, 50)])
    func itShowsWhatIsOpenAndWhoHoldsIt(columns: Int, rows: Int) throws {
      let terminal = try TmuxTerminal(columns: columns, rows: rows, on: server)
      let old = try Traffic.Leak(from: client, to: server)
      usleep(1_200_000)
      try start(terminal)
      try Traffic.converse(4, from: client, to: server)
      try Traffic.redial(from: client, to: server)
      try terminal.wait(for: "/s  none lost")
      try terminal.wait(for: "taken up")
      try terminal.wait { $0.contains { $0.contains("\(old.pid)  ") && $0.contains("≥") } }
      try terminal.wait { $0.last?.hasPrefix("q quit") ?? false }
      let lines = try terminal.lines
      #expect(lines.count == rows && lines.allSatisfy { $0.count <= columns })
      try expect(terminal, isAsIn: "\(columns)x\(rows).txt")
      #expect(try terminal.hasCursorLine() && terminal.isFullScreen())
      try terminal.type("q")
      try terminal.wait(for: TmuxTerminal.prompt)
      #expect(try terminal.scrollback.contains("any: live, linux-sll2, "))
      #expect(try terminal.isRestored())
    }

    /// What README.md shows was seen so, but for numbers.
    @Test func theReadmeShowsAScreenOfTheseTests() throws {
      let readme = Self.folder.appendingPathComponent("../../../README.md").standardized
      let text = try String(contentsOf: readme, encoding: .utf8)
      let block = try #require(text.split(separator: "<!-- screen: 80x24 -->\n```text\n").last)
      let pane = try #require(block.split(separator: "```", maxSplits: 1).first)
      let lines = pane.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      let recorded = try String(
        contentsOf: Self.folder.appendingPathComponent("80x24.txt"), encoding: .utf8)
      #expect(masked(lines.map(String.init)) == recorded)
    }

    @Test func keysChooseWhatIsSeen() throws {
      let terminal = try TmuxTerminal(columns: 100, rows: 30, on: server)
      try start(terminal)
      let leak = try Traffic.Leak(from: client, to: server)
      try Traffic.converse(6, from: client, to: server)
      try terminal.wait(for: "CLOSE_WAIT 1 end here")
      try terminal.type("?")
      try terminal.wait(for: "choose a list")
      try terminal.type("Escape")
      try terminal.wait(for: "[1] CLOSE_WAIT")
      // The ladder of the leak, from its SYN on.
      try terminal.type("Enter")
      try terminal.wait(for: "Connection 1: 10.9.0.1:")
      let ladder = try terminal.lines.joined(separator: "\n")
      #expect(ladder.contains("[SYN] seq=0"), "\(ladder)")
      #expect(ladder.contains("CLOSE_WAIT") && ladder.contains("[FIN, ACK]"), "\(ladder)")
      try terminal.type("q")
      try terminal.wait(for: "[1] CLOSE_WAIT")
      // A filter for ends that are not there, and for those that are.
      try terminal.type("4", "z", "/")
      try terminal.enter("time_wait fd09::2")
      try terminal.wait { lines in
        lines.contains { $0.hasPrefix("[4] Ends 3 ") } && lines.contains { $0.hasPrefix("> ") }
          && lines.contains { $0.contains("filter: time_wait fd09::2") }
      }
      #expect(try terminal.lines.count { $0.contains("TIME_WAIT  ") && $0.contains("fd09") } == 3)
      try terminal.type("Space")
      try terminal.wait(for: "FROZEN")
      try Traffic.converse(2, from: client, to: server)
      usleep(1_200_000)
      #expect(try terminal.lines.contains { $0.hasPrefix("[4] Ends 3 ") })
      try terminal.type("Enter")
      try terminal.wait(for: "Connection ")
      try terminal.type("Escape")
      try terminal.wait(for: "[4] Ends 3 ")
      try terminal.type("Space")
      try terminal.wait(for: "[4] Ends 4 ")
      try terminal.type("q")
      try terminal.wait(for: TmuxTerminal.prompt)
      withExtendedLifetime(leak) {}
    }

    /// An idle connection sends nothing: the kernel alone tells of it.
    @Test func whatWasOpenBeforeIsListedToo() throws {
      let idle = try Traffic.Leak(from: client, to: server, isBegun: false)
      let terminal = try TmuxTerminal(columns: 100, rows: 30, on: server)
      try start(terminal)
      try terminal.wait { lines in
        lines.contains { $0.hasPrefix("ESTABLISHED       1 ") }
          && lines.contains {
            $0.contains("≥") && $0.contains("ESTABLISHED") && $0.contains(" \(idle.pid)")
          }
      }
      try terminal.type("4", "Enter")
      try terminal.wait(for: "the kernel alone tells of it")
    }

    @Test func theClientThatRunsOutOfPortsIsSeen() throws {
      try client.run(
        "sh", "-c", "echo '40000 40049' > /proc/sys/net/ipv4/ip_local_port_range")
      let terminal = try TmuxTerminal(columns: 100, rows: 30, on: client)
      try start(terminal)
      try Traffic.converse(78, from: client, to: server)
      try terminal.wait { lines in
        lines.contains { $0.contains("of 50 ports") }
          && lines.contains { $0.contains("10.9.0.1  10.9.0.2:8080") && $0.contains("78 %") }
      }
      // The same with more ports, which the kernel has from now on.
      try client.run(
        "sh", "-c", "echo '40000 40099' > /proc/sys/net/ipv4/ip_local_port_range")
      try terminal.wait { lines in lines.contains { $0.contains("39 %") } }
      try terminal.type("2", "Enter")
      try terminal.wait(for: "[4] Ends 39 ")
    }

    @Test func itFitsTheTerminalWhateverItsSize() throws {
      let terminal = try TmuxTerminal(columns: 80, rows: 24, on: server)
      try start(terminal)
      for (columns, rows) in [(40, 10), (250, 70), (100, 30)] {
        try terminal.resize(columns: columns, rows: rows)
        try terminal.wait { lines in
          lines.count == rows && lines.last?.hasPrefix("q quit") ?? false
            && lines.contains { $0.contains("[1] CLOSE_WAIT") }
            && lines[0].count > columns - 10
        }
      }
    }

    @Test(arguments: ["TERM", "QUIT", "HUP", "SEGV", "ABRT"])
    func howeverItEndsTheTerminalIsGivenBack(signal: String) throws {
      let terminal = try TmuxTerminal(columns: 80, rows: 24, on: server)
      try start(terminal)
      try send(signal)
      try terminal.wait { $0.contains { $0.hasPrefix(TmuxTerminal.prompt.dropLast()) } }
      #expect(try terminal.isRestored())
    }

    @Test func itCanBeStoppedForAWhile() throws {
      let terminal = try TmuxTerminal(columns: 80, rows: 24, on: server)
      try start(terminal)
      try terminal.type("C-z")
      try terminal.wait(for: "Stopped")
      #expect(try terminal.isRestored())
      try terminal.enter("fg")
      try terminal.wait(for: "[1] CLOSE_WAIT")
      try terminal.type("C-c")
      try terminal.wait(for: TmuxTerminal.prompt)
      #expect(try terminal.isRestored())
    }

    @Test func aSnapshotIsBehindTheScreen() throws {
      let terminal = try TmuxTerminal(columns: 100, rows: 30, on: server)
      try start(terminal)
      try Traffic.converse(2, from: client, to: server)
      try send("USR1")
      usleep(500_000)
      try terminal.wait(for: "[1] CLOSE_WAIT")
      try terminal.type("q")
      try terminal.wait(for: TmuxTerminal.prompt)
      let reports = try terminal.scrollback.split(separator: "any: live, linux-sll2").count - 1
      #expect(reports == 2)
    }

    @Test(arguments: ["--no-screen", "--format jsonl", "| cat"])
    func withoutAScreenAllIsAsItWas(options: String) throws {
      let terminal = try TmuxTerminal(columns: 100, rows: 30, on: server)
      try terminal.enter("\(try BuiltProgram.url().path) live --duration 2 \(options)")
      try terminal.wait(for: "finwait: capturing on any")
      usleep(500_000)
      #expect(try !terminal.isFullScreen())
      try terminal.wait { $0.last { !$0.isEmpty } == TmuxTerminal.prompt }
      #expect(try !terminal.scrollback.contains("[1] CLOSE_WAIT"))
      #expect(try terminal.scrollback.contains("live"))
    }

    /// Nobody reads what the terminal is given, as when it was stopped with Ctrl-S.
    @Test func aTerminalThatStandsStillDoesNotStopTheCapture() throws {
      let evidence = FileManager.default.temporaryDirectory
        .appendingPathComponent("finwait-\(UUID().uuidString).pcapng")
      defer { _ = Result { try FileManager.default.removeItem(at: evidence) } }
      let terminal = try StillTerminal(
        server.inside([
          try BuiltProgram.url().path, "live", "--duration", "30", "--write", evidence.path,
        ]))
      try terminal.fill()
      let before = try Data(contentsOf: evidence).count
      try Traffic.abort(from: client, to: server)
      for _ in 0..<300 where try Data(contentsOf: evidence).count == before { usleep(10_000) }
      #expect(try Data(contentsOf: evidence).count > before)
    }
  }
#endif

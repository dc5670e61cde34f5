import Foundation
import TestSupport
import Testing

/// The files under Packaging that others copy: they can be read, and what they run runs.
struct PackagingTests {
  private static let folder = Repository.root.appendingPathComponent("Packaging")
  private static let hasYAML = succeeds(["python3", "-c", "import yaml"])
  /// The jobs check captures.
  private static let hasCheck: Bool = {
    do { return try FinwaitProcess(["help", "check"]).output.contains("--rules") } catch {
      return false
    }
  }()
  /// Networks of their own, tcpdump, and what reads the files.
  private static let canRunJobs =
    hasYAML && hasCheck && succeeds(["tcpdump", "--version"])
    && succeeds(["unshare", "--net", "ip", "link"])

  private static func succeeds(_ command: [String]) -> Bool {
    do { return try Run(command).status == 0 } catch { return false }
  }

  /// A command with its output.
  private struct Run {
    let status: Int32
    let output: String

    init(
      _ command: [String], in directory: URL? = nil, environment: [String: String] = [:]
    ) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = command
      process.currentDirectoryURL = directory
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      let pipe = Pipe()
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = pipe
      process.standardError = pipe
      try process.run()
      let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      status = process.terminationStatus
      output = String(decoding: data, as: UTF8.self)
    }
  }

  /// A YAML file as JSON.
  private static func yaml(_ name: String) throws -> [String: Any] {
    let path = folder.appendingPathComponent(name).path
    let program =
      "import json, sys, yaml; print(json.dumps(yaml.load(open(sys.argv[1]), yaml.BaseLoader)))"
    let run = try Run(["python3", "-c", program, path])
    #expect(run.status == 0, "\(run.output)")
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    return try #require(json as? [String: Any])
  }

  /// The shell lines of each file's job: GitHub's step by step, GitLab's one after the other.
  private static func steps() throws -> (
    github: [String: String], gitlab: [String], after: [String]
  ) {
    let jobs = try #require(yaml("ci/github.yml")["jobs"] as? [String: [String: Any]])
    let steps = try #require(jobs["closes"]?["steps"] as? [[String: Any]])
    var github: [String: String] = [:]
    for step in steps {
      if let name = step["name"] as? String, let run = step["run"] as? String { github[name] = run }
    }
    let job = try #require(yaml("ci/gitlab.yml")["closes"] as? [String: Any])
    return (
      github, try #require(job["script"] as? [String]),
      try #require(job["after_script"] as? [String])
    )
  }

  @Test(.enabled(if: hasYAML, "python3 has no yaml"))
  func linesAreShell() throws {
    let (github, gitlab, after) = try Self.steps()
    #expect(github.count == 6)
    for lines in Array(github.values) + [gitlab.joined(separator: "\n")] + after {
      let run = try Run(["bash", "-n", "-c", lines])
      #expect(run.status == 0, "\(lines): \(run.output)")
    }
  }

  /// The jobs as they stand, in a network of their own, with a test that closes its sockets and one
  /// that does not.
  @Test(
    .enabled(if: canRunJobs, "needs root, tcpdump, python3 with yaml, and finwait check"),
    arguments: [true, false])
  func jobsRun(isGitLab: Bool) throws {
    let (github, gitlab, after) = try Self.steps()
    let script: String
    if isGitLab {
      script = gitlab.joined(separator: "\n")
    } else {
      script = try ["Begin to record", "Test", "End recording", "Check"].map {
        try #require(github[$0])
      }.joined(separator: "\n")
    }
    for closes in [true, false] {
      let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("packaging-tests-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
      defer { _ = Result { try FileManager.default.removeItem(at: directory) } }
      try prepare(directory, closes: closes)
      let extract = isGitLab ? after[0] : try #require(github["Extract what was found"])
      try Data("set -e\nip link set lo up\n\(script)".utf8)
        .write(to: directory.appendingPathComponent("job"))
      try Data("\(extract)".utf8).write(to: directory.appendingPathComponent("after"))
      let path = "\(directory.path):" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
      let environment = ["PATH": path, "CI_JOB_STATUS": closes ? "success" : "failed"]
      let run = try Run(
        ["timeout", "60", "unshare", "--net", "--pid", "--fork", "--kill-child", "bash", "job"],
        in: directory, environment: environment)
      #expect(run.status == (closes ? 0 : 1), "\(run.output)")
      if closes { continue }
      #expect(run.output.contains("CLOSE_WAIT"))
      let kept = try Run(["bash", "after"], in: directory, environment: environment)
      #expect(kept.status == 0, "\(kept.output)")
      let extracted = directory.appendingPathComponent("extract.pcapng").path
      #expect(FileManager.default.fileExists(atPath: extracted))
    }
  }

  /// A test, finwait and the rules in a folder; `sudo` does nothing, since we are root.
  private func prepare(_ directory: URL, closes: Bool) throws {
    func put(_ name: String, _ text: String) throws {
      let file = directory.appendingPathComponent(name)
      try Data(text.utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    try put("sudo", "#!/bin/sh\nexec \"$@\"\n")
    try put("finwait", "#!/bin/sh\nexec \(BuiltProgram.url().path) \"$@\"\n")
    try put(
      "run-integration-tests",
      """
      #!/usr/bin/env python3
      import socket, time
      server = socket.create_server(("127.0.0.1", 8080))
      client = socket.create_connection(("127.0.0.1", 8080))
      accepted, _ = server.accept()
      client.close()
      if \(closes ? "True" : "False"):
          accepted.close()
      else:
          time.sleep(6)
          # A sign of life, by which the time that has passed shows.
          socket.create_connection(("127.0.0.1", 8080)).close()
      """)
    let rules = Self.folder.appendingPathComponent("ci/finwait.yml")
    try FileManager.default.copyItem(
      at: rules, to: directory.appendingPathComponent("finwait.yml"))
  }

  // MARK: The archive of make dist

  private static let archive: String? = {
    let folder = Repository.root.appendingPathComponent(".build/dist")
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: folder.path) } catch {
      return nil
    }
    return names.first { $0.hasSuffix(".tar.gz") }.map { folder.appendingPathComponent($0).path }
  }()

  /// What `make dist` made runs where there is nothing but the C library and libpcap with its own.
  @Test(
    .enabled(
      if: archive != nil && succeeds(["unshare", "--mount", "chroot", "/", "true"]),
      "no make dist, or no root"))
  func theArchiveNeedsLibpcapAlone() throws {
    let root = FileManager.default.temporaryDirectory
      .appendingPathComponent("dist-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    defer { _ = Result { try FileManager.default.removeItem(at: root) } }
    let script = """
      set -e
      tar --extract --gzip --file "$1" --strip-components 1 --directory "$2"
      # libpcap, and what it and the C library bring: of finwait nothing else is asked for.
      libpcap=$(ldd "$2/bin/finwait" | awk '/libpcap/ { print $3 }')
      for library in "$libpcap" $(ldd "$libpcap" | grep -o '/[^ ]*') $(ldd "$2/bin/finwait" \
        | grep -oE '/[^ ]*/(libc|libm|ld-linux[^ ]*)[.]so[^ ]*'); do
        install -D "$library" "$2$library"
      done
      cp "$3" "$2/in.pcap"
      # Where a program finds its own arguments.
      mkdir "$2/proc"
      mount --bind /proc "$2/proc"
      chroot "$2" /bin/finwait read /in.pcap --format jsonl
      chroot "$2" /bin/finwait extract /in.pcap -o /out.pcapng
      test -s "$2/out.pcapng"
      """
    let capture = Repository.captures.appendingPathComponent("02-graceful-close-by-server.pcap.gz")
    let run = try Run(
      [
        "unshare", "--mount", "bash", "-c", script, "bash", #require(Self.archive), root.path,
        capture.path,
      ])
    #expect(run.status == 0, "\(run.output)")
    #expect(run.output.contains("\"time_wait\""))
  }
}

import Foundation
import TestSupport
import Testing

/// The files under Packaging that others copy: they can be read, and what they run runs.
struct PackagingTests {
  private static let folder = Repository.root.appendingPathComponent("Packaging")
  private static let hasYAML = succeeds(["python3", "-c", "import yaml"])
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

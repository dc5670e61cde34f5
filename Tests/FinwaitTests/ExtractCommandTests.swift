import Foundation
import TestSupport
import Testing

/// What `finwait extract` is told, and what it says.
struct ExtractCommandTests {
  private final class Scratch {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("extract-command-\(UUID().uuidString)")

    init() throws {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { _ = Result { try FileManager.default.removeItem(at: directory) } }

    func path(_ name: String) -> String { directory.appendingPathComponent(name).path }
    var names: [String] {
      get throws { try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() }
    }
  }

  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func extract(_ arguments: [String]) throws -> FinwaitProcess {
    try FinwaitProcess(["extract"] + arguments, in: Repository.captures)
  }

  private func summary(_ path: String) throws -> [String: Any] {
    let run = try FinwaitProcess(["read", path, "--format", "json"])
    let document = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    return try #require((document as? [String: Any])?["summary"] as? [String: Any])
  }

  @Test func choices() throws {
    let output = scratch.path("out.pcapng")
    let busy = "15-busy-server.pcap"
    func kinds(_ options: [String]) throws -> [String: Int] {
      let run = try extract([busy, "-o", output] + options)
      #expect(run.status == 0, "\(run.errors)")
      return try #require(summary(output)["findings_by_kind"] as? [String: Int])
    }
    let waiting = try kinds(["--finding", "close_wait"])
    #expect(waiting["close_wait"] == 5)
    #expect(waiting["time_wait"] == nil)
    #expect(waiting["reset"] == nil)
    #expect(try kinds(["--connection", "3"])["close_wait"] == 1)
    let resets = try kinds([
      "--finding", "reset", "--finding", "late_packets", "--service", ":8080",
    ])
    #expect(resets["reset"] == 6)
    #expect(try extract([busy, "-o", output, "--service", "192.0.2.2:80"]).status == 64)
    #expect(try kinds(["--service", "192.0.2.2:8080", "--min-age", "60"])["close_wait"] == 3)
  }

  @Test func aConnectionWithoutFindings() throws {
    let output = scratch.path("out.pcapng")
    let run = try extract(["18-refused-port.pcap", "-o", output, "--connection", "1"])
    #expect(run.status == 0)
    #expect(run.errors.contains("1 connection"))
    #expect(try summary(output)["connections"] as? Int == 1)
  }

  @Test func theKeyDecidesAndNothingElse() throws {
    func bytes(_ name: String, _ options: [String]) throws -> Data {
      let run = try extract(["03-close-wait-server.pcap", "-o", scratch.path(name)] + options)
      #expect(run.status == 0)
      return try Data(contentsOf: URL(fileURLWithPath: scratch.path(name)))
    }
    let one = try bytes("1", ["--anonymize", "--key", "one"])
    #expect(try bytes("2", ["--anonymize", "--key", "one", "--threads", "2"]) == one)
    #expect(try bytes("3", ["--anonymize", "--key", "two"]) != one)
    #expect(try bytes("4", ["--anonymize"]) != bytes("5", ["--anonymize"]))
    let plain = try bytes("6", [])
    #expect(try bytes("7", []) == plain)
  }

  @Test func portsAndTimes() throws {
    let output = scratch.path("out.pcapng")
    let run = try extract(
      ["03-close-wait-server.pcap", "-o", output, "--anonymize", "--key", "k", "--anonymize-ports"]
        + ["--keep-ports", "443,8080", "--shift-times"])
    #expect(run.status == 0)
    let read = try FinwaitProcess(["read", output, "--utc"])
    #expect(read.output.contains("From 2000-01-01 00:00:00.000 UTC"))
    #expect(read.output.contains(":8080"))
    #expect(!read.output.contains(":40001"))
  }

  /// Captures that lie beside each other, of two link types.
  @Test func severalFiles() throws {
    let output = scratch.path("out.pcapng")
    let captures = ["03-close-wait-server.pcap", "06-fin-wait-2-orphan.pcap", "16-ipv6.pcap"]
    let run = try extract(captures + ["-o", output])
    #expect(run.status == 0)
    let before = try FinwaitProcess(
      ["read"] + captures + ["--format", "json"], in: Repository.captures)
    let document = try JSONSerialization.jsonObject(with: Data(before.output.utf8))
    let kinds = ((document as? [String: Any])?["summary"] as? [String: Any])?["findings_by_kind"]
    #expect(try summary(output)["findings_by_kind"] as? [String: Int] == kinds as? [String: Int])
  }

  @Test func inputsAreNotReplaced() throws {
    let capture = Repository.captures.appendingPathComponent("03-close-wait-server.pcap")
    let copy = scratch.path("in.pcap")
    try FileManager.default.copyItem(at: capture, to: URL(fileURLWithPath: copy))
    let link = scratch.path("link.pcap")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: copy)
    for output in [copy, link] {
      let run = try extract([copy, "-o", output])
      #expect(run.status == 64)
      #expect(run.errors.contains("would replace the input"))
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == Data(contentsOf: capture))
  }

  @Test func whatCannotBeDone() throws {
    let capture = "03-close-wait-server.pcap"
    let output = scratch.path("out.pcapng")
    let mistakes: [([String], Int32, String)] = [
      ([capture, "-o", output, "--connection", "99"], 64, "there is no connection 99"),
      (["18-refused-port.pcap", "-o", output], 64, "nothing to extract"),
      ([capture, "-o", output, "--finding", "leak"], 64, "close_wait"),
      ([capture, "-o", output, "--service", "8080"], 64, ":8080"),
      ([capture, "-o", output, "--service", "fe80::1:80"], 64, "[2001:db8::5]:443"),
      ([capture, "-o", output, "--key", "k"], 64, "--anonymize"),
      ([capture, "-o", output, "--keep-ports", "80"], 64, "--anonymize-ports"),
      (
        [capture, "-o", output, "--anonymize", "--anonymize-ports", "--keep-ports", "80,x"], 64,
        "65535"
      ),
      (["-", "-o", output], 64, "twice"),
      ([capture, "-o", "-"], 64, "twice"),
      ([capture], 64, "--output"),
      (["none.pcap", "-o", output], 66, "none.pcap"),
      ([capture, "-o", scratch.path("none/out.pcapng")], 74, "none/out.pcapng"),
      ([capture, "-o", scratch.directory.path], 74, scratch.directory.lastPathComponent),
    ]
    for (arguments, status, words) in mistakes {
      let run = try extract(arguments)
      #expect(run.status == status, "\(arguments): \(run.errors)")
      #expect(run.errors.contains(words), "\(arguments): \(run.errors)")
    }
    #expect(try scratch.names == [])
    let parent = scratch.directory.deletingLastPathComponent().path
    let left = try FileManager.default.contentsOfDirectory(atPath: parent)
      .filter { $0.hasPrefix(".\(scratch.directory.lastPathComponent)") }
    #expect(left == [])
  }
}

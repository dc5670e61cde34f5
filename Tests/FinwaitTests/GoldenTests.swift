import Foundation
import Testing

/// The reports of every sample capture, byte for byte.
///
/// `RECORD_GOLDEN=1` writes them anew; look at the difference before it is committed.
@Suite(.enabled(if: Repository.hasGoldens, "no golden reports: make goldens writes them"))
struct GoldenTests {
  /// Each form and the arguments that give it, after the capture's name.
  static let forms: [(suffix: String, arguments: @Sendable (String) -> [String])] = [
    ("txt", { ["read", $0, "--utc"] }),
    ("json", { ["read", $0, "--format", "json", "--all"] }),
    ("netstat.txt", { ["netstat", $0, "--utc", "--all"] }),
    ("explain.txt", { ["explain", $0, "1", "--utc"] }),
  ]

  @Test(arguments: Repository.captureNames)
  func reportsAreAsRecorded(capture: String) throws {
    for form in Self.forms {
      let run = try FinwaitProcess(form.arguments(capture), in: Repository.captures)
      #expect(run.status == 0, "\(run.errors)")
      let golden = Repository.goldens.appendingPathComponent("\(capture).\(form.suffix)")
      if Repository.isRecording {
        try FileManager.default.createDirectory(
          at: Repository.goldens, withIntermediateDirectories: true)
        try Data(run.output.utf8).write(to: golden)
        continue
      }
      let recorded = try String(contentsOf: golden, encoding: .utf8)
      #expect(run.output == recorded, "\(golden.lastPathComponent)")
    }
  }

  /// The two JSON forms hold the same objects.
  @Test(arguments: Repository.captureNames)
  func linesAndDocumentAgree(capture: String) throws {
    func run(_ format: String) throws -> String {
      let arguments = ["read", capture, "--format", format, "--all"]
      return try FinwaitProcess(arguments, in: Repository.captures).output
    }
    let document = try run("json")
    let lines = try run("jsonl").split(separator: "\n")
    #expect(!lines.isEmpty)
    for line in lines { #expect(document.contains(line)) }
  }
}

import Foundation
import TestSupport
import Testing

/// Damaged, fuzzed and foreign files: the program says so, and never falls over.
@Suite(.enabled(if: CaptureCorpus.shared != nil, "\(CaptureCorpus.missing)"))
struct MalformedCorpusTests {
  private static var captures: [CaptureCorpus.Row] {
    (CaptureCorpus.shared?.rows ?? []).filter { !$0.isRegular }
  }

  /// 200 MB of address space, which bounds memory from above, and 10 s. Whoever needs more is
  /// killed, or dies of it.
  private static let limits = [
    "/bin/sh", "-c", #"ulimit -v 204800 && exec timeout -s KILL 10 "$0" "$@""#,
  ]

  private struct Document: Decodable {
    struct Capture: Decodable {
      struct Damage: Decodable {
        let file: String
        let offset: UInt64
        let message: String
      }
      let packets: Int
      let skipped: [String: Int]
      let damage: [Damage]
    }
    let captures: [Capture]
  }

  @Test func thereAreMany() { #expect(Self.captures.count > 100) }

  @Test func limitsBite() throws {
    let wrapper = ["/bin/sh", "-c", #"ulimit -v 20000 && exec "$0" "$@""#]
    let capture = try #require(Self.captures.first)
    let run = try FinwaitProcess(["read", capture.path], wrapper: wrapper)
    #expect(run.status != 0 && run.status != 2)
  }

  @Test(arguments: captures.map(\.path))
  func isReadToWhereItIsDamaged(path: String) throws {
    let run = try FinwaitProcess(
      ["read", "--all", "--format", "json", path], wrapper: Self.limits)
    #expect(run.status == 0 || run.status == 2, "\(run.errors)")
    let document = try JSONDecoder().decode(Document.self, from: Data(run.output.utf8))
    let capture = try #require(document.captures.first)
    #expect(document.captures.count == 1)

    let damage = capture.damage.map { "finwait: \($0.file): at byte \($0.offset): \($0.message)" }
    let lines = run.errors.split(separator: "\n").map(String.init)
    #expect(capture.damage.allSatisfy { $0.file == path })
    #expect(damage.allSatisfy(lines.contains), "\(lines)")
    let others = lines.filter { !damage.contains($0) }
    #expect(others.allSatisfy { $0.hasPrefix("finwait: \(path): of no link type") }, "\(others)")
    #expect((run.status == 2) == !lines.isEmpty, "\(lines)")
    let ofUnknownType = capture.skipped["unknown_link_type"] ?? 0
    #expect(others.isEmpty == (ofUnknownType == 0 || ofUnknownType < capture.packets))
  }
}

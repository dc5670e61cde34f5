import Dissection
import Foundation
import Testing

@testable import Reporting
@testable import Tracking

/// Screens as they are drawn, cell for cell: `Tests/ReportingTests/Screens`.
///
/// `RECORD_GOLDEN=1` writes them anew; look at the difference before it is committed.
@Suite struct ScreenPageTests {
  private static let sizes = [
    ScreenSize(columns: 80, rows: 24), ScreenSize(columns: 200, rows: 50),
    ScreenSize(columns: 40, rows: 10),
  ]
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Screens")

  private func expect(_ page: ScreenPage, isAsIn name: String) throws {
    let file = Self.folder.appendingPathComponent(name)
    // Spaces at the end of a line would not survive every editor.
    let text = page.lines.map { line in
      String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
    if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] != nil {
      try Data(text.utf8).write(to: file)
    }
    #expect(try text == String(contentsOf: file, encoding: .utf8), "\(name)")
  }

  private func name(_ size: ScreenSize) -> String { "\(size.columns)x\(size.rows)" }

  @Test(arguments: sizes) func theListsAreAsRecorded(size: ScreenSize) throws {
    try expect(ScreenFixture.page(size), isAsIn: "\(name(size)).txt")
  }

  @Test(arguments: sizes) func theHelpIsAsRecorded(size: ScreenSize) throws {
    try expect(
      ScreenFixture.page(size, ScreenFixture.view("?")), isAsIn: "\(name(size)).help.txt")
  }

  @Test(arguments: sizes) func aFilteredAndZoomedListIsAsRecorded(size: ScreenSize) throws {
    let view = ScreenFixture.view("4zs/8080 !time", .enter, .down)
    try expect(ScreenFixture.page(size, view), isAsIn: "\(name(size)).zoom.txt")
  }

  @Test(arguments: sizes) func aLadderIsAsRecorded(size: ScreenSize) throws {
    var snapshot = ScreenFixture.snapshot()
    snapshot.ladder = Self.ladder
    var view = ScreenView()
    view.openLadder()
    try expect(
      ScreenFixture.page(size, view, of: snapshot), isAsIn: "\(name(size)).ladder.txt")
  }

  static var ladder: ScreenLadder {
    ScreenLadder(
      report: ExplainReport(
        connection: Fixture.closeWait(1), ladder: LadderTests.ladder(plain: 20),
        instant: ScreenFixture.now, minimumAge: .zero), missing: 2)
  }

  // MARK: Any size

  static let views: [ScreenView] = {
    var ladder = ScreenView()
    ladder.openLadder()
    return [
      ScreenView(), ladder, ScreenFixture.view("?"), ScreenFixture.view("/10.0.0"),
      ScreenFixture.view("3z "), ScreenFixture.view("4", .end, .enter),
    ]
  }()

  @Test(arguments: [(1, 1), (2, 3), (7, 5), (40, 10), (79, 13), (80, 24), (200, 50), (600, 300)])
  func aPageIsAsLargeAsTheScreen(columns: Int, rows: Int) {
    var snapshot = ScreenFixture.snapshot(of: ScreenFixture.connections + TextTests.everything)
    snapshot.ladder = Self.ladder
    for view in Self.views {
      for palette in [Palette.plain, .colored] {
        let page = ScreenFixture.page(
          ScreenSize(columns: columns, rows: rows), view, of: snapshot, palette: palette)
        #expect(page.lines.count == rows)
        #expect(page.lines.allSatisfy { $0.columns <= columns })
        #expect(page.lines.allSatisfy { !$0.contains("\n") })
      }
    }
  }

  @Test func aLadderIsScrolledToItsEndAndNoFarther() {
    var snapshot = ScreenFixture.snapshot()
    snapshot.ladder = Self.ladder
    let size = ScreenSize(columns: 80, rows: 24)
    var view = ScreenView()
    view.openLadder()
    _ = view.take(.end, snapshot)
    let page = ScreenFixture.page(size, view, of: snapshot)
    #expect(page.lines.contains { $0.contains("To see it in Wireshark") })
    view.settle(page)
    _ = view.take(.up, snapshot)
    #expect(ScreenFixture.page(size, view, of: snapshot).scroll == page.scroll - 1)
  }

  // MARK: Colours and hostile text

  @Test func coloursChangeNoCell() {
    for size in Self.sizes {
      let plain = ScreenFixture.page(size)
      let colored = ScreenFixture.page(size, palette: .colored)
      #expect(plain.lines.allSatisfy { !$0.contains("\u{1B}") })
      #expect(colored.lines.contains { $0.contains("\u{1B}[31m") })
      #expect(colored.lines.contains { $0.contains("\u{1B}[7m") }, "the cursor")
      for (left, right) in zip(plain.lines, colored.lines) {
        let bare = right.replacing(/\u{1B}\[[0-9]+m/, with: "")
        #expect(bare == left)
      }
    }
  }

  @Test func hostileTextStaysHarmless() {
    let evil = "\u{1B}]0;x\u{7}\u{202E}\r\n"
    let connection = Fixture.closeWait(1, since: ScreenFixture.since(60))
    let end = connection.endpoints.responder
    var process = ScreenFixture.program(evil, 1)
    process.user = evil
    let known = HostEnd(process: process, source: .both, connection: 1)
    let host = HostEnds(addresses: [end.local.address]) { key in
      key == HostEnds.Key(local: end.local, remote: end.remote) ? known : nil
    }
    var snapshot = ScreenFixture.snapshot(of: [connection], host: host)
    snapshot.capture.interfaces = [evil]
    for keys in ["", "/" + evil] {
      var view = ScreenFixture.view(keys)
      view.message = evil
      let text = ScreenFixture.page(Self.sizes[1], view, of: snapshot).lines.joined()
      #expect(
        !text.unicodeScalars.contains {
          evil.unicodeScalars.contains($0) && $0 != "]" && $0 != "0" && $0 != ";" && $0 != "x"
        })
      #expect(text.contains("\\e]0;x\\u{7}\\u{202E}\\r\\n"))
    }
  }

  // MARK: Graphs

  @Test func graphsShowWhatIsThere() {
    #expect(Graph.columns([0, 1, 4, 8], width: 6) == "   ▁▄█")
    #expect(Graph.columns([0, 1, 1_000], width: 3) == " ▁█", "however little")
    #expect(Graph.columns([7, 8, 9], width: 1) == "█")
    #expect(Graph.columns([1], width: 0) == "")
    #expect(Graph.bar(0.5, width: 4) == "██  ")
    #expect(Graph.bar(0.28, width: 4) == "█▏  ")
    #expect(Graph.bar(7, width: 2) == "██")
  }
}

import Dissection
import Testing

@testable import Reporting
@testable import Tracking

@Suite struct ScreenViewTests {
  @Test(
    arguments: [
      ("q", [.character("q")]), ("\u{1B}[A\u{1B}[B", [.up, .down]),
      ("\u{1B}OA\u{1B}OF", [.up, .end]), ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]),
      ("\u{1B}[H\u{1B}[1~\u{1B}[4~", [.home, .home, .end]), ("\u{1B}", [.escape]),
      ("\u{1B}q", [.escape, .character("q")]), ("\t\u{1B}[Z", [.tab, .backTab]),
      ("\r\n", [.enter, .enter]), ("\u{7F}\u{8}", [.backspace, .backspace]),
      ("\u{3}\u{1A}\u{C}\u{15}", [.interrupt, .suspend, .redraw, .erase]),
      ("\u{1B}[15~\u{1B}[1;5A\u{1}", [.up]), ("ä日", [.character("ä"), .character("日")]),
      ("\u{1B}[", []), ("", []),
    ] as [(String, [ScreenKey])])
  func keysAreRead(bytes: String, keys: [ScreenKey]) {
    #expect(ScreenKey.keys(Array(bytes.utf8)) == keys)
  }

  @Test func brokenBytesAreHarmless() {
    #expect(ScreenKey.keys([0xFF, 0x80, 0xC3]).allSatisfy { $0 == .character("\u{FFFD}") })
  }

  @Test func quittingIsAskedForFromAnywhere() {
    let snapshot = ScreenFixture.snapshot(history: 1)
    for keys in ["", "?", "/abc"] {
      var view = ScreenFixture.view(keys, of: snapshot)
      #expect(view.take(.interrupt, snapshot) == .quit)
    }
    var view = ScreenView()
    #expect(view.take(.character("q"), snapshot) == .quit)
    view = ScreenFixture.view("/", of: snapshot)
    #expect(view.take(.character("q"), snapshot) == nil, "it is part of a filter")
  }

  @Test func theCursorStaysOnItsRow() throws {
    let all = ScreenFixture.connections
    let before = ScreenFixture.snapshot(of: all, history: 1)
    let view = ScreenFixture.view("jj", of: before)
    let ids = before.ids(.closeWait, view.query)
    #expect(view.cursor(.closeWait).place(in: ids) == 2)
    // The oldest is gone: the row has moved up.
    let after = ScreenFixture.snapshot(of: Array(all.dropFirst()), history: 1)
    let later = after.ids(.closeWait, view.query)
    #expect(view.cursor(.closeWait).place(in: later) == 1)
    #expect(later[1] == ids[2])
    // The row itself is gone: the cursor stays where it was.
    #expect(view.cursor(.closeWait).place(in: Array(ids.prefix(2))) == 1)
    #expect(view.cursor(.closeWait).place(in: []) == nil)
  }

  @Test func enterOpensAConnection() {
    let snapshot = ScreenFixture.snapshot(history: 1)
    var view = ScreenView()
    #expect(
      view.take(.enter, snapshot)
        == .open(
          connection: 1,
          Pair(initiator: Fixture.server, responder: Fixture.client(51_234))))
    view = ScreenFixture.view("3", of: snapshot)
    guard case .open(let connection, _)? = view.take(.enter, snapshot) else {
      Issue.record("a late packet has a connection")
      return
    }
    #expect(connection == 75)
  }

  @Test func whatWasNotCapturedHasNoLadder() {
    let snapshot = ScreenFixture.snapshot(history: 1)
    var view = ScreenFixture.view("jjj", of: snapshot)
    #expect(view.take(.enter, snapshot) == nil)
    #expect(view.message == "no packet of it was captured: the kernel alone tells of it")
  }

  @Test func enterOnTimeWaitListsItsEnds() {
    let snapshot = ScreenFixture.snapshot(history: 1)
    var view = ScreenFixture.view("2", of: snapshot)
    #expect(view.take(.enter, snapshot) == nil)
    #expect(view.panel == .ends && view.isZoomed)
    #expect(view.query.filter.text == "10.0.0.5 10.0.0.7:5432")
    let found = ScreenFixture.snapshot(view.query, history: 1).ends
    #expect(found.total == 66)
    _ = view.take(.escape, snapshot)
    #expect(view.query.filter.isEmpty && view.isZoomed)
    _ = view.take(.escape, snapshot)
    #expect(!view.isZoomed)
  }

  @Test func aFilterIsTyped() {
    let snapshot = ScreenFixture.snapshot(history: 1)
    var view = ScreenFixture.view("/pythonn", .backspace, .enter, of: snapshot)
    #expect(view.query.filter.text == "python")
    view = ScreenFixture.view("/x", .escape, of: snapshot)
    #expect(view.query.filter.isEmpty)
    view = ScreenFixture.view("/x", .erase, .character("y"), .enter, of: snapshot)
    #expect(view.query.filter.text == "y")
  }

  // MARK: Filters

  @Test(
    arguments: [
      ("", 5), ("python3", 4), ("PYTHON", 4), ("worker", 1), ("812", 1), ("www", 5),
      ("close_wait", 5), ("close", 5), ("time_wait", 0), ("8080", 5), ("51234", 1),
      ("10.0.0.9:51234", 1), ("10.0.0", 5), ("8080 !worker", 4), ("!python3 !worker", 0),
      ("!", 5), ("nonsense", 0),
    ])
  func aFilterChoosesByWords(words: String, count: Int) {
    var query = ScreenQuery()
    query.filter = ScreenFilter(words)
    #expect(ScreenFixture.snapshot(query, history: 1).closeWait.total == count)
  }

  /// What is frozen can be filtered and sorted as far as it is there.
  @Test func aFrozenSnapshotAnswersANewQuery() {
    let snapshot = ScreenFixture.snapshot(history: 1)
    var view = ScreenFixture.view(" /worker", .enter, of: snapshot)
    #expect(view.isFrozen)
    #expect(snapshot.ids(.closeWait, view.query).count == 1)
    #expect(snapshot.ids(.timeWait, view.query).isEmpty)
    #expect(snapshot.ids(.late, view.query).isEmpty)
    view = ScreenFixture.view("r", of: snapshot)
    #expect(
      snapshot.ids(.closeWait, view.query)
        == snapshot.ids(.closeWait, ScreenQuery()).reversed())
    view = ScreenFixture.view("s", of: snapshot)
    #expect(snapshot.rows(snapshot.closeWait, view.query).last?.row.host?.process?.pid == 812)
  }

  @Test func lateSegmentsAreChosenByKindToo() {
    var query = ScreenQuery()
    query.filter = ScreenFilter("duplicate")
    let rows = ScreenFixture.snapshot(query, history: 1).late.rows
    #expect(!rows.isEmpty && rows.allSatisfy { $0.kind.rawValue.contains("duplicate") })
  }
}

import Dissection
import Tracking

/// What whoever sits before a screen has chosen to see, and what each key changes of it.
public struct ScreenView: Sendable {
  /// The lists of a screen, from above.
  public enum Panel: Int, CaseIterable, Sendable {
    case closeWait, timeWait, late, ends
  }

  public enum Mode: Equatable, Sendable {
    case lists
    case help
    /// One connection's.
    case ladder
    /// A filter is being typed.
    case filter(String)
  }

  /// What is to be done that does not change the view alone.
  public enum Request: Equatable, Sendable {
    case quit, suspend, redraw
    /// Looks for the packets of a connection.
    case open(connection: Int, Pair<SocketAddress>)
  }

  /// The row that the cursor is on, and where it was in its list: it follows the row.
  struct Cursor: Sendable {
    var id: ScreenRow.ID?
    var index = 0

    /// Where it is in a list now; nil where that is empty.
    func place(in ids: [ScreenRow.ID]) -> Int? {
      if ids.isEmpty { return nil }
      return id.flatMap { ids.firstIndex(of: $0) } ?? min(index, ids.count - 1)
    }
  }

  private static let pageRows = 10
  /// Beyond the end of any ladder.
  private static let endless = 1 << 30

  public internal(set) var mode = Mode.lists
  public private(set) var query = ScreenQuery()
  var panel = Panel.closeWait
  /// The panel has all the room.
  var isZoomed = false
  public internal(set) var isFrozen = false
  /// The first line of the ladder that is seen.
  var scroll = 0
  private(set) var cursors: [Panel: Cursor] = [:]
  /// What there is to say of what was asked for last.
  public var message: String?

  public init() {}

  func cursor(_ panel: Panel) -> Cursor { cursors[panel] ?? Cursor() }

  /// Takes a key.
  ///
  /// - Parameter snapshot: what is seen.
  public mutating func take(_ key: ScreenKey, _ snapshot: ScreenSnapshot) -> Request? {
    message = nil
    switch key {
    case .interrupt: return .quit
    case .suspend: return .suspend
    case .redraw: return .redraw
    case .character, .enter, .escape, .tab, .backTab, .backspace, .up, .down, .pageUp, .pageDown,
      .home, .end, .erase:
      break
    }
    switch mode {
    case .filter(let text): type(key, after: text)
    case .help: mode = .lists
    case .ladder: scroll(key)
    case .lists: return choose(key, snapshot)
    }
    return nil
  }

  /// Shows a connection's ladder from its beginning.
  public mutating func openLadder() {
    mode = .ladder
    scroll = 0
  }

  /// Takes the line from which a ladder was shown in the end.
  public mutating func settle(_ page: ScreenPage) { scroll = page.scroll }

  // MARK: A filter

  private mutating func type(_ key: ScreenKey, after text: String) {
    switch key {
    case .character(let scalar): mode = .filter(text + String(scalar))
    case .backspace: mode = .filter(String(text.dropLast()))
    case .erase: mode = .filter("")
    case .escape: mode = .lists
    case .enter:
      mode = .lists
      query.filter = ScreenFilter(text)
    case .tab, .backTab, .up, .down, .pageUp, .pageDown, .home, .end, .interrupt, .suspend,
      .redraw:
      break
    }
  }

  // MARK: A ladder

  private mutating func scroll(_ key: ScreenKey) {
    switch key {
    case .up, .character("k"): scroll -= 1
    case .down, .character("j"): scroll += 1
    case .pageUp, .character("b"): scroll -= Self.pageRows
    case .pageDown, .character(" "): scroll += Self.pageRows
    case .home, .character("g"): scroll = 0
    case .end, .character("G"): scroll = Self.endless
    case .escape, .character("q"), .backspace, .enter: mode = .lists
    case .character, .tab, .backTab, .erase, .interrupt, .suspend, .redraw: break
    }
    scroll = max(scroll, 0)
  }

  // MARK: The lists

  private mutating func choose(_ key: ScreenKey, _ snapshot: ScreenSnapshot) -> Request? {
    switch key {
    case .up, .character("k"): move(by: -1, snapshot)
    case .down, .character("j"): move(by: 1, snapshot)
    case .pageUp: move(by: -Self.pageRows, snapshot)
    case .pageDown: move(by: Self.pageRows, snapshot)
    case .home, .character("g"): move(by: -ScreenSurvey.rowLimit, snapshot)
    case .end, .character("G"): move(by: ScreenSurvey.rowLimit, snapshot)
    case .tab: turn(by: 1)
    case .backTab: turn(by: Panel.allCases.count - 1)
    case .enter: return open(snapshot)
    case .escape: leave()
    case .character(let scalar): return choose(scalar)
    case .backspace, .erase, .interrupt, .suspend, .redraw: break
    }
    return nil
  }

  private mutating func choose(_ scalar: Unicode.Scalar) -> Request? {
    switch scalar {
    case "q": return .quit
    case "?", "h": mode = .help
    case "/": mode = .filter(query.filter.text)
    case " ": isFrozen.toggle()
    case "s": query.order = query.order.next
    case "r": query.isReversed.toggle()
    case "z": isZoomed.toggle()
    case "1", "2", "3", "4":
      panel = Panel(rawValue: Int(scalar.value) - 0x31) ?? panel
    default: break  // most characters are no key of ours
    }
    return nil
  }

  private mutating func turn(by step: Int) {
    panel = Panel(rawValue: (panel.rawValue + step) % Panel.allCases.count) ?? panel
  }

  /// Takes back one choice after the other.
  private mutating func leave() {
    if !query.filter.isEmpty {
      query.filter = ScreenFilter()
    } else {
      isZoomed = false
    }
  }

  private mutating func move(by step: Int, _ snapshot: ScreenSnapshot) {
    let ids = snapshot.ids(panel, query)
    guard let place = cursor(panel).place(in: ids) else { return }
    let index = min(max(place + step, 0), ids.count - 1)
    cursors[panel] = Cursor(id: ids[index], index: index)
  }

  private mutating func open(_ snapshot: ScreenSnapshot) -> Request? {
    let ids = snapshot.ids(panel, query)
    guard let place = cursor(panel).place(in: ids) else { return nil }
    switch ids[place] {
    case .end(let connection, let local, let remote):
      if connection > 0 {
        return .open(connection: connection, Pair(initiator: local, responder: remote))
      }
      message = "no packet of it was captured: the kernel alone tells of it"
    case .late(let frame):
      let late = snapshot.late.rows.first { $0.frame == frame }
      return late.map {
        .open(connection: $0.connection, Pair(initiator: $0.from, responder: $0.to))
      }
    case .dial(let dial):
      query.filter = ScreenFilter("\(dial.client.text) \(dial.service.text)")
      (panel, isZoomed) = (.ends, true)
    }
    return nil
  }
}

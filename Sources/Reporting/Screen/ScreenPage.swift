import Dissection
import Tracking

/// A screen drawn: what is shown of a moment, by a view, in a size.
public struct ScreenPage {
  let snapshot: ScreenSnapshot
  let view: ScreenView
  let size: ScreenSize
  let palette: Palette
  let times: TimeStyle
  /// As many as the screen has rows, none wider than it.
  public private(set) var lines: [String] = []
  /// The first line of a ladder that is seen.
  private(set) var scroll = 0

  public init(
    _ snapshot: ScreenSnapshot, _ view: ScreenView, size: ScreenSize, style: TextStyle
  ) {
    self.snapshot = snapshot
    self.view = view
    self.size = ScreenSize(columns: max(size.columns, 1), rows: max(size.rows, 1))
    palette = style.palette
    times = TimeStyle(zone: style.zone)
    var body: [String]
    switch view.mode {
    case .lists, .filter:
      body = states
      body += panels(room: self.size.rows - 2 - body.count)
    case .help: body = ScreenHelp.lines(palette)
    case .ladder:
      let lines = ladder(style)
      let room = max(self.size.rows - 2, 0)
      scroll = max(0, min(view.scroll, lines.count - room))
      body = Array(lines.dropFirst(scroll).prefix(room))
    }
    let room = max(self.size.rows - 2, 0)
    body += Array(repeating: "", count: max(0, room - body.count))
    lines = Array(([title] + body.prefix(room) + [footer]).prefix(self.size.rows))
      .map { $0.cut(to: self.size.columns) }
  }

  // MARK: The first line

  private var title: String {
    let capture = snapshot.capture
    var parts = [
      Escaping.terminal(capture.interfaces.joined(separator: ", ")).cutInTheMiddle(to: 24),
      max(capture.now.since(capture.start), .zero).wholeSeconds,
    ]
    let rate = snapshot.history.packetRate.map { ", \($0.grouped)/s" } ?? ""
    parts.append("\(capture.packets.counted("packet"))\(rate)")
    let lost = Int(clamping: capture.drops.byKernel + capture.drops.byInterface)
    parts.append(lost == 0 ? "none lost" : palette.paint("\(lost.grouped) lost", as: .problem))
    if capture.evicted > 0 {
      parts.append(palette.paint("\(capture.evicted.grouped) given up", as: .problem))
    }
    let time = (view.isFrozen ? "FROZEN " : "") + times.clock(capture.now)
    let right = view.isFrozen ? palette.paint(time, as: .caution) : time
    var left = palette.paint("finwait", as: .heading)
    for part in parts where left.columns + 2 + part.columns + 2 + right.columns <= size.columns {
      left += "  " + part
    }
    return left.filled(to: size.columns - right.columns) + right
  }

  // MARK: The last line

  private var footer: String {
    if case .filter(let text) = view.mode {
      return palette.paint("filter: ", as: .heading) + Escaping.terminal(text) + "▏"
    }
    if let message = view.message {
      return palette.paint(Escaping.terminal(message), as: .caution)
    }
    var text = ""
    if view.mode == .lists, !view.query.filter.isEmpty {
      let words = "filter: \(Escaping.terminal(view.query.filter.text))"
      text = palette.paint(words, as: .caution) + " (Esc ends it)"
    }
    for (key, what) in keys {
      let more = (text.isEmpty ? "" : "  ") + palette.paint(key, as: .heading) + " " + what
      // A key that is cut would be misread.
      if text.columns + more.columns > size.columns { break }
      text += more
    }
    return text
  }

  private var keys: [(key: String, what: String)] {
    switch view.mode {
    case .help: [("any key", "back")]
    case .ladder: [("Esc", "back"), ("↑↓ PgUp PgDn", "scroll"), ("^C", "quit")]
    case .lists, .filter:
      [
        ("q", "quit"), ("?", "help"), ("/", "filter"), ("s", "sort"), ("Space", "freeze"),
        ("Tab", "list"), ("z", "zoom"), ("Enter", "ladder"),
      ]
    }
  }

  // MARK: A ladder

  private func ladder(_ style: TextStyle) -> [String] {
    guard let ladder = snapshot.ladder else { return ["It is not in memory any more."] }
    let width = min(max(size.columns, 72), 132)
    var lines = ladder.report.lines(style, width: width)
    if ladder.missing > 0 {
      let sentence =
        "\(ladder.missing.counted("packet")) of it \(ladder.missing == 1 ? "is" : "are") not in "
        + "memory any more; the states of the rows are presumed without."
      lines.insert(
        contentsOf: sentence.wrapped(to: width).map { palette.paint($0, as: .caution) },
        at: min(lines.count, 1))
    }
    return lines
  }
}

extension TimeStyle {
  /// `14:03:22`.
  fileprivate func clock(_ time: Timestamp) -> String {
    var buffer = OutputBuffer()
    buffer.append(cell: time, self, isShort: true)
    return buffer.text
  }
}

extension Interval {
  /// In words, without what is less than a second: it would flicker.
  var wholeSeconds: String { Interval.seconds(nanoseconds / 1_000_000_000).words }
}

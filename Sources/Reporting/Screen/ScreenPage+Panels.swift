import Dissection
import Tracking

/// The lists, one below the other, each with a line that sums it up.
extension ScreenPage {
  /// The lines of a list, of which some are seen.
  struct List {
    /// A number and a word, and what follows.
    let name: String
    let summary: String
    /// At the right end of its first line.
    var note = ""
    var titles = ""
    var rows: [Row] = []

    struct Row {
      var text: String
      /// Nil: as any text.
      var role: Palette.Role?
    }

    /// With the line of titles.
    var height: Int { rows.isEmpty ? 0 : rows.count + 1 }
  }

  func panels(room: Int) -> [String] {
    let lists = ScreenView.Panel.allCases.map(list)
    let heights = allot(
      max(0, room - lists.count), to: lists.map(\.height), first: view.panel.rawValue)
    var lines: [String] = []
    for (panel, list) in zip(ScreenView.Panel.allCases, lists) {
      lines.append(heading(list, panel))
      guard heights[panel.rawValue] >= 2 else { continue }
      lines.append(palette.paint(list.titles, as: .faint))
      lines += rows(list, panel, count: heights[panel.rawValue] - 1)
    }
    return lines
  }

  /// Divides lines between lists: the one in use gets twice as many as the others, none more than it
  /// needs, and none a single one.
  private func allot(_ room: Int, to heights: [Int], first: Int) -> [Int] {
    var given = heights.map { _ in 0 }
    if view.isZoomed {
      given[first] = min(heights[first], room)
      return given
    }
    var rest = room
    let order = [first, first] + heights.indices.filter { $0 != first }
    var isDone = false
    while !isDone {
      isDone = true
      for index in order where given[index] < heights[index] {
        let more = given[index] == 0 ? 2 : 1
        guard more <= rest else { continue }
        given[index] += more
        rest -= more
        isDone = false
      }
    }
    return given
  }

  private func heading(_ list: List, _ panel: ScreenView.Panel) -> String {
    let number = panel == view.panel ? "[\(panel.rawValue + 1)]" : " \(panel.rawValue + 1) "
    let start = palette.paint("\(number) \(list.name)", as: .heading)
    var note = list.note.isEmpty ? "" : " \(list.note) ─"
    var room = size.columns - start.columns - note.columns - 2
    if list.summary.columns > room {
      room += note.columns
      note = ""
    }
    let isCut = list.summary.columns > room
    let summary = isCut ? list.summary.cut(to: max(room - 1, 0)) + "…" : list.summary
    let rule = String(repeating: "─", count: max(0, room - summary.columns))
    return "\(start) \(summary) " + palette.paint(rule + note, as: .faint)
  }

  private func rows(_ list: List, _ panel: ScreenView.Panel, count: Int) -> [String] {
    let isInUse = panel == view.panel
    let ids = isInUse ? snapshot.ids(panel, view.query) : []
    let place = view.cursor(panel).place(in: ids)
    // The cursor stays among what is seen; what comes before it is seen as far as there is room.
    let start = max(0, min((place ?? 0) - count / 2, list.rows.count - count))
    return list.rows.indices.dropFirst(start).prefix(count).map { index in
      let row = list.rows[index]
      if index == place {
        return palette.paint(
          ">" + row.text.dropFirst().filledText(to: size.columns - 1), as: .cursor)
      }
      return row.role.map { palette.paint(row.text, as: $0) } ?? row.text
    }
  }

  private func list(_ panel: ScreenView.Panel) -> List {
    switch panel {
    case .closeWait: closeWait
    case .timeWait: timeWait
    case .late: late
    case .ends: ends
    }
  }

  /// Fills a list with a table.
  func fill(
    _ list: inout List, _ columns: [TableLayout.Column], _ rows: [[String]],
    _ roles: [Palette.Role?]
  ) {
    var layout = TableLayout(columns)
    let cells = rows.map { TableRow($0) }
    for row in cells { layout.widen(to: row) }
    layout.fit(size.columns)
    func text(_ row: TableRow) -> String {
      var buffer = OutputBuffer()
      layout.write(row, to: &buffer)
      return String(buffer.text.dropLast())
    }
    list.titles = text(TableRow(columns.map(\.title)))
    list.rows = zip(cells, roles).map { List.Row(text: text($0), role: $1) }
  }
}

extension Substring {
  fileprivate func filledText(to width: Int) -> String { String(self).filled(to: width) }
}

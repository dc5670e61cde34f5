import Tracking

/// How many ends are in which state, and how many there were.
extension ScreenPage {
  /// In columns: opening, the side that closes first, the side that closes second.
  private static let columns: [[TCPState]] = [
    [.synSent, .synReceived, .established], [.finWait1, .finWait2, .timeWait],
    [.closeWait, .lastAck, .closing],
  ]
  /// Where there is no room for all.
  private static let byWeight: [TCPState] = [
    .closeWait, .timeWait, .established, .finWait2, .lastAck, .finWait1, .closing, .synReceived,
    .synSent,
  ]
  private static let nameWidth = 12
  private static let countWidth = 7
  private static let gap = 2

  var states: [String] {
    let least = Self.nameWidth + Self.countWidth + 6
    let columns = min(Self.columns.count, max(1, (size.columns + Self.gap) / (least + Self.gap)))
    let width = (size.columns - Self.gap * (columns - 1)) / columns
    guard columns == Self.columns.count, size.rows >= 14 else {
      let room = max(1, size.rows / 4)
      let shown = Array(Self.byWeight.prefix(columns * room))
      let rows = (shown.count + columns - 1) / columns
      return (0..<rows).map { row in
        line(shown[(row * columns)..<min((row + 1) * columns, shown.count)], width)
      }
    }
    let showsOthers = snapshot.knowsOwn && width >= least + 12
    let rows = (0..<3).map { row in line(Self.columns.map { $0[row] }, width, showsOthers) }
    return showsOthers && size.rows >= 30 ? [heading(width)] + rows + [""] : rows
  }

  private func line(
    _ states: some Sequence<TCPState>, _ width: Int, _ showsOthers: Bool = false
  ) -> String {
    states.map { cell($0, width, showsOthers) }
      .joined(separator: String(repeating: " ", count: Self.gap))
  }

  private func cell(_ state: TCPState, _ width: Int, _ showsOthers: Bool) -> String {
    let count = snapshot.own[state]
    let name = state.name.padded(to: Self.nameWidth)
    let number = count.grouped.leftPadded(to: Self.countWidth)
    var text = palette.paint(name + number, as: count == 0 ? .faint : role(state))
    var used = Self.nameWidth + Self.countWidth
    if showsOthers {
      text += palette.paint(
        snapshot.others[state].grouped.leftPadded(to: Self.countWidth + 1), as: .faint)
      used += Self.countWidth + 1
    }
    let graph = Graph.columns(snapshot.history.counts(of: state), width: width - used - 1)
    return text + " " + palette.paint(graph, as: .faint)
  }

  private func heading(_ width: Int) -> String {
    let cell =
      "".padded(to: Self.nameWidth) + "here".leftPadded(to: Self.countWidth)
      + "there".leftPadded(to: Self.countWidth + 1)
    let cells = Array(repeating: cell.padded(to: width + Self.gap), count: Self.columns.count)
    return palette.paint(cells.joined(), as: .faint)
  }

  private func role(_ state: TCPState) -> Palette.Role {
    state == .closeWait && snapshot.closeWait.total > snapshot.draining ? .problem : .heading
  }
}

import Dissection
import Tracking

/// The sections about single packets: late ones and resets.
extension TextReport {
  mutating func writeLate() {
    let rows = sections.late
    guard rows.total > 0 else { return }
    let kinds = LateKind.allCases.compactMap { kind -> String? in
      guard let count = summary.lateByKind[kind], count > 0 else { return nil }
      return "\(count.grouped) \(kind.rawValue)"
    }
    writeHeading("Late packets", ": \(rows.total.grouped)", as: .caution)
    output.appendWrapped(kinds.joined(separator: ", "), indent: TableLayout.indent)
    let restarted = sections.lateEffects[.timerRestarted] ?? 0
    let killed = sections.lateEffects[.killed] ?? 0
    if restarted + killed > 0 {
      output.appendLine(
        "  TIME_WAIT restarted \(restarted.counted("time")), killed \(killed.counted("time"))")
    }
    var table = TextTable([
      .init("frame", .right), .init("#", .right), .init("time"), .init("kind"),
      .init("after close"), .init("to", cutTo: 15), .init("effect"), .init("reply"),
    ])
    for late in rows.rows {
      table.append([
        String(late.frame), String(late.connection), times.cell(late.time), late.kind.rawValue,
        late.afterClose?.words ?? "", late.to.text, late.effect.cell, late.replyCell,
      ])
    }
    table.write(to: &output, palette: palette)
    writeHidden(rows.hidden)
    output.appendLine()
  }

  mutating func writeResets() {
    let rows = sections.resets
    guard rows.total > 0 else { return }
    writeHeading("Resets", ": \(rows.total.grouped)", as: .heading)
    let causes = sections.resetCauses.sorted { left, right in
      left.value == right.value
        ? left.key.rawValue < right.key.rawValue : left.value > right.value
    }
    for (cause, count) in causes {
      output.appendWrapped(
        "\(count.grouped) \(cause.rawValue): \(cause.words)", indent: TableLayout.indent)
    }
    var table = TextTable([
      .init("frame", .right), .init("#", .right), .init("from", cutTo: 15),
      .init("to", cutTo: 15), .init("cause"),
    ])
    for row in rows.rows {
      table.append([
        String(row.frame), String(row.connection), row.local.text, row.remote.text,
        row.cause.rawValue,
      ])
    }
    table.write(to: &output, palette: palette)
    writeHidden(rows.hidden)
    output.appendLine()
  }
}

extension LateSegment {
  /// For a column: the reply's frame, or what is missing.
  var replyCell: String {
    if let replyFrame { return String(replyFrame) }
    switch replyExpected {
    case .none, .unknown: return "none"
    case .ack, .rst, .rstACK, .synACK: return "no \(replyExpected.words)"
    }
  }
}

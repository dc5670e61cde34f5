import Dissection
import Tracking

/// What each list says.
extension ScreenPage {
  /// From this age on, nobody is still working on it.
  private static let longAge = Interval.seconds(60)
  private static let barWidth = 10
  // What changes all the time must not move what stands beside it.
  private static let ageWidth = "≥ 59 min 59 s".columns
  private static let leftWidth = "1 min".columns
  private static let processWidth = "4194304".columns

  private var order: String {
    "by \(view.query.order.rawValue)\(view.query.isReversed ? ", reversed" : "")"
  }

  // MARK: CLOSE_WAIT

  var closeWait: List {
    let ends = snapshot.rows(snapshot.closeWait, view.query)
    var list = List(
      name: "CLOSE_WAIT", summary: closeWaitSummary, note: ends.isEmpty ? "" : order)
    fill(
      &list,
      [
        .init("for", .right, width: Self.ageWidth), .init("end", cutTo: 13),
        .init("towards", cutTo: 13),
        .init("pid", .right, width: Self.processWidth), .init("program", cutTo: 7),
        .init("user", isOptional: true),
        .init("use", isOptional: true), .init("sure", isOptional: true),
        .init("since", isOptional: true), .init("#", .right, isOptional: true),
        .init("control group", isOptional: true),
      ],
      ends.map { end in
        [
          age(end), end.row.end.local.text, end.row.end.remote.text, pid(end), program(end),
          Escaping.terminal(end.row.host?.process?.user ?? ""),
          end.row.end.activity?.rawValue ?? "", end.row.end.claim.certainty.name,
          end.row.isUnseen ? "before" : times.cell(end.since), number(end),
          Escaping.terminal(end.row.host?.process?.controlGroup ?? "").cutInTheMiddle(to: 40),
        ]
      },
      ends.map { end in
        if end.isOwn == false { return .faint }
        if end.row.end.activity == .draining { return .caution }
        return end.row.age ?? .zero >= Self.longAge ? .problem : nil
      })
    return list
  }

  private var closeWaitSummary: String {
    let total = snapshot.closeWait.total
    if total == 0 { return "none" }
    let own = total - snapshot.otherCloseWaits
    var parts: [String] = []
    if own > 0 { parts.append(own.counted("end") + (snapshot.knowsOwn ? " here" : "")) }
    if snapshot.otherCloseWaits > 0 {
      parts.append("\(snapshot.otherCloseWaits.grouped) at other hosts")
    }
    if let oldest = snapshot.oldest { parts.append("the oldest for \(oldest.wholeSeconds)") }
    let most = snapshot.holders.max { ($0.value, $1.key.pid) < ($1.value, $0.key.pid) }
    if own > 1, let most {
      let name = Escaping.terminal(most.key.name)
      parts.append("\(most.value.grouped) held by \(name) (\(most.key.pid))")
    }
    if snapshot.draining > 0 { parts.append("\(snapshot.draining.grouped) still sending") }
    return parts.joined(separator: ", ")
  }

  private func age(_ end: ScreenSnapshot.End) -> String {
    (end.row.isUnseen ? "≥ " : "") + (end.row.age ?? .zero).wholeSeconds
  }

  private func pid(_ end: ScreenSnapshot.End) -> String {
    end.row.host?.process.map { String($0.pid) } ?? ""
  }

  private func program(_ end: ScreenSnapshot.End) -> String {
    if end.isOwn == false { return "other host" }
    return end.row.host?.process.map { Escaping.terminal($0.name) } ?? ""
  }

  /// As packets tell it, and what the kernel has said instead for some time.
  private func state(_ end: ScreenSnapshot.End) -> String {
    let claim = end.row.end.claim
    let kernel = end.row.host?.kernelState.map { ", kernel: \($0.name)" } ?? ""
    return claim.state.name + claim.certainty.mark + kernel
  }

  private func number(_ end: ScreenSnapshot.End) -> String {
    end.row.isUnseen ? "-" : String(end.row.connection)
  }

  // MARK: TIME_WAIT

  var timeWait: List {
    let rows = snapshot.dialRows(view.query)
    let (atClients, atServices) = (snapshot.timeWaits.initiator, snapshot.timeWaits.responder)
    let total = atClients + atServices
    let summary =
      total == 0
      ? "none"
      : "\(total.counted("end")), \(atClients.grouped) at clients, "
        + "\(atServices.grouped) at services"
    let ports = snapshot.ports
    var list = List(
      name: "TIME_WAIT", summary: summary,
      note: ports.map { "local ports \($0.range.lowerBound) to \($0.range.upperBound)" } ?? "")
    fill(
      &list,
      [
        .init("client", cutTo: 10), .init("service", cutTo: 13), .init("at client", .right),
        .init("at service", .right), .init("open", .right),
        .init(ports.map { "of \($0.count.grouped) ports" } ?? "ports"),
      ],
      rows.map { row in
        [
          row.dial.client.text, row.dial.service.text, row.count.timeWaits.initiator.grouped,
          row.count.timeWaits.responder.grouped, row.count.open.grouped, bar(row),
        ]
      },
      rows.map { row in
        switch part(row) ?? 0 {
        case 0.9...: .problem
        case _ where secondsToFull(row) != nil: .problem
        case 0.7...: .caution
        default: nil
        }
      })
    return list
  }

  /// Of the ports that there are, how much is in use; nil where that is not known.
  private func part(_ row: DialCensus.Row) -> Double? {
    guard let ports = snapshot.ports, row.isOwn, ports.count > 0 else { return nil }
    return Double(row.count.taken) / Double(ports.count)
  }

  private func bar(_ row: DialCensus.Row) -> String {
    guard let part = part(row) else { return "" }
    let percent = row.count.taken > 0 && part < 0.01 ? "<1" : String(Int(part * 100))
    let text = Graph.bar(part, width: Self.barWidth) + "\(percent) %".leftPadded(to: 6)
    return secondsToFull(row).map { "\(text), full in \($0) s" } ?? text
  }

  /// When all ports will be in use if it goes on so; nil where that is not soon: after a minute, as
  /// many TIME_WAITs end as begin.
  private func secondsToFull(_ row: DialCensus.Row) -> Int? {
    guard let ports = snapshot.ports, row.isOwn else { return nil }
    let growth = snapshot.history.growth(of: row, at: snapshot.capture.now)
    let left = Double(ports.count - row.count.taken)
    guard growth > 0, left / growth < Self.longAge.seconds else { return nil }
    return max(Int(left / growth), 0)
  }

  // MARK: Late packets

  var late: List {
    let rows = snapshot.lateRows(view.query)
    let kinds = snapshot.lateByKind.filter { $0.value > 0 }
      .sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
      .map { "\($0.value.grouped) \($0.key.rawValue)" }
    let total = snapshot.lateByKind.values.reduce(0, +)
    var list = List(
      name: "Late packets",
      summary: total == 0 ? "none" : "\(total.grouped): \(kinds.joined(separator: ", "))")
    fill(
      &list,
      [
        .init("time"), .init("kind"), .init("after close", .right),
        .init("from", cutTo: 13, isOptional: true), .init("to", cutTo: 13), .init("effect"),
        .init("reply", isOptional: true), .init("#", .right, isOptional: true),
        .init("frame", .right, isOptional: true),
      ],
      rows.map { late in
        [
          times.cell(late.time), late.kind.rawValue, late.afterClose?.words ?? "", late.from.text,
          late.to.text, late.effect.cell, late.replyCell, String(late.connection),
          String(late.frame),
        ]
      }, rows.map { $0.effect == .killed || $0.effect == .newConnection ? .caution : nil })
    return list
  }

  // MARK: All ends

  var ends: List {
    let ends = snapshot.rows(snapshot.ends, view.query)
    let total = snapshot.ends.total
    let hidden = total - ends.count
    var list = List(
      name: "Ends",
      summary: total == 0 ? "none" : total.grouped + (hidden > 0 ? ", \(ends.count) listed" : ""),
      note: total == 0 ? "" : order)
    fill(
      &list,
      [
        .init("for", .right, width: Self.ageWidth), .init("local", cutTo: 13),
        .init("remote", cutTo: 13),
        .init("state", cutTo: 12), .init("left", .right, width: Self.leftWidth),
        .init("program", cutTo: 7),
        .init("pid", .right, isOptional: true, width: Self.processWidth),
        .init("user", isOptional: true),
        .init("packets", .right, isOptional: true), .init("octets", .right, isOptional: true),
        .init("#", .right, isOptional: true), .init("or", isOptional: true),
      ],
      ends.map { end in
        let claim = end.row.end.claim
        let left = claim.until.map { max($0.since(snapshot.capture.now), .zero).wholeSeconds }
        return [
          age(end), end.row.end.local.text, end.row.end.remote.text,
          state(end), left ?? "", program(end), pid(end),
          Escaping.terminal(end.row.host?.process?.user ?? ""),
          end.row.isUnseen ? "" : end.row.end.packets.grouped,
          end.row.isUnseen ? "" : Int(clamping: end.row.end.bytesSent).grouped, number(end),
          claim.possible.ordered(first: claim.state).dropFirst().map(\.name)
            .joined(separator: ", "),
        ]
      },
      ends.map { $0.isOwn == false ? .faint : nil })
    return list
  }
}

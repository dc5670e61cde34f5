import Dissection
import Tracking

/// The sections about ends that linger in a state.
extension TextReport {
  mutating func writeCloseWait() {
    let idle = sections.closeWaitIdle
    let draining = sections.closeWaitDraining
    guard idle.total + draining.total > 0 else { return }
    if idle.total > 0 {
      writeHeading("CLOSE_WAIT", ": \(idle.total.counted("end"))", as: .problem)
      let report = self
      writeHolders(sections.closeWaitHolders) {
        report.closeWaitSentence($0, $1)
      }
      writeEnds(idle)
    }
    if draining.total > 0 {
      writeHeading(
        "CLOSE_WAIT, half-close in use",
        ": \(draining.total.counted("end")) still sending after the other side closed",
        as: .caution)
      writeEnds(draining)
    }
  }

  private func closeWaitSentence(
    _ holder: TextSections.Holder, _ holding: TextSections.Holding
  ) -> String {
    let oldest = (holding.count == 1 ? "for " : "the oldest for ") + holding.oldest.words
    let one = holding.hasOtherProcesses ? nil : holding.process?.text
    if holder.isService {
      let connections = summary.services[holder.service]?.connections ?? holding.count
      return "\(holder.service.text) has left \(holding.count.grouped) of "
        + "\(connections.counted("connection")) open after the client closed, \(oldest): "
        + "\(one ?? "the program there") doesn't close its sockets."
    }
    return "\(holder.holder.text) has left \(holding.count.counted("connection")) to "
      + "\(holder.service.text) open after the server closed, \(oldest): "
      + "\(one ?? "the program at \(holder.holder.text)") doesn't close its sockets."
  }

  mutating func writeUnfinished() {
    let rows = sections.unfinished
    guard rows.total > 0 else { return }
    let kinds: [FindingKind] = [.finWait1, .finWait2, .closing, .lastAck, .halfOpen]
    let counts = kinds.compactMap { kind -> String? in
      guard let count = summary.findingsByKind[kind], count > 0 else { return nil }
      return "\(count.grouped) \(kind.stateName)"
    }
    writeHeading("Unfinished closes", ": " + counts.joined(separator: ", "), as: .caution)
    var table = TextTable([
      .init("#", .right), .init("end", cutTo: 15), .init("towards", cutTo: 15), .init("state"),
      .init("since"), .init("for"), .init("sure"), .init("frames", cutTo: 5),
    ])
    for row in rows.rows {
      let state = row.end.claim.state.name
      table.append([
        number(row), row.end.local.text, row.end.remote.text, state, since(row),
        age(row), row.end.claim.certainty.name, frames(row),
      ])
    }
    table.write(to: &output, palette: palette)
    writeHidden(rows.hidden)
    output.appendLine()
  }

  mutating func writeTimeWait() {
    let rows = sections.timeWait
    guard rows.total > 0 else { return }
    writeHeading("TIME_WAIT", ": \(rows.total.counted("end"))", as: .heading)
    let times = times
    writeHolders(sections.timeWaitHolders) { holder, holding in
      let until = holding.lastUntil.map { ", the last until \(times.cell($0))" } ?? ""
      let closer = holder.isService ? "the server closes first" : "the client closes first"
      let why = holding.simultaneous == holding.count ? "both sides close at once" : closer
      return holder.isService
        ? "\(holder.service.text) holds \(holding.count.grouped)\(until): \(why)."
        : "\(holder.holder.text) holds \(holding.count.grouped) towards "
          + "\(holder.service.text)\(until): \(why)."
    }
    var table = TextTable([
      .init("#", .right), .init("end", cutTo: 15), .init("towards", cutTo: 15), .init("since"),
      .init("until"), .init("left"), .init("sure"), .init("frames", cutTo: 5),
    ])
    for row in rows.rows {
      let until = row.end.claim.until
      let left = until.flatMap { until in instant.map { until.since($0) } }
      table.append([
        number(row), row.end.local.text, row.end.remote.text, since(row),
        until.map { times.cell($0) } ?? "", left.map { max($0, .zero).words } ?? "",
        row.end.claim.certainty.name, frames(row),
      ])
    }
    table.write(to: &output, palette: palette)
    writeHidden(rows.hidden)
    output.appendLine()
  }

  /// One sentence for each holder, the one with the most sockets first.
  private mutating func writeHolders(
    _ holders: AddressTable<TextSections.Holder, TextSections.Holding>,
    sentence: (TextSections.Holder, TextSections.Holding) -> String
  ) {
    var most = TopList<
      LargestFirst<Int, TextSections.Holder>, (TextSections.Holder, TextSections.Holding)
    >(limit: TextSections.sampleLimit)
    var rest = 0
    for (holder, holding) in holders {
      rest += holding.count
      let rank = LargestFirst(holding.count, holder)
      if most.admits(rank) { most.insert((holder, holding), rank) }
    }
    for (holder, holding) in most.rows {
      rest -= holding.count
      output.appendWrapped(sentence(holder, holding), indent: TableLayout.indent)
    }
    if most.hidden > 0 {
      output.appendLine("  and \(rest.grouped) more at \(most.hidden.counted("other place"))")
    }
  }

  private mutating func writeEnds(
    _ rows: TopList<LargestFirst<Interval, Int>, TextSections.EndRow>
  ) {
    let areNamed = sections.host != nil
    var table = TextTable(
      [
        .init("#", .right), .init("end", cutTo: 15), .init("towards", cutTo: 15), .init("since"),
        .init("for"), .init("sure"), .init("frames", cutTo: 5),
      ] + (areNamed ? [.init("program")] : []))
    for row in rows.rows {
      table.append(
        [
          number(row), row.end.local.text, row.end.remote.text, since(row), age(row),
          row.end.claim.certainty.name, frames(row),
        ] + (areNamed ? [row.host?.process?.text ?? ""] : []))
    }
    table.write(to: &output, palette: palette)
    writeHidden(rows.hidden)
    output.appendLine()
  }

  /// The ends of this host of which packets and kernel say different things.
  mutating func writeDisagreements() {
    let rows = sections.disagreements
    guard rows.total > 0 else { return }
    writeHeading("Packets and kernel disagree", ": \(rows.total.counted("end"))", as: .caution)
    var table = TextTable([
      .init("#", .right), .init("end", cutTo: 15), .init("towards", cutTo: 15),
      .init("packets"), .init("kernel"), .init("frames", cutTo: 5), .init("program"),
    ])
    for row in rows.rows {
      table.append([
        number(row), row.end.local.text, row.end.remote.text, row.end.claim.state.name,
        row.host?.kernelState?.name ?? "", frames(row), row.host?.process?.text ?? "",
      ])
    }
    table.write(to: &output, palette: palette)
    writeHidden(rows.hidden)
    output.appendLine()
  }

  private func number(_ row: TextSections.EndRow) -> String {
    row.isUnseen ? "-" : String(row.connection)
  }

  private func since(_ row: TextSections.EndRow) -> String {
    guard let since = row.end.claim.since, !row.isUnseen else { return "before" }
    return times.cell(since)
  }

  private func age(_ row: TextSections.EndRow) -> String {
    guard let age = row.age else { return "" }
    return row.isUnseen ? "at least \(age.words)" : age.words
  }

  private func frames(_ row: TextSections.EndRow) -> String {
    row.end.claim.evidence.frames.map(String.init).joined(separator: ",")
  }
}

extension TextSections.Holder: Comparable {
  static func < (left: Self, right: Self) -> Bool {
    if left.service != right.service { return left.service < right.service }
    if left.isService != right.isService { return left.isService }
    return left.holder < right.holder
  }
}

extension FindingKind {
  /// The state's one spelling, or words for what is no state.
  var stateName: String {
    switch self {
    case .closeWait: TCPState.closeWait.name
    case .timeWait: TCPState.timeWait.name
    case .finWait1: TCPState.finWait1.name
    case .finWait2: TCPState.finWait2.name
    case .lastAck: TCPState.lastAck.name
    case .closing: TCPState.closing.name
    case .halfOpen: "half open"
    case .latePackets: "late packets"
    case .reset: "reset"
    }
  }
}

extension HostEnd.Process {
  /// For a terminal: the name and how to find it.
  var text: String {
    let owner = user.map { ", user \(Escaping.terminal($0))" } ?? ""
    return "\(Escaping.terminal(name)) (pid \(pid)\(owner))"
  }
}

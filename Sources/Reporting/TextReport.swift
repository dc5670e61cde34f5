import Dissection
import Tracking

/// The report of `read` for people: what is wrong first, in plain words, then the worst rows.
struct TextReport {
  let sections: TextSections
  let summary: Summary
  let captures: [CaptureRow]
  let instant: Timestamp?
  let palette: Palette
  let times: TimeStyle
  var output = OutputBuffer()

  init(
    sections: TextSections, summary: Summary, captures: [CaptureRow], instant: Timestamp?,
    style: TextStyle
  ) {
    self.sections = sections
    self.summary = summary
    self.captures = captures
    self.instant = instant
    palette = style.palette
    let first = captures.compactMap(\.firstTime).min()
    let last = captures.compactMap(\.lastTime).max()
    times = TimeStyle(zone: style.zone, first: first, last: last)
  }

  mutating func write() -> OutputBuffer {
    writeHeader()
    if captures.allSatisfy({ $0.tcpPackets == 0 }), summary.findingsByKind.isEmpty {
      output.appendLine("No TCP packet, so nothing to say about any connection.")
    } else {
      writeCloseWait()
      writeDisagreements()
      writeUnfinished()
      writeTimeWait()
      writeLate()
      writeResets()
      writeClean()
    }
    writeDials()
    writeYoung()
    writeSkipped()
    writeEvicted()
    writeDrops()
    writeDamage()
    return output
  }

  private mutating func writeHeader() {
    for capture in captures {
      let format = capture.format ?? "no capture that finwait knows"
      let links = capture.linkTypes.map(\.name).joined(separator: ", ")
      output.append(palette.paint(Escaping.terminal(capture.file), as: .heading))
      output.appendLine(
        ": \(format)\(links.isEmpty ? "" : ", \(links)"), "
          + capture.packets.counted("packet"))
    }
    let first = captures.compactMap(\.firstTime).min()
    let last = captures.compactMap(\.lastTime).max()
    if let first, let last {
      output.appendLine(
        "From \(times.sentence(first)) to \(times.sentence(last)): \(last.since(first).words)")
    }
    let packets = captures.reduce(0) { $0 + $1.tcpPackets }
    guard packets > 0 else { return }
    let tap = captures.first?.tap ?? .unknown
    output.appendWrapped(
      "\(packets.counted("TCP packet")) in \(summary.connections.counted("connection")), "
        + "taken \(tap.words)" + imperfections)
    output.appendLine()
  }

  /// What the capture lacks, for the header's last sentence.
  private var imperfections: String {
    var parts: [String] = []
    if sections.copies > 0 { parts.append(sections.copies.counted("packet") + " captured twice") }
    if sections.oneSided > 0 {
      parts.append(sections.oneSided.counted("connection") + " seen from one side only")
    }
    if sections.gaps > 0 {
      parts.append(sections.gaps.counted("connection") + " with packets missing")
    }
    if captures.contains(where: \.truncated) { parts.append("packets cut by a snapshot length") }
    return parts.isEmpty ? "" : "; " + parts.joined(separator: ", ")
  }

  private mutating func writeClean() {
    let findings = summary.findingsByKind.values.reduce(0, +)
    guard findings == 0, sections.late.total == 0 else { return }
    if summary.connections == 0, captures.contains(where: { $0.tcpPackets > 0 }) {
      output.appendLine("No connection has the chosen host as an end.")
      output.appendLine()
      return
    }
    output.appendWrapped(
      palette.paint("Nothing found", as: .fine)
        + ": no end is left in CLOSE_WAIT or TIME_WAIT, no close is unfinished, no packet is late"
        + (sections.young > 0 ? ", but for what follows." : "."))
    if sections.openConnections > 0 {
      output.appendLine(
        "\(sections.openConnections.counted("connection")) still open at the end of the capture.")
    }
    output.appendLine()
  }

  private mutating func writeDials() {
    let counts = [(sections.refused, "refused"), (sections.unanswered, "without an answer")]
    let parts = counts.filter { $0.0 > 0 }.map { "\($0.0.grouped) \($0.1)" }
    if parts.isEmpty { return }
    output.appendWrapped("Never opened: " + parts.joined(separator: ", ") + ".")
  }

  private mutating func writeYoung() {
    if sections.young == 0 { return }
    output.appendWrapped(
      "Just begun when the capture ended: \(sections.young.counted("unfinished close"))"
        + " (--min-age 0 shows them).")
  }

  private mutating func writeEvicted() {
    let parts = Eviction.allCases.compactMap { reason in
      summary.evicted[reason].map { "\($0.grouped) \(reason.words)" }
    }
    if parts.isEmpty { return }
    output.appendWrapped(
      "Dropped for want of room (--max-connections): " + parts.joined(separator: ", ") + ".")
  }

  private mutating func writeSkipped() {
    let skipped = captures.reduce(into: [SkipReason: Int]()) { sum, capture in
      sum.merge(capture.skipped, uniquingKeysWith: +)
    }
    let errors = captures.map(\.icmpErrors).reduce(0, +)
    let parts = SkipReason.allCases.compactMap { reason -> String? in
      guard let count = skipped[reason], count > 0 else { return nil }
      return "\(count.grouped) \(reason.words)"
        + (reason == .notTCP && errors > 0 ? " (\(errors.grouped) of them ICMP errors, read)" : "")
    }
    guard !parts.isEmpty else { return }
    output.appendWrapped("Skipped: " + parts.joined(separator: ", ") + ".")
  }

  private mutating func writeDrops() {
    for capture in captures {
      guard let drops = capture.drops, drops.byKernel + drops.byInterface > 0 else { continue }
      output.append(palette.paint("Not captured: ", as: .problem))
      output.appendLine(
        "\(Escaping.terminal(capture.file)): \(Int(clamping: drops.byKernel).grouped) dropped by "
          + "the kernel, \(Int(clamping: drops.byInterface).grouped) by the interface")
    }
  }

  private mutating func writeDamage() {
    for damage in captures.flatMap(\.damage) {
      output.append(palette.paint("Damaged: ", as: .problem))
      output.appendLine(
        "\(Escaping.terminal(damage.file)) at byte \(damage.offset): "
          + Escaping.terminal(damage.message))
    }
  }

  mutating func writeHidden(_ hidden: Int) {
    guard hidden > 0 else { return }
    output.appendLine("  and \(hidden.grouped) more (--all lists them)")
  }

  mutating func writeHeading(_ title: String, _ rest: String, as role: Palette.Role) {
    output.append(palette.paint(title, as: role))
    output.appendLine(rest)
  }
}

extension Eviction {
  fileprivate var words: String {
    switch self {
    case .halfOpen: "half open"
    case .idle: "idle"
    }
  }
}

import Dissection
import Tracking

/// A ladder in the style of RFC 9293's figures: frame and time, the initiator's
/// state, the segment as an arrow, the responder's state.
struct LadderText {
  private static let frameWidth = 9
  private static let timeWidth = 12
  private static let stateWidth = 13

  let connection: ConnectionReport
  let palette: Palette
  /// The first packet's time, from which the rows count.
  let origin: Timestamp
  /// Of the page.
  let width: Int

  private var arrowWidth: Int {
    width - Self.frameWidth - Self.timeWidth - 2 * Self.stateWidth - 5
  }

  func write(_ lines: [Ladder.Line], to output: inout OutputBuffer) {
    let ends = connection.endpoints
    // Behind frame and time, but a column; the initiator's has one more for an odd page.
    let half = (width - Self.frameWidth - Self.timeWidth - 4) / 2
    output.appendLine(
      palette.paint(
        left("") + ends.initiator.local.text.cutInTheMiddle(to: half - 1).padded(to: half + 1)
          + ends.responder.local.text.cutInTheMiddle(to: half).leftPadded(to: half),
        as: .heading))
    var states: Pair<LadderState>?
    for line in lines {
      switch line {
      case .row(let row):
        write(row, before: states, to: &output)
        states = row.states
      case .omitted(let count, let first, let last):
        let text = "... \(count.counted("segment")) without a change, frames \(first) to \(last)"
        output.appendLine(palette.paint(left("") + text, as: .faint))
      }
    }
  }

  private func write(
    _ row: LadderRow, before: Pair<LadderState>?, to output: inout OutputBuffer
  ) {
    let start = state(row.states.initiator, changed: before?.initiator != row.states.initiator)
    let end = state(
      row.states.responder, changed: before?.responder != row.states.responder, isLast: true)
    let time = row.time.since(origin).clock
    let frame: String
    let middle: String
    switch row.event {
    case .segment(let segment):
      frame = String(segment.frame)
      middle = arrow(segment)
    case .icmpError(let number):
      frame = String(number)
      middle = aside(row.note ?? "ICMP error")
    case .timer:
      frame = ""
      middle = aside(row.note ?? "timer")
    }
    output.append(left(frame, time))
    output.append(start)
    output.append(" ")
    output.append(middle)
    output.append(" ")
    output.appendLine(end)
    if let remark = remark(row) {
      output.appendWrapped(
        remark, indent: Self.frameWidth + Self.timeWidth + 5, width: width, palette: palette,
        as: .caution)
    }
  }

  private func aside(_ note: String) -> String {
    "( \(note) )".centered(to: arrowWidth, with: " ")
  }

  private func left(_ frame: String, _ time: String = "") -> String {
    frame.leftPadded(to: Self.frameWidth) + " " + time.leftPadded(to: Self.timeWidth) + "  "
  }

  /// The state with `?` for a presumed one; faint when the row did not change it.
  private func state(_ state: LadderState, changed: Bool, isLast: Bool = false) -> String {
    let name = state.state.name + state.certainty.mark
    let text = isLast ? name : name.padded(to: Self.stateWidth)
    return changed ? text : palette.paint(text, as: .faint)
  }

  private func arrow(_ segment: LadderSegment) -> String {
    var text = "\(segment.flags.names) seq=\(segment.relativeSequence)"
    if let acknowledgment = segment.relativeAcknowledgment { text += " ack=\(acknowledgment)" }
    if segment.payloadLength > 0 { text += " len=\(segment.payloadLength)" }
    let room = arrowWidth - 2
    let body = " \(text.cutInTheMiddle(to: room - 2)) "
    return segment.sender == .initiator
      ? "-" + body.centered(to: room, with: "-") + ">"
      : "<" + body.centered(to: room, with: "-") + "-"
  }

  /// What there is to say of a segment beside its states.
  private func remark(_ row: LadderRow) -> String? {
    guard case .segment(let segment) = row.event else { return nil }
    if segment.isCopy { return "copy: the same packet captured again" }
    let late = connection.late.first { $0.frame == segment.frame }
    guard let kind = late?.kind ?? segment.late else { return row.note }
    var text = "late: \(kind.rawValue)"
    if let late {
      if let after = late.afterClose { text += ", \(after.words) after the close" }
      text += "; effect: \(late.effect.words)"
      if let reply = late.replyFrame { text += "; answered in frame \(reply)" }
    }
    return text
  }
}

extension TCPFlags {
  /// `[FIN, ACK]`, in the order in which people say them.
  var names: String {
    let named: [(TCPFlags, String)] = [
      (.syn, "SYN"), (.fin, "FIN"), (.rst, "RST"), (.psh, "PSH"), (.ack, "ACK"), (.urg, "URG"),
      (.ece, "ECE"), (.cwr, "CWR"),
    ]
    return "[" + named.filter { contains($0.0) }.map(\.1).joined(separator: ", ") + "]"
  }
}

extension Interval {
  /// Seconds with six digits after the point, three from a day on, for a column of times.
  var clock: String {
    let isLong = nanoseconds.magnitude >= 86_400_000_000_000
    var buffer = OutputBuffer()
    if nanoseconds < 0 { buffer.append("-") }
    buffer.appendDecimal(nanoseconds.magnitude / 1_000_000_000)
    buffer.append(".")
    let fraction = nanoseconds.magnitude % 1_000_000_000
    buffer.appendDecimal(fraction / (isLong ? 1_000_000 : 1_000), width: isLong ? 3 : 6)
    return buffer.text
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - unicodeScalars.count))
  }

  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - unicodeScalars.count)) + self
  }

  func centered(to width: Int, with filler: Character) -> String {
    let space = max(0, width - unicodeScalars.count)
    return String(repeating: filler, count: space / 2) + self
      + String(repeating: filler, count: space - space / 2)
  }
}

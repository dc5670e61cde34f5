import Dissection
import TestSupport
import Tracking

/// A run told as a close script: what passed the tap with what finwait says of both ends, and as
/// comments what no packet shows, the truth among it.
public struct Ladder {
  private let run: Run
  private let initial: Sides<UInt32>

  public init(_ run: Run) {
    self.run = run
    func initial(_ side: Side) -> UInt32 {
      let own = run.packets.filter { $0.sender == side }.map(\.segment)
      if let syn = own.first(where: { $0.flags.contains(.syn) }) { return syn.sequenceNumber.value }
      return (own.first?.sequenceNumber.value ?? 1) &- 1
    }
    self.initial = Sides(x: initial(.x), y: initial(.y))
  }

  /// Up to `end`.
  public func text(until end: Timestamp) -> String {
    var lines: [(time: Timestamp, order: Int, text: String)] = []
    for call in run.scenario.calls {
      lines.append((call.time, 0, "# +\(call.time.text)  \(call.side.rawValue) \(call.call)"))
    }
    for side in Side.allCases {
      for moment in run.timelines[side].moments.dropFirst() {
        let held = moment.isFINHeldBack ? ", FIN held back" : ""
        lines.append(
          (
            moment.time, 1,
            "# +\(moment.time.text)  \(side.rawValue) is \(moment.state.name)\(held) "
              + "by \(moment.cause)"
          ))
      }
    }
    lines += losses()
    lines += packets()
    lines.sort { ($0.time, $0.order) < ($1.time, $1.order) }
    return lines.filter { $0.time <= end }.map(\.text).joined(separator: "\n")
  }

  // MARK: Packets

  private func packets() -> [(time: Timestamp, order: Int, text: String)] {
    var tracker = Tracker(options: Judgement.options(run.scenario))
    return run.capture.map { record in
      var final: [Int: ConnectionReport] = [:]
      let receipt = tracker.receive(record.segment) { final[$0.number] = $0 }
      let instant = record.recordedAt
      let report = tracker.connection(receipt.connection, at: instant) ?? final[receipt.connection]
      let packet = run.packets[run.crossings[record.crossing].packet]
      var words = ["+\(record.segment.time.text)", words(record.segment, packet.sender)]
      if record.isCopy { words.append("copy") }
      words.append("|")
      let columns = Side.allCases.map { column($0, report) }
      words += columns
      var expectations: [String] = []
      if let late = receipt.late { expectations.append("late \(late.rawValue)") }
      if receipt.connection > 1 { expectations.append("conn \(receipt.connection)") }
      if !expectations.isEmpty { words.append("| " + expectations.joined(separator: " ")) }
      let truth = Side.allCases.map { run.timelines[$0][instant].state.name }
      words.append("# \(packet.sender.rawValue)\(packet.number): \(truth.joined(separator: " "))")
      return (instant, 2, words.joined(separator: "  "))
    }
  }

  private func column(_ side: Side, _ report: ConnectionReport?) -> String {
    let endpoints = Role.allCases.compactMap { report?.endpoints[$0] }
    let own = endpoints.first { $0.local == Scenario.addresses[side] }
    return own.map { CloseScript.column($0.claim) } ?? "-"
  }

  private func words(_ segment: Segment, _ sender: Side) -> String {
    func number(_ value: UInt32, _ side: Side) -> String {
      String(Int32(bitPattern: value &- initial[side]))
    }
    let flags = segment.flags.letters
    var words = ["\(sender.rawValue) > \(sender.other.rawValue)", flags]
    words.append(number(segment.sequenceNumber.value, sender))
    if segment.flags.contains(.ack) {
      words.append("ack \(number(segment.acknowledgmentNumber.value, sender.other))")
    }
    if segment.payloadLength > 0 { words.append("len \(segment.payloadLength)") }
    if segment.window != 65535 { words.append("win \(segment.window)") }
    if let scale = segment.options.windowScale { words.append("scale \(scale)") }
    if segment.options.hasTimestamps {
      words.append("ts \(segment.options.timestampValue)/\(segment.options.timestampEcho)")
    }
    return words.joined(separator: " ")
  }

  // MARK: What the capture does not show

  private func losses() -> [(time: Timestamp, order: Int, text: String)] {
    var lines: [(time: Timestamp, order: Int, text: String)] = []
    func note(_ time: Timestamp, _ packet: Run.Packet, _ what: String) {
      lines.append(
        (
          time, 3,
          "#   \(packet.sender.rawValue)\(packet.number) \(what): "
            + words(packet.segment, packet.sender)
        ))
    }
    for (index, packet) in run.packets.enumerated()
    where !run.crossings.contains(where: { $0.packet == index }) {
      note(packet.sentAt, packet, "is lost before the tap")
    }
    for crossing in run.crossings where crossing.frame == nil {
      note(crossing.passesAt, run.packets[crossing.packet], "is not captured")
    }
    for delivery in run.deliveries {
      let crossing = run.crossings[delivery.crossing]
      let packet = run.packets[crossing.packet]
      guard let arrivesAt = delivery.arrivesAt else {
        note(crossing.passesAt, packet, "is lost behind the tap")
        continue
      }
      let usual = run.scenario.path.legs[delivery.receiver].fromTap
      if delivery.isExtra || arrivesAt.since(crossing.passesAt) != usual {
        note(arrivesAt, packet, "arrives")
      }
    }
    return lines
  }
}

extension TCPFlags {
  fileprivate var letters: String {
    let names: [(TCPFlags, String)] = [
      (.syn, "S"), (.fin, "F"), (.rst, "R"), (.psh, "P"), (.ack, "A"), (.urg, "U"), (.ece, "E"),
      (.cwr, "C"),
    ]
    let letters = names.filter { contains($0.0) }.map(\.1).joined()
    return letters.isEmpty ? "-" : letters
  }
}

import Dissection
import TestSupport
import Tracking

extension Scenario: CustomStringConvertible {
  /// A line for each element, in order of time.
  public var description: String {
    var lines = ["path: \(path)"]
    for side in Side.allCases {
      let words = settings[side].words
      if !words.isEmpty { lines.append("\(side.rawValue): \(words.joined(separator: ", "))") }
    }
    for call in calls.sorted(by: { $0.time < $1.time }) {
      lines.append("+\(call.time.text)  \(call.side.rawValue) \(call.call)")
    }
    lines += fates.map { "packet \($0.sender.rawValue)\($0.packet) \($0.event)" }
    if let start = window.start { lines.append("capture from +\(start.text)") }
    if let end = window.end { lines.append("capture until +\(end.text)") }
    if let only = window.onlySender { lines.append("capture of \(only.rawValue)'s packets only") }
    lines.append("+\(end.text)  end")
    return lines.joined(separator: "\n")
  }
}

extension ModelHost.Settings {
  /// What is not as it usually is.
  fileprivate var words: [String] {
    let usual = Self()
    var words: [String] = []
    if !hasTimestamps { words.append("no timestamps") }
    if reusesTimeWait { words.append("tcp_tw_reuse") }
    if !numbersPackets { words.append("no identification") }
    if hasRandomInitialNumbers { words.append("random initial sequence numbers") }
    if receiveBuffer != usual.receiveBuffer { words.append("\(receiveBuffer) octets of buffer") }
    if profile != usual.profile { words.append("\(profile.name)") }
    return words
  }
}

extension Path: CustomStringConvertible {
  public var description: String {
    func way(_ side: Side) -> String {
      let leg = legs[side]
      if leg.isAtHost { return "at" }
      return "\(leg.toTap.milliseconds) ms there, \(leg.fromTap.milliseconds) ms back"
    }
    return "X (\(way(.x))) tap (\(way(.y))) Y"
  }
}

extension Fate.Event: CustomStringConvertible {
  public var description: String {
    func place(_ stretch: Fate.Stretch) -> String {
      stretch == .beforeTap ? "before the tap" : "behind the tap"
    }
    return switch self {
    case .lost(let stretch): "is lost \(place(stretch))"
    case .delayed(let stretch, let delay):
      "is \(delay.milliseconds) ms late \(place(stretch))"
    case .duplicated(let stretch, let delay):
      "is doubled \(place(stretch)), \(delay.milliseconds) ms later"
    case .missed: "is not in the capture"
    case .copied(let delay): "is captured again \(delay.milliseconds) ms later"
    case .recordedLate(let delay): "is written to the file \(delay.milliseconds) ms late"
    }
  }
}

extension Interval {
  var milliseconds: String { Decimal(nanoseconds, places: 6).text }
}

extension Timestamp {
  /// In seconds, as scripts have it.
  var text: String { Decimal(nanoseconds, places: 9).text }
}

/// A number with a decimal point, without trailing zeros.
private struct Decimal {
  let text: String

  init(_ value: Int64, places: Int) {
    let digits = String(value.magnitude)
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    var fraction = padded.suffix(places)
    while fraction.count > 1, fraction.last == "0" { fraction.removeLast() }
    text = (value < 0 ? "-" : "") + padded.dropLast(places) + "." + fraction
  }
}

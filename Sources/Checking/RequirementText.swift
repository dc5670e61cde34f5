import Dissection
import Reporting
import Tracking

extension Rule {
  /// What it asks for, in words: the same for every capture.
  public var requirement: String {
    let beginning: String
    switch demand {
    case .never(let condition): beginning = "no \(condition.words)"
    case .limit(let condition, .count(let count)):
      beginning = "at most \(count.grouped) times: \(condition.words)"
    case .limit(let condition, .share(let percent)):
      beginning = "in at most \(Self.text(percent)) % of the connections: \(condition.words)"
    case .limit(let condition, .atOnce(let count)):
      beginning = "at most \(count.grouped) at once on one address: \(condition.words)"
    case .always(.close(let close)):
      let time = close.duration.map { " within \($0.words)" } ?? ""
      beginning = "every close \(Self.list(close.kinds.map(\.rawValue), "or"))\(time)"
    case .always(let condition): beginning = "every \(condition.words)"
    case .expect(let expectation): beginning = expectation.words
    }
    return ([beginning] + selector.words).joined(separator: "; ")
  }

  /// Without zeros that say nothing.
  static func text(_ percent: Double) -> String {
    percent == percent.rounded() ? String(Int(percent)) : String(percent)
  }

  fileprivate static func list(_ words: [String], _ last: String) -> String {
    let words = words.sorted()
    guard let final = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(last) " + final
  }
}

extension Condition {
  /// To follow `no`.
  fileprivate var words: String {
    switch self {
    case .state(let state): state.words
    case .finding(let finding): finding.words
    case .close(let close):
      "connection that ends: "
        + Self.names(close.kinds, of: CloseKind.allCases)
        + (close.duration.map { ", after \($0.words) or longer" } ?? "")
    case .closedFirst(let sides):
      "connection closed first by "
        + Rule.list(sides.map { $0 == .both ? "both" : "the \($0.rawValue)" }, "or")
    case .reset(let reset):
      "reset"
        + (reset.isAfterFIN ? " after a FIN" : "")
        + (reset.causes.count == ResetCause.allCases.count
          ? "" : ": " + Self.names(reset.causes, of: ResetCause.allCases))
    case .late(let late): late.words
    }
  }

  /// In the order of the enumeration, or nothing where all are meant.
  fileprivate static func names<Value: Hashable & RawRepresentable<String>>(
    _ values: Set<Value>, of all: [Value]
  ) -> String {
    values.count == all.count
      ? "any" : all.filter(values.contains).map(\.rawValue).joined(separator: ", ")
  }
}

extension StateCondition {
  fileprivate var words: String {
    let names = TCPState.allCases.filter { states.contains($0) }.map(\.name)
    return (isProved ? "end proved to be in " : "end in ") + Rule.list(names, "or")
      + (activity.map { " (\($0.rawValue))" } ?? "")
      + (duration.map { " for \($0.words) or longer" } ?? "")
      + (isAtEnd ? " at the capture's end" : "")
  }
}

extension FindingCondition {
  fileprivate var words: String {
    (isProved ? "proved finding" : "finding")
      + (kinds.count == FindingKind.allCases.count
        ? "" : " " + Condition.names(kinds, of: FindingKind.allCases))
      + (activity.map { " (\($0.rawValue))" } ?? "")
      + (duration.map { " of \($0.words) or longer" } ?? "") + " at the capture's end"
  }
}

extension LateCondition {
  fileprivate var words: String {
    "late packet"
      + (kinds.count == LateKind.allCases.count
        ? "" : " of the kind " + Condition.names(kinds, of: LateKind.allCases))
      + (effects.count == LateEffect.allCases.count
        ? "" : " with the effect " + Condition.names(effects, of: LateEffect.allCases))
      + (reachesNewConnection ? " that reaches a new connection" : "")
  }
}

extension Expectation {
  fileprivate var words: String {
    let ends = Role.allCases.compactMap { role in
      states(of: role).map { states in
        let names = TCPState.allCases.filter { states.contains($0) }.map(\.name)
        return "the \(role.name) in \(Rule.list(names, "or"))"
      }
    }
    return ends.joined(separator: " and ") + " at the end" + (isProved ? ", proved" : "")
  }
}

extension RuleSelector {
  /// One phrase for each thing that is selected by.
  fileprivate var words: [String] {
    var words: [String] = []
    func add(_ beginning: String, _ texts: [String]) {
      if !texts.isEmpty { words.append("\(beginning) \(texts.joined(separator: ", "))") }
    }
    switch connection {
    case .number(let number): add("of connection", ["\(number)"])
    case .ends(let initiator, let responder):
      add("of the connection", ["\(initiator.text) to \(responder.text)"])
    case nil: break
    }
    add("of the service", services.map(\.text))
    add("from", initiators.map(\.text))
    add("in the network", networks.map(\.text))
    add("on port", ports.map(\.text))
    add("at the host", hosts.map(\.text))
    if let role { add("at the", [role.name]) }
    if let times { words.append("begun between \(times.first.words) and \(times.last.words)") }
    return words
  }
}

extension TimeArgument {
  fileprivate var words: String {
    var text = OutputBuffer()
    switch self {
    case .absolute(let time): text.appendRFC3339(time)
    case .offset(let offset):
      text.append("+")
      text.appendSeconds(offset)
    case .clock(let clock): return String(Timestamp(clock).rfc3339.dropFirst(11))
    }
    return text.text
  }
}

extension Timestamp {
  /// On the first day of the epoch.
  fileprivate init(_ clock: Interval) { self.init(nanoseconds: clock.nanoseconds) }
}

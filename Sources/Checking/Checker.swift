import Dissection
import Reporting
import Tracking

/// Holds connections against rules: takes each as it becomes final, and on the way, where a rule asks
/// for what was before the end.
public struct Checker {
  private var results: [RuleResult]
  private var concurrencies: [Concurrency]
  private var histories: [Int: ConnectionHistory] = [:]
  private var connections = 0
  /// Of the first packet.
  private let start: Timestamp
  /// Whether `note` is told of what moves a connection.
  private let needsHistory: Bool
  /// The states of which a rule asks when they were.
  private let states: StateSet

  /// - Parameter start: the time of the capture's first packet.
  public init(rules: [Rule], start: Timestamp) {
    results = rules.map { RuleResult($0) }
    concurrencies = rules.map { _ in Concurrency() }
    needsHistory = rules.contains(where: \.needsHistory)
    states = rules.reduce(into: StateSet()) { $0.formUnion($1.states) }
    self.start = start
  }

  // MARK: On the way

  /// Whether a segment can change what is known of a connection.
  ///
  /// - Parameter isMoving: it opens or closes, or is late.
  public func isConcerned(_ number: Int, isMoving: Bool, at instant: Timestamp) -> Bool {
    guard let history = histories[number] else { return true }
    return (isMoving || !history.isOpen) && history.isDue(at: instant)
  }

  /// Takes a connection as it is after, or just before, a segment.
  public mutating func note(
    _ connection: ConnectionReport, at instant: Timestamp, isMoved: Bool
  ) {
    histories[connection.number, default: ConnectionHistory(of: states)]
      .note(connection, at: instant, isMoved: isMoved)
  }

  // MARK: The last word

  /// Takes a connection for the last time.
  public mutating func add(_ connection: ConnectionReport, at instant: Timestamp) {
    connections += 1
    var history = histories.removeValue(forKey: connection.number)
    if needsHistory {
      history = history ?? ConnectionHistory(of: states)
      history?.note(connection, at: instant)
    }
    let sight = Sight(connection: connection, instant: instant, history: history)
    for index in results.indices {
      let rule = results[index].rule
      guard rule.selector.selects(connection, start: start) else { continue }
      results[index].connections += 1
      if case .limit(.state(let state), .atOnce) = rule.demand {
        for span in rule.spans(state, in: sight) {
          concurrencies[index].add(
            connection.endpoints[span.role].local.address, since: span.since,
            end: span.since.advanced(by: span.duration(at: instant)))
        }
      } else {
        results[index].violations += rule.search(sight)
      }
    }
  }

  /// Ends the check.
  public mutating func finish(
    captures: [CaptureRow], complaints: [String], rulesFile: String?
  ) -> CheckReport {
    for index in results.indices { conclude(index) }
    return CheckReport(
      results: results, connections: connections, captures: captures, complaints: complaints,
      rulesFile: rulesFile)
  }

  private mutating func conclude(_ index: Int) {
    let rule = results[index].rule
    // Connections leave in another order than they came.
    let order = results[index].violations.enumerated().sorted { one, other in
      (one.element.connection?.number ?? 0, one.offset)
        < (other.element.connection?.number ?? 0, other.offset)
    }
    results[index].violations = order.map(\.element)
    let selected = results[index].connections
    if selected == 0, rule.needsConnections {
      results[index].violations = [Violation(of: rule, seen: "there is no such connection")]
    }
    switch rule.demand {
    case .never, .always, .expect:
      let count = results[index].violations.count
      results[index].seen =
        count == 0
        ? "none in \(selected.counted("connection"))"
        : "\(count.grouped) in \(selected.counted("connection"))"
    case .limit(_, .count(let limit)):
      let count = results[index].violations.count
      results[index].seen =
        "\(count.grouped) in \(selected.counted("connection")), \(limit.grouped) allowed"
      if count <= limit, selected > 0 { results[index].violations = [] }
    case .limit(_, .share(let percent)):
      limit(index, to: percent)
    case .limit(.state(let state), .atOnce(let limit)):
      self.limit(index, state, to: limit)
    case .limit(_, .atOnce):
      break  // The reader of rules takes it of states alone.
    }
  }

  private mutating func limit(_ index: Int, to percent: Double) {
    let selected = results[index].connections
    guard selected > 0 else { return }
    let concerned = Set(results[index].violations.compactMap { $0.connection?.number }).count
    let share = Double(concerned) * 100 / Double(selected)
    results[index].seen =
      "\(concerned.grouped) of \(selected.counted("connection")) "
      + "(\(Rule.text((share * 10).rounded() / 10)) %), \(Rule.text(percent)) % allowed"
    if share <= percent { results[index].violations = [] }
  }

  private mutating func limit(_ index: Int, _ state: StateCondition, to limit: Int) {
    let rule = results[index].rule
    let peaks = concurrencies[index].peaks()
    let most = peaks.map(\.count).max() ?? 0
    results[index].seen = "\(most.grouped) at once on one address, \(limit.grouped) allowed"
    for peak in peaks where peak.count > limit {
      var violation = Violation(
        of: rule,
        seen: "\(peak.count.counted("end")) of \(peak.address.text) in the state at once, first "
          + "\(max(peak.time.since(start), .zero).words) after the capture's first packet")
      violation.count = peak.count
      violation.kind.place = peak.address.text
      results[index].violations.append(violation)
    }
  }
}

extension Rule {
  /// The states that it looks for, also before the end.
  fileprivate var states: StateSet {
    switch demand {
    case .never(.state(let state)), .limit(.state(let state), _): state.states
    case .never, .limit, .always, .expect: StateSet()
    }
  }

  /// Whether it is broken where it selects no connection.
  fileprivate var needsConnections: Bool {
    if case .expect = demand { return true }
    return isRequired
  }
}

extension Violation {
  /// One that is about no connection.
  fileprivate init(of rule: Rule, seen: String) {
    self.init(
      connection: nil, kind: Kind(place: nil, role: nil, what: rule.subject), seen: seen,
      duration: nil, frames: [])
  }
}

extension Rule {
  /// What it is about, in a word.
  fileprivate var subject: String {
    switch demand {
    case .never(let condition), .limit(let condition, _), .always(let condition):
      switch condition {
      case .state: "state"
      case .finding: "finding"
      case .close: "close"
      case .closedFirst: "closed_first"
      case .reset: "reset"
      case .late: "late"
      }
    case .expect: "expect"
    }
  }
}

import Dissection
import Tracking

/// What a line expects against what the tracker says.
extension CloseScript.Run {
  func failures(of line: CloseScript.Line, at instant: Timestamp) -> [String] {
    let reports = reports(at: instant)
    let number = line.connection ?? last?.connection ?? 0
    var found: [String] = []
    if let report = reports[number] {
      found += states(of: line, in: report)
      found += line.expectations.compactMap { unmet($0, in: report, of: reports) }
    } else {
      found.append("no connection \(number)")
    }
    if line.packet != nil { found += unexpectedLateness(line, reports) }
    found += brokenRules(reports, at: instant)
    return found.map { "line \(line.number), frame \(frame): \($0)\n    \(line.text)" }
  }

  // MARK: States

  private func states(of line: CloseScript.Line, in report: ConnectionReport) -> [String] {
    [(CloseScript.Host.x, line.x), (.y, line.y)].compactMap { host, column in
      guard let column else { return nil }
      guard let endpoint = endpoint(host, in: report) else {
        return "\(host.rawValue) is no end of it"
      }
      let claim = endpoint.claim
      let fits =
        claim.state == column.state && (column.certainty ?? claim.certainty) == claim.certainty
        && (column.possible ?? claim.possible) == claim.possible
      if fits { return nil }
      let found = "\(CloseScript.StateColumn(claim)) (\(claim.ground), \(claim.evidence.frames))"
      return "\(host.rawValue) must be \(column), is \(found)"
    }
  }

  func endpoint(_ host: CloseScript.Host, in report: ConnectionReport) -> EndpointReport? {
    Role.allCases.map { report.endpoints[$0] }.first { $0.local == address(host) }
  }

  // MARK: Expectations

  private func late(
    in reports: [Int: ConnectionReport], frame wanted: Int? = nil
  ) -> [LateSegment] {
    reports.values.flatMap(\.late).filter { $0.frame == wanted ?? frame }
  }

  private func unexpectedLateness(
    _ line: CloseScript.Line, _ reports: [Int: ConnectionReport]
  ) -> [String] {
    let isExpected = line.expectations.contains {
      switch $0 {
      case .late, .perhapsLate: true
      case .hindsight, .effect, .reply, .copy, .connection, .close, .closedFirst, .cause, .stream,
        .gap,
        .oneSided, .until, .since, .activity, .ground, .resent:
        false
      }
    }
    let kinds = late(in: reports).map(\.kind.rawValue)
    if isExpected { return kinds.count > 1 ? ["late more than once: \(kinds)"] : [] }
    return kinds.isEmpty ? [] : ["must not be late, is \(kinds)"]
  }

  private func unmet(
    _ expectation: CloseScript.Expectation, in report: ConnectionReport,
    of reports: [Int: ConnectionReport]
  ) -> String? {
    switch expectation {
    case .late(let kind):
      return differ("late", kind.rawValue, late(in: reports).first?.kind.rawValue)
    case .hindsight(let earlier, let kind):
      return differ(
        "frame \(earlier)", kind.rawValue, late(in: reports, frame: earlier).first?.kind.rawValue)
    case .perhapsLate: return nil
    case .effect(let effect):
      return differ("effect", effect.rawValue, late(in: reports).first?.effect.rawValue)
    case .reply(let reply):
      return differ("reply", reply.rawValue, late(in: reports).first?.replyExpected.rawValue)
    case .copy: return last?.isCopy == true ? nil : "must be a copy, is not"
    case .connection(let number): return differ("connection", number, last?.connection)
    case .close(let kind): return differ("close", kind.rawValue, report.close.rawValue)
    case .closedFirst(let first):
      return differ("closed first", first?.rawValue, report.closedFirst?.rawValue)
    case .cause(let cause): return differ("cause", cause?.rawValue, report.resetCause?.rawValue)
    case .stream(let stream): return differ("stream", stream, report.stream)
    case .gap(let gap): return differ("gap", gap, report.gap)
    case .oneSided: return report.oneSided ? nil : "must be one-sided, is not"
    case .until(let host, let time):
      return differInTime(host, "until", time, endpoint(host, in: report)?.claim.until)
    case .since(let host, let time):
      return differInTime(host, "since", time, endpoint(host, in: report)?.claim.since)
    case .activity(let host, let activity):
      return differ(
        "\(host.rawValue).activity", activity.rawValue,
        endpoint(host, in: report)?.activity?.rawValue)
    case .ground(let host, let ground):
      return differ(
        "\(host.rawValue).ground", ground,
        endpoint(host, in: report).map { "\($0.claim.ground)" })
    case .resent(let host, let count):
      return differ(
        "\(host.rawValue).resent", count, endpoint(host, in: report)?.finRetransmissions)
    }
  }

  private func differ<Value: Equatable>(
    _ what: String, _ expected: Value?, _ found: Value?
  ) -> String? {
    guard expected != found else { return nil }
    func show(_ value: Value?) -> String { value.map { "\($0)" } ?? "none" }
    return "\(what) must be \(show(expected)), is \(show(found))"
  }

  private func differInTime(
    _ host: CloseScript.Host, _ what: String, _ expected: Double?, _ found: Timestamp?
  ) -> String? {
    func seconds(_ time: Timestamp?) -> Double? { time?.since(.at(0)).seconds }
    guard let expected, let found = seconds(found) else {
      return differ("\(host.rawValue).\(what)", expected, seconds(found))
    }
    let isClose = abs(expected - found) <= script.toleranceSeconds
    return isClose ? nil : differ("\(host.rawValue).\(what)", expected, found)
  }

  // MARK: What holds at every instant

  private func brokenRules(
    _ reports: [Int: ConnectionReport], at instant: Timestamp
  ) -> [String] {
    var broken: [String] = []
    var open: [SocketAddress: Int] = [:]
    for report in reports.values.sorted(by: { $0.number < $1.number }) {
      for role in Role.allCases {
        let endpoint = report.endpoints[role]
        let claim = endpoint.claim
        let name = "connection \(report.number), \(role): \(CloseScript.StateColumn(claim))"
        if !claim.possible.contains(claim.state) { broken.append("\(name): impossible") }
        if claim.certainty == .proved, claim.possible != StateSet(claim.state) {
          broken.append("\(name): proved and yet not the only one")
        }
        if claim.state == .listen { broken.append("\(name): LISTEN belongs to a port") }
        if claim.evidence.frames.contains(where: { $0 > frame }) {
          broken.append("\(name): evidence from the future")
        }
        if claim.state != .closed, let other = open[endpoint.local] {
          broken.append("\(name): open beside connection \(other)")
        }
        if claim.state != .closed { open[endpoint.local] = report.number }
        if claim.certainty == .proved, report.gap || report.oneSided {
          broken.append("\(name): proved in spite of a gap or a missing direction")
        }
      }
    }
    return broken
  }
}

extension CloseScript {
  /// A claim as a column of a script has it; `possible` where more than the claim's is possible.
  public static func column(_ claim: Claim, _ possible: StateSet? = nil) -> String {
    var column = StateColumn(claim)
    column.possible = possible ?? claim.possible
    if claim.certainty == .proved, column.possible == StateSet(claim.state) {
      column.possible = nil
    }
    return column.description
  }
}

extension CloseScript.StateColumn: CustomStringConvertible {
  init(_ claim: Claim) {
    self.init(state: claim.state, certainty: claim.certainty, possible: claim.possible)
  }

  var description: String {
    let mark = certainty == .presumed ? "?" : certainty == nil ? "~" : ""
    let states = possible.map {
      "{" + $0.ordered(first: state).map(\.name).joined(separator: ",") + "}"
    }
    return state.name + mark + (states ?? "")
  }
}

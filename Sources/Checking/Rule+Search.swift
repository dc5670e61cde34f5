import Dissection
import Reporting
import Tracking

/// A connection as a rule sees it.
struct Sight {
  let connection: ConnectionReport
  let instant: Timestamp
  /// Nil where no rule asks for it.
  let history: ConnectionHistory?
}

extension Rule {
  /// What of a connection that the rule selects counts for its demand.
  func search(_ sight: Sight) -> [Violation] {
    switch demand {
    case .never(let condition), .limit(let condition, _): occurrences(of: condition, in: sight)
    case .always(let condition): exceptions(to: condition, in: sight)
    case .expect(let expectation): differences(from: expectation, in: sight)
    }
  }

  private func occurrences(of condition: Condition, in sight: Sight) -> [Violation] {
    switch condition {
    case .state(let state): spans(state, in: sight).map { violation($0, in: sight) }
    case .finding(let finding): findings(finding, in: sight)
    case .close(let close): closes(close, in: sight)
    case .closedFirst(let sides): closedFirst(sight) { sides.contains($0) }
    case .reset(let reset): resets(reset, in: sight)
    case .late(let late): lates(late, in: sight)
    }
  }

  // MARK: Ends

  /// The states of ends that count.
  func spans(_ condition: StateCondition, in sight: Sight) -> [StateSpan] {
    let all =
      sight.history?.all
      ?? Role.allCases.map { StateSpan(sight.connection.endpoints[$0], $0, at: sight.instant) }
    return all.filter { span in
      condition.states.contains(span.state)
        && selector.includes(span.role, of: sight.connection)
        && (!condition.isAtEnd || span.end == nil)
        && (!condition.isProved || span.isProved)
        && (condition.activity == nil || span.activity == condition.activity)
        && span.duration(at: sight.instant) >= condition.duration ?? .zero
    }
  }

  private func violation(_ span: StateSpan, in sight: Sight) -> Violation {
    let connection = sight.connection
    let end = connection.endpoints[span.role]
    let duration = span.duration(at: sight.instant)
    let tense = span.end == nil ? "is" : "was"
    return Violation(
      connection, end: span.role, what: span.state.name,
      seen: "\(end.local.text) \(tense) in \(span.state.name) for \(duration.words) towards "
        + "\(end.remote.text) (\(span.isProved ? "proved" : "presumed"))",
      duration: duration, frames: span.evidence.frames)
  }

  private func findings(_ condition: FindingCondition, in sight: Sight) -> [Violation] {
    let connection = sight.connection
    let least = condition.duration ?? FindingCondition.usualDuration
    return connection.findings(at: sight.instant).filter { finding in
      let end = connection.endpoints[finding.role]
      return condition.kinds.contains(finding.kind)
        && selector.includes(finding.role, of: connection)
        && (!condition.isProved || end.claim.certainty == .proved)
        && (condition.activity == nil || end.activity == condition.activity)
        && isLongEnough(finding, condition.duration, least)
    }.map { finding in
      Violation(
        connection, end: finding.role, what: finding.kind.rawValue,
        seen: finding.message(in: connection), duration: finding.age,
        frames: connection.evidence(of: finding))
    }
  }

  /// TIME_WAIT is one at any age, unless an age is asked for.
  private func isLongEnough(
    _ finding: Finding, _ asked: Interval?, _ least: Interval
  ) -> Bool {
    guard let age = finding.age else { return asked == nil }
    return asked == nil ? !finding.isInProgress(below: least) : age >= least
  }

  private func differences(from expected: Expectation, in sight: Sight) -> [Violation] {
    let connection = sight.connection
    return Role.allCases.compactMap { role in
      let view = connection.serviceView(of: role)
      guard let states = expected.states(of: view), selector.includes(role, of: connection)
      else { return nil }
      let end = connection.endpoints[role]
      let isAsSure = !expected.isProved || end.claim.certainty == .proved
      if states.contains(end.claim.state), isAsSure { return nil }
      let others = end.claim.possible.subtracting(StateSet(end.claim.state))
        .ordered(first: end.claim.state).map(\.name)
      return Violation(
        connection, end: role, what: end.claim.state.name,
        seen: "the \(view.name) \(end.local.text) is \(end.claim.state.name) "
          + "(\(end.claim.certainty.name)) towards \(end.remote.text)"
          + (others.isEmpty ? "" : "; it can also be \(others.joined(separator: ", "))"),
        duration: end.claim.since.map { max(sight.instant.since($0), .zero) },
        frames: end.claim.evidence.frames)
    }
  }

  // MARK: Packets

  private func resets(_ condition: ResetCondition, in sight: Sight) -> [Violation] {
    let connection = sight.connection
    guard let cause = connection.resetCause, condition.causes.contains(cause) else { return [] }
    let firstFIN = Role.allCases.compactMap { connection.endpoints[$0].finFrame }.min()
    let resets = Role.allCases.compactMap { role in
      connection.endpoints[role].rstFrame.map { (role: role, frame: $0) }
    }.filter { reset in
      selector.includes(reset.role, of: connection)
        && (!condition.isAfterFIN || firstFIN.map { reset.frame > $0 } ?? false)
    }
    guard let first = resets.min(by: { $0.frame < $1.frame }) else { return [] }
    let end = connection.endpoints[first.role]
    let frames = condition.isAfterFIN ? [firstFIN ?? first.frame, first.frame] : [first.frame]
    return [
      Violation(
        connection, end: first.role, what: cause.rawValue,
        seen: "\(end.local.text) reset the connection with \(end.remote.text)"
          + (condition.isAfterFIN ? " after a FIN" : "") + ": \(cause.words)",
        frames: frames)
    ]
  }

  private func lates(_ condition: LateCondition, in sight: Sight) -> [Violation] {
    let connection = sight.connection
    return connection.late.filter { late in
      condition.kinds.contains(late.kind) && condition.effects.contains(late.effect)
        && (!condition.reachesNewConnection || late.reachesNewConnection == true)
    }.compactMap { late in
      let receiver: Role =
        late.to == connection.endpoints.initiator.local ? .initiator : .responder
      guard selector.includes(receiver, of: connection) else { return nil }
      let after = late.afterClose.map { " \($0.words) after the close" } ?? " after the close"
      return Violation(
        connection, end: receiver, what: late.kind.rawValue,
        seen: "\(late.kind.rawValue) from \(late.from.text) to \(late.to.text)\(after); effect: "
          + late.effect.words
          + (late.reachesNewConnection == true ? ", and it lies in a new connection's window" : ""),
        frames: [late.frame] + (late.replyFrame.map { [$0] } ?? []))
    }
  }
}

extension StateSpan {
  /// A state that was seen at the last look alone.
  fileprivate init(_ end: EndpointReport, _ role: Role, at instant: Timestamp) {
    let claim = end.claim
    self.init(
      role: role, state: claim.state, since: claim.since ?? instant,
      isProved: claim.certainty == .proved, activity: end.activity,
      evidence: claim.evidence, lastLook: instant)
  }
}

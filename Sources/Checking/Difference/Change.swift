import Dissection
import Reporting
import Tracking

/// One thing that is different in a newer capture.
public struct Change: Equatable, Sendable {
  public enum Verdict: String, CaseIterable, Sendable {
    case worse, better, changed
  }

  /// What it is about.
  public enum Scope: String, Sendable {
    case rule, service, connection
  }

  public var scope: Scope
  public var verdict: Verdict
  /// The rule of a check, and the service's socket; nil: neither.
  public var rule: String?
  public var service: String?
  public var role: Role?
  /// Of what there is more or less.
  public var kind: String?
  public var before: Int?
  public var now: Int?
  public var sentence: String
}

/// What is different, services and rules first.
public struct Difference: Sendable {
  public private(set) var changes: [Change] = []

  public var isWorse: Bool { changes.contains { $0.verdict == .worse } }

  func count(_ verdict: Change.Verdict) -> Int { changes.count { $0.verdict == verdict } }

  /// Of two reports of `check`.
  public init(before: Baseline, now: Baseline) {
    for key in Set(before.tally.rows.keys).union(now.tally.rows.keys).sorted() {
      let (old, new) = (before.tally[key] ?? .init(), now.tally[key] ?? .init())
      let isLonger = (new.seconds ?? 0) > Tally.tolerance(of: old.seconds ?? 0)
      let verdict: Change.Verdict
      if new.count > old.count || (new.count > 0 && isLonger) {
        verdict = .worse
      } else if new.count < old.count {
        verdict = .better
      } else {
        continue
      }
      let place = [key.place, key.role.map { "the \($0)" }].compactMap { $0 }
        .joined(separator: ", ")
      changes.append(
        Change(
          scope: .rule, verdict: verdict, rule: key.rule, service: key.place,
          role: Role.allCases.first { $0.name == key.role }, kind: key.kind, before: old.count,
          now: new.count,
          sentence: "\(key.rule): \(place.isEmpty ? "" : place + ": ")\(new.words(key.kind)); "
            + "before: \(old.words(nil))"))
    }
  }

  /// Of two captures.
  public init(before: Census, now: Census) {
    let services = Set(before.services.keys).union(now.services.keys).sorted()
    let pairs = services.map { service in
      ServicePair(
        service: service, before: before.services[service] ?? [], now: now.services[service] ?? [])
    }
    changes = pairs.flatMap { $0.changes } + pairs.flatMap { $0.connections }
  }
}

extension Tally.Row {
  fileprivate func words(_ kind: String?) -> String {
    if count == 0 { return "none" }
    return [count.grouped, kind].compactMap { $0 }.joined(separator: " ")
      + (seconds.map { ", for up to \(Interval.seconds($0).words)" } ?? "")
  }
}

import Dissection
import Reporting
import Tracking

/// The connections of one service in an older and a newer capture.
struct ServicePair {
  let service: SocketAddress
  private let before: [Outcome]
  private let now: [Outcome]
  private let amountsBefore: [Trait: Amount]
  private let amountsNow: [Trait: Amount]

  init(service: SocketAddress, before: [Outcome], now: [Outcome]) {
    self.service = service
    self.before = before
    self.now = now
    amountsBefore = Self.tally(before)
    amountsNow = Self.tally(now)
  }

  /// Who closes first is told where it has shifted by a tenth of the connections.
  private static let shift = 0.1

  // MARK: The service

  /// What there is more or less of.
  var changes: [Change] {
    if before.isEmpty || now.isEmpty { return [presence] + traitChanges.filter(\.isWorse) }
    return traitChanges
  }

  private var presence: Change {
    let sentence =
      before.isEmpty
      ? "\(service.text) is new: \(now.count.counted("connection"))"
      : "\(service.text) is gone; before: \(before.count.counted("connection"))"
    return Change(
      scope: .service, verdict: .changed, service: service.text, before: before.count,
      now: now.count, sentence: sentence)
  }

  private var traitChanges: [Change] { traits.sorted().compactMap { change($0) } }

  private var traits: Set<Trait> { Set(amountsBefore.keys).union(amountsNow.keys) }

  /// How many connections a trait has, and the longest.
  private struct Amount {
    var count = 0
    var longest: Interval?
  }

  private static func tally(_ outcomes: [Outcome]) -> [Trait: Amount] {
    var amounts: [Trait: Amount] = [:]
    for (trait, duration) in outcomes.lazy.flatMap(\.traits) {
      var amount = amounts[trait] ?? Amount()
      amount.count += 1
      amount.longest = duration.map { max(amount.longest ?? .zero, $0) } ?? amount.longest
      amounts[trait] = amount
    }
    return amounts
  }

  /// Nil where nothing is to be said.
  private func verdict(_ trait: Trait) -> Change.Verdict? {
    let old = amountsBefore[trait] ?? Amount()
    let new = amountsNow[trait] ?? Amount()
    let oldShare = Double(old.count) / Double(max(before.count, 1))
    let newShare = Double(new.count) / Double(max(now.count, 1))
    guard trait.isBad else { return abs(newShare - oldShare) >= Self.shift ? .changed : nil }
    let isLonger =
      old.count > 0
      && (new.longest?.roundedSeconds ?? 0)
        > Tally.tolerance(of: old.longest?.roundedSeconds ?? 0)
    // More connections have more of everything: it counts where the share is larger, too.
    if new.count > old.count && newShare > oldShare || new.count > 0 && isLonger { return .worse }
    return new.count < old.count && newShare < oldShare ? .better : nil
  }

  private func change(_ trait: Trait) -> Change? {
    guard let verdict = verdict(trait) else { return nil }
    let old = amountsBefore[trait] ?? Amount()
    let new = amountsNow[trait] ?? Amount()
    return Change(
      scope: .service, verdict: verdict, service: service.text, role: trait.role,
      kind: trait.kind, before: old.count, now: new.count,
      sentence: "\(service.text): \(words(new, now)) "
        + "\(new.count == 1 ? trait.words.singular : trait.words.plural)\(lasting(new, trait)); "
        + "before: \(words(old, before, isShort: true))\(lasting(old, trait))")
  }

  private func words(_ amount: Amount, _ all: [Outcome], isShort: Bool = false) -> String {
    let count = amount.count == 0 ? "none" : amount.count.grouped
    return isShort
      ? "\(count) of \(all.count.grouped)" : "\(count) of \(all.count.counted("connection"))"
  }

  private func lasting(_ amount: Amount, _ trait: Trait) -> String {
    trait.isBad ? amount.longest.map { ", for up to \($0.words)" } ?? "" : ""
  }

  // MARK: Connections

  /// Those that went another way than before.
  ///
  /// Ports and order differ from run to run. So connections that went the same way are matched,
  /// those of the same client first, and of what is left over the others, likewise.
  var connections: [Change] {
    var (old, new) = (before, now)
    Self.match(&old, &new) { WayKey(client: $0.client, way: $0.way) }
    Self.match(&old, &new) { WayKey(client: nil, way: $0.way) }
    let worse = traits.filter { verdict($0) == .worse }
    var changes: [Change] = []
    var rest = Dictionary(grouping: old, by: \.client).mapValues { $0[...] }
    var unpaired: [Outcome] = []
    for outcome in new {
      if let partner = rest[outcome.client]?.popFirst() {
        changes.append(change(from: partner, to: outcome, worse))
      } else {
        unpaired.append(outcome)
      }
    }
    var left = rest.values.flatMap { $0 }.sorted { $0.number < $1.number }[...]
    for outcome in unpaired {
      changes.append(change(from: left.popFirst(), to: outcome, worse))
    }
    // What is only there in one of them is told if something was wrong with it.
    return changes.filter { $0.verdict != .changed || $0.before != nil }
      + left.filter { !$0.badTraits.isEmpty }.map { gone($0) }
  }

  private struct WayKey: Hashable {
    let client: IPAddress?
    let way: Outcome.Way
  }

  /// Takes out of both what has a counterpart.
  private static func match(
    _ old: inout [Outcome], _ new: inout [Outcome], by key: (Outcome) -> WayKey
  ) {
    var counts = Dictionary(grouping: old, by: key).mapValues(\.count)
    var matched: [WayKey: Int] = [:]
    new.removeAll { outcome in
      let key = key(outcome)
      guard let count = counts[key], count > 0 else { return false }
      counts[key] = count - 1
      matched[key, default: 0] += 1
      return true
    }
    old.removeAll { outcome in
      let key = key(outcome)
      guard let count = matched[key], count > 0 else { return false }
      matched[key] = count - 1
      return true
    }
  }

  /// - Parameter worse: of what the service has more; more connections have more of the same.
  private func change(
    from old: Outcome?, to new: Outcome, _ worse: Set<Trait>
  ) -> Change {
    let (bad, badBefore) = (new.badTraits, old?.badTraits ?? [])
    let verdict: Change.Verdict
    if !bad.subtracting(badBefore).isDisjoint(with: worse) {
      verdict = .worse
    } else {
      verdict = bad.isStrictSubset(of: badBefore) ? .better : .changed
    }
    let beginning = "\(new.client.text) to \(service.text), connection \(new.number)"
    let ending = old.map { "; before: \($0.words) (connection \($0.number))" } ?? " (it is new)"
    return Change(
      scope: .connection, verdict: verdict, service: service.text, before: old?.number,
      now: new.number, sentence: "\(beginning) \(new.words)\(ending)")
  }

  private func gone(_ old: Outcome) -> Change {
    Change(
      scope: .connection, verdict: .better, service: service.text, before: old.number, now: nil,
      sentence: "\(old.client.text) to \(service.text) has one connection less; before: "
        + "\(old.words) (connection \(old.number))")
  }
}

extension Change {
  fileprivate var isWorse: Bool { verdict == .worse }
}

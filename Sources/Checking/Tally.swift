import Dissection
import Reporting
import Tracking

/// How many violations there are of each rule, service, role and kind: what is compared between two
/// captures of the same test, in which ports, frames and times differ.
public struct Tally: Equatable, Sendable {
  struct Key: Hashable, Comparable, Sendable {
    let rule: String
    let place: String?
    let role: String?
    let kind: String

    init(rule: String, place: String?, role: String?, kind: String) {
      self.rule = rule
      self.place = place
      self.role = role
      self.kind = kind
    }

    init(_ violation: Violation, of rule: Rule) {
      self.init(
        rule: rule.name, place: violation.kind.place, role: violation.kind.role?.name,
        kind: violation.kind.what)
    }

    static func < (left: Self, right: Self) -> Bool {
      left.order.lexicographicallyPrecedes(right.order)
    }

    private var order: [String] { [rule, place ?? "", role ?? "", kind] }
  }

  struct Row: Equatable, Sendable {
    var count = 0
    /// In whole seconds, rounded up to two digits, so that it stays from run to run; nil: none has a
    /// length.
    var seconds: Int64?

    mutating func add(_ violation: Violation) {
      count += violation.count
      if let duration = violation.duration {
        seconds = max(seconds ?? 0, duration.roundedSeconds)
      }
    }
  }

  private(set) var rows: [Key: Row] = [:]

  init() {}

  public init(_ report: CheckReport) {
    for result in report.results {
      for violation in result.violations {
        rows[Key(violation, of: result.rule), default: Row()].add(violation)
      }
    }
  }

  subscript(key: Key) -> Row? {
    get { rows[key] }
    set { rows[key] = newValue }
  }
}

extension Interval {
  /// Up to two digits, rounded up.
  var roundedSeconds: Int64 {
    var unit: Int64 = 1
    let seconds = nanoseconds / 1_000_000_000 + (nanoseconds % 1_000_000_000 > 0 ? 1 : 0)
    while seconds / unit >= 100 { unit *= 10 }
    return (seconds + unit - 1) / unit * unit
  }
}

extension JSONWriter {
  /// In the order of the keys.
  mutating func write(_ tally: Tally) {
    beginArray()
    for (key, row) in tally.rows.sorted(by: { $0.key < $1.key }) {
      newLine()
      beginObject()
      field("rule", key.rule)
      field("service", key.place)
      field("role", word: key.role)
      field("kind", word: key.kind)
      field("count", row.count)
      field("longest", row.seconds.map { Interval.seconds($0) })
      endObject()
    }
    endArray()
  }
}

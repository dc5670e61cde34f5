import Dissection
import Reporting
import Tracking

/// What came of one rule.
public struct RuleResult: Sendable {
  public let rule: Rule
  /// How many connections it selected.
  public internal(set) var connections = 0
  /// What breaks it, in order of the connections; of what a `limit` allows, nothing.
  public internal(set) var violations: [Violation] = []
  /// How much there was, and where it is limited, how much is allowed.
  public internal(set) var seen = ""

  init(_ rule: Rule) { self.rule = rule }

  /// Something breaks it that no baseline knows.
  public var isBroken: Bool { violations.contains(where: \.counts) }
}

extension Violation {
  /// No baseline knows it.
  public var counts: Bool { standing != .known }
}

/// What came of all rules.
public struct CheckReport: Sendable {
  public var results: [RuleResult]
  /// How many connections the captures hold.
  public var connections: Int
  public var captures: [CaptureRow]
  /// One sentence for each input that was damaged.
  public var complaints: [String]
  /// The file of rules as it was named; nil: the default rules.
  public var rulesFile: String?
  /// How many kinds of violations of a baseline are not there any more; nil: there is none.
  public var gone: Int?

  public init(
    results: [RuleResult], connections: Int, captures: [CaptureRow], complaints: [String],
    rulesFile: String?
  ) {
    self.results = results
    self.connections = connections
    self.captures = captures
    self.complaints = complaints
    self.rulesFile = rulesFile
  }

  public var broken: Int { results.count(where: \.isBroken) }
  /// Those that count.
  public var violations: Int { results.reduce(0) { $0 + $1.violations.count(where: \.counts) } }
  /// Those that a baseline knows.
  public var known: Int { results.reduce(0) { $0 + $1.violations.count { !$0.counts } } }
}

import Dissection
import Tracking

/// One requirement on a capture: which connections it is about, and what must hold of them.
public struct Rule: Equatable, Sendable {
  public var name: String
  /// Which connections, and which of their ends.
  public var selector: RuleSelector
  public var demand: Demand
  /// Broken, too, where the selector finds no connection.
  public var isRequired: Bool
  /// Where it stands in its file; nil for a rule that is built in.
  public var place: RulePlace?

  public init(
    name: String, selector: RuleSelector = RuleSelector(), demand: Demand,
    isRequired: Bool = false, place: RulePlace? = nil
  ) {
    self.name = name
    self.selector = selector
    self.demand = demand
    self.isRequired = isRequired
    self.place = place
  }

  /// Whether it asks for more than how each connection was seen last.
  public var needsHistory: Bool {
    switch demand {
    case .never(let condition), .limit(let condition, _), .always(let condition):
      condition.needsHistory
    case .expect: false
    }
  }
}

/// A place in a file of rules, both from 1; columns count Unicode scalars.
public struct RulePlace: Equatable, Sendable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// What a rule asks for.
public enum Demand: Equatable, Sendable {
  /// Nothing of the kind may be there.
  case never(Condition)
  /// No more of the kind may be there than this.
  case limit(Condition, Bound)
  /// Every connection to which it applies must be of the kind.
  case always(Condition)
  /// The ends of every connection are in these states at the end.
  case expect(Expectation)
}

/// How much a `limit` allows.
public enum Bound: Equatable, Sendable {
  case count(Int)
  /// Of the selected connections, in per cent.
  case share(percent: Double)
  /// Ends of one address in the state at the same time.
  case atOnce(Int)
}

/// The states that the ends must be in at the end; nil: any.
public struct Expectation: Equatable, Sendable {
  public var initiator: StateSet?
  public var responder: StateSet?
  /// The claims must be proved.
  public var isProved: Bool

  public init(initiator: StateSet? = nil, responder: StateSet? = nil, isProved: Bool = false) {
    self.initiator = initiator
    self.responder = responder
    self.isProved = isProved
  }

  func states(of role: Role) -> StateSet? {
    switch role {
    case .initiator: initiator
    case .responder: responder
    }
  }
}

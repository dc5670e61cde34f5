import Dissection
import Tracking

/// What a rule looks for in connections.
public enum Condition: Equatable, Sendable {
  case state(StateCondition)
  case finding(FindingCondition)
  case close(CloseCondition)
  case closedFirst(Set<ClosedFirst>)
  case reset(ResetCondition)
  case late(LateCondition)

  var needsHistory: Bool {
    switch self {
    case .state(let state): !state.isAtEnd
    case .close(let close): close.duration != nil
    case .finding, .closedFirst, .reset, .late: false
    }
  }
}

/// An end that is or was in one of these states.
public struct StateCondition: Equatable, Sendable {
  public var states: StateSet
  /// For this long or longer.
  public var duration: Interval?
  /// Whether an end in CLOSE_WAIT still sends.
  public var activity: Activity?
  /// Only what lasts at the end of the capture.
  public var isAtEnd = false
  /// Only what the end's own packets prove.
  public var isProved = false

  public init(states: StateSet, duration: Interval? = nil) {
    self.states = states
    self.duration = duration
  }
}

/// A finding of `read`.
public struct FindingCondition: Equatable, Sendable {
  public var kinds: Set<FindingKind>
  /// For this long or longer; nil: as `read` does.
  public var duration: Interval?
  public var activity: Activity?
  public var isProved = false

  public init(
    kinds: Set<FindingKind>, duration: Interval? = nil, activity: Activity? = nil
  ) {
    self.kinds = kinds
    self.duration = duration
    self.activity = activity
  }

  /// A state that has lasted for less may just not have been answered yet.
  static let usualDuration = Interval.seconds(1)
}

/// A connection that closed in one of these ways.
public struct CloseCondition: Equatable, Sendable {
  public var kinds: Set<CloseKind>
  /// From the first FIN or RST until it was closed: `always` asks for no longer than this, the other
  /// demands look for this long or longer.
  public var duration: Interval?

  public init(kinds: Set<CloseKind>, duration: Interval? = nil) {
    self.kinds = kinds
    self.duration = duration
  }
}

/// A connection that was reset for one of these causes.
public struct ResetCondition: Equatable, Sendable {
  public var causes: Set<ResetCause>
  /// Only where a FIN came before.
  public var isAfterFIN: Bool

  public init(causes: Set<ResetCause>, isAfterFIN: Bool = false) {
    self.causes = causes
    self.isAfterFIN = isAfterFIN
  }
}

/// A late packet of one of these kinds and effects.
public struct LateCondition: Equatable, Sendable {
  public var kinds: Set<LateKind>
  public var effects: Set<LateEffect>
  /// Only one that reaches a new connection on the same ports.
  public var reachesNewConnection: Bool

  public init(
    kinds: Set<LateKind> = Set(LateKind.allCases),
    effects: Set<LateEffect> = Set(LateEffect.allCases), reachesNewConnection: Bool = false
  ) {
    self.kinds = kinds
    self.effects = effects
    self.reachesNewConnection = reachesNewConnection
  }
}

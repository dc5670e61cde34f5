import Dissection
import Reporting
import Tracking

/// What a rule asks for.
extension RuleReader {
  enum Verb: String {
    case never, limit, always
  }

  private static let subjects = ["state", "finding", "close", "closed_first", "reset", "late"]
  private static let bounds = ["at_most", "share", "at_once"]
  /// What can be told more closely.
  private static let details = [
    "longer_than", "within", "activity", "at_end", "certainty", "after_fin", "effect",
    "reaches_new_connection",
  ]

  mutating func condition(
    _ field: RuleFields.Field, _ verb: Verb
  ) -> (condition: Condition, bound: Bound?)? {
    let known = Self.subjects + Self.details + (verb == .limit ? Self.bounds : [])
    guard
      let fields = notes.fields(
        of: field.value, at: field.place, what: "'\(verb.rawValue)'", known: known)
    else { return nil }
    let present = fields.present(Self.subjects)
    guard let subject = present.first else {
      notes.note(
        fields.place,
        "'\(verb.rawValue)' needs one of \(Self.subjects.joined(separator: ", "))")
      return nil
    }
    for other in present.dropFirst() {
      notes.note(
        other.keyPlace, "'\(other.key)' and '\(subject.key)' are two things: write two rules")
    }
    if verb == .always, !["close", "closed_first"].contains(subject.key) {
      notes.note(
        subject.keyPlace, "'always' takes 'close' or 'closed_first'; write 'never' or 'limit'")
      return nil
    }
    checkDetails(fields, subject.key, verb)
    let bound = verb == .limit ? bound(fields, subject.key) : nil
    return condition(subject, fields, verb).map { ($0, bound) }
  }

  /// Each detail must go with what it is a detail of.
  private mutating func checkDetails(_ fields: RuleFields, _ subject: String, _ verb: Verb) {
    let fitting: [String]
    switch subject {
    case "state": fitting = ["longer_than", "activity", "at_end", "certainty", "at_once"]
    case "finding": fitting = ["longer_than", "activity", "certainty"]
    case "close": fitting = [verb == .always ? "within" : "longer_than"]
    case "reset": fitting = ["after_fin"]
    case "late": fitting = ["effect", "reaches_new_connection"]
    default: fitting = []  // closed_first
    }
    for detail in fields.present(Self.details + ["at_once"]) where !fitting.contains(detail.key) {
      notes.note(detail.keyPlace, "'\(detail.key)' does not go with '\(subject)' here")
    }
  }

  private mutating func condition(
    _ subject: RuleFields.Field, _ fields: RuleFields, _ verb: Verb
  ) -> Condition? {
    switch subject.key {
    case "state": state(subject, fields).map { .state($0) }
    case "finding": finding(subject, fields).map { .finding($0) }
    case "close": close(subject, fields).map { .close($0) }
    case "closed_first":
      Self.set(notes.words(subject, "side", any: nil, Self.sides)).map { .closedFirst($0) }
    case "reset": reset(subject, fields).map { .reset($0) }
    default: late(subject, fields).map { .late($0) }  // the last of `subjects`
    }
  }

  // MARK: Subjects

  private static let sides = [ClosedFirst.initiator, .responder, .both].map { ($0.rawValue, $0) }
  /// LISTEN is never an end's state.
  private static let states = TCPState.allCases.filter { $0 != .listen }.map { ($0.name, $0) }

  private mutating func state(
    _ subject: RuleFields.Field, _ fields: RuleFields
  ) -> StateCondition? {
    let states = notes.words(subject, "state", any: nil, Self.states)
    var condition = StateCondition(states: StateSet(states.map { StateSet($0) }))
    condition.duration = duration(fields["longer_than"])
    condition.activity = activity(fields["activity"], isCloseWait: states == [.closeWait])
    condition.isAtEnd = notes.flag(fields["at_end"])
    condition.isProved = certainty(fields["certainty"])
    return states.isEmpty ? nil : condition
  }

  private mutating func finding(
    _ subject: RuleFields.Field, _ fields: RuleFields
  ) -> FindingCondition? {
    let kinds = notes.words(
      subject, "finding", any: FindingKind.allCases,
      FindingKind.allCases.map { ($0.rawValue, $0) })
    var condition = FindingCondition(kinds: Set(kinds))
    condition.duration = duration(fields["longer_than"])
    condition.activity = activity(fields["activity"], isCloseWait: kinds == [.closeWait])
    condition.isProved = certainty(fields["certainty"])
    return kinds.isEmpty ? nil : condition
  }

  private mutating func close(
    _ subject: RuleFields.Field, _ fields: RuleFields
  ) -> CloseCondition? {
    let kinds = notes.words(
      subject, "way to close", any: CloseKind.allCases,
      CloseKind.allCases.map { ($0.rawValue, $0) })
    let duration = duration(fields["within"] ?? fields["longer_than"])
    return kinds.isEmpty ? nil : CloseCondition(kinds: Set(kinds), duration: duration)
  }

  private mutating func reset(
    _ subject: RuleFields.Field, _ fields: RuleFields
  ) -> ResetCondition? {
    let causes = notes.words(
      subject, "cause of a reset", any: ResetCause.allCases,
      ResetCause.allCases.map { ($0.rawValue, $0) })
    let isAfterFIN = notes.flag(fields["after_fin"])
    return causes.isEmpty ? nil : ResetCondition(causes: Set(causes), isAfterFIN: isAfterFIN)
  }

  private mutating func late(
    _ subject: RuleFields.Field, _ fields: RuleFields
  ) -> LateCondition? {
    let kinds = notes.words(
      subject, "kind of late packet", any: LateKind.allCases,
      LateKind.allCases.map { ($0.rawValue, $0) })
    var condition = LateCondition(kinds: Set(kinds))
    if let effect = fields["effect"] {
      // Any effect is one that there is.
      condition.effects = Set(
        notes.words(
          effect, "effect", any: [.timerRestarted, .killed, .newConnection],
          LateEffect.allCases.map { ($0.rawValue, $0) }))
    }
    condition.reachesNewConnection = notes.flag(fields["reaches_new_connection"])
    return kinds.isEmpty ? nil : condition
  }

  mutating func expectation(_ field: RuleFields.Field) -> Expectation? {
    guard
      let fields = notes.fields(
        of: field.value, at: field.place, what: "'expect'",
        known: ["initiator", "responder", "certainty"])
    else { return nil }
    var states: [StateSet?] = []
    for role in Role.allCases {
      let named = notes.words(fields[role.name], "state", any: nil, Self.states)
      states.append(named.isEmpty ? nil : StateSet(named.map { StateSet($0) }))
    }
    let isProved = certainty(fields["certainty"])
    if fields.present(["initiator", "responder"]).isEmpty {
      notes.note(fields.place, "'expect' needs the state of 'initiator', 'responder' or both")
      return nil
    }
    return Expectation(initiator: states[0], responder: states[1], isProved: isProved)
  }

  // MARK: Details

  private static func set<Value: Hashable>(_ values: [Value]) -> Set<Value>? {
    values.isEmpty ? nil : Set(values)
  }

  private mutating func duration(_ field: RuleFields.Field?) -> Interval? {
    notes.value(field, "a time like 5s, 500ms or 2min") { Interval(withUnit: $0) }
  }

  private mutating func certainty(_ field: RuleFields.Field?) -> Bool {
    notes.value(field, "'proved' (what is presumed counts where nothing is written)") {
      $0 == "proved" ? true : nil
    } ?? false
  }

  private mutating func activity(
    _ field: RuleFields.Field?, isCloseWait: Bool
  ) -> Activity? {
    if let field, !isCloseWait {
      notes.note(field.keyPlace, "'activity' is told of CLOSE_WAIT alone")
    }
    return notes.value(field, "idle or draining") { Activity(rawValue: $0) }
  }

  private mutating func bound(_ fields: RuleFields, _ subject: String) -> Bound? {
    let present = fields.present(Self.bounds)
    guard let field = present.first else {
      notes.note(
        fields.place, "'limit' needs one of \(Self.bounds.joined(separator: ", ")): how many")
      return nil
    }
    for other in present.dropFirst() {
      notes.note(
        other.keyPlace, "'\(other.key)' and '\(field.key)' are two limits: write two rules")
    }
    switch field.key {
    case "share":
      return notes.value(field, "a share of connections like 1% or 0.5%") { text in
        guard text.hasSuffix("%"), let percent = Double(text.dropLast()),
          (0...100).contains(percent)
        else { return nil }
        return .share(percent: percent)
      }
    case "at_once":
      return notes.value(field, "a number, 0 or more") { Self.count($0).map { .atOnce($0) } }
    default:  // the first of `bounds`
      return notes.value(field, "a number, 0 or more") { Self.count($0).map { .count($0) } }
    }
  }

  private static func count(_ text: String) -> Int? {
    Int(text).flatMap { $0 >= 0 ? $0 : nil }
  }
}

extension Interval {
  /// `5s`, `500ms`, `1.5 h`; seconds where no unit is told.
  init?(withUnit text: String) {
    let number = text.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    guard let amount = Interval(decimalSeconds: number) else { return nil }
    let unit = text.dropFirst(number.count).drop { $0 == " " }
    switch unit {
    case "us", "µs": self.init(nanoseconds: amount.nanoseconds / 1_000_000)
    case "ms": self.init(nanoseconds: amount.nanoseconds / 1_000)
    case "s", "": self = amount
    case "min", "m": self = amount * 60
    case "h": self = amount * 3_600
    default: return nil  // a text
    }
  }
}
